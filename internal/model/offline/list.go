package offline

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// maxListed bounds a list of memories.
const maxListed = 10

var listFirst = regexp.MustCompile(`^(?:(?:so|and|now|hey|tell me|show me|list|can you tell me|can you list|could you tell me),? )*(?:what (?:do|can|did|have) you (?:still )?(?:remember|remembered|know|recall|stored|kept|learned)|(?:everything|all|what)(?: that)? you (?:remember|know|recall|have stored)|(?:my|your) memories|what did i tell you|what have i told you|what you know)(?: (?:about|of) (.+))?$`)

// list answers what the agent knows about the person, or about something.
func list(t *talk) (answer, bool) {
	m := listFirst.FindStringSubmatch(t.plain)
	if m == nil {
		return answer{}, false
	}
	topic := m[1]
	if topic == "yourself" || topic == "you" {
		return answer{}, false
	}
	wanted := contentWords(splitWords(topic))
	var found []finding
	for _, f := range t.findings(wanted) {
		if topic == "" || len(wanted) == 0 {
			f.strong = t.mine(f.Recollection)
		}
		if f.strong {
			found = append(found, f)
		}
	}
	if facts := slices.DeleteFunc(slices.Clone(found), func(f finding) bool { return f.Type != eliza.MemoryFacts }); len(facts) > 0 {
		found = facts
	}
	if len(found) == 0 {
		if len(wanted) == 0 {
			return say(`I find nothing about you in my memory. Tell me, as in "remember that my dog is called Rex".`)
		}
		if before, ok := cutSuffixFold(strings.TrimRight(t.start, " ?!.,;:…"), topic); ok {
			topic = t.start[len(before):][:len(topic)] // as it was written
		}
		return say("I find nothing about " + turnedPhrase(topic) + " in my memory.")
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(b.At, a.At) })
	found = slices.CompactFunc(found, func(a, b finding) bool { return plain(a.statement) == plain(b.statement) })
	var b strings.Builder
	b.WriteString("This is what I remember:")
	for i, f := range found {
		if i == maxListed {
			fmt.Fprintf(&b, "\nand %d more.", len(found)-maxListed)
			break
		}
		b.WriteString("\n- " + t.source(f.Recollection))
	}
	return say(b.String())
}

// turnedPhrase turns the person's words around: "my dog" becomes "your dog".
func turnedPhrase(phrase string) string {
	words := strings.Fields(phrase)
	for i, w := range words {
		if to, ok := turns[strings.ToLower(w)]; ok {
			words[i] = to
		}
	}
	return strings.Join(words, " ")
}
