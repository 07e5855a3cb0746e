package offline

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// How sure a memory must be to be quoted as the answer, or with a "maybe": by
// the similarity of vectors, and by the share of the question's content words
// that it has. The first were measured with the embedded sentence model; the
// second decide alone while a memory has no vector yet.
const (
	sureCosine  = 0.45
	maybeCosine = 0.35
	sureShare   = 0.75
	maybeShare  = 0.45
	// How far behind the best another memory may be and still speak of the
	// same thing; the newest of them counts.
	alikeShare  = 0.12
	alikeCosine = 0.2
)

// finding is a memory held against the question.
type finding struct {
	model.Recollection
	statement string  // what it says, without "remember that" in front
	share     float64 // see covered
	strong    bool
}

// recall answers a question with what was said, by whom, and when.
func recall(t *talk) (answer, bool) {
	if !t.question || !t.english && !t.foreign {
		return answer{}, false
	}
	wanted := t.subject()
	found := t.findings(wanted)
	if len(found) == 0 {
		return answer{}, false
	}
	best, sure := t.best(found)
	if best == nil {
		return answer{}, false
	}
	if !sure {
		return say("Maybe this: " + t.source(best.Recollection) + ".")
	}
	if said := restate(best.statement); said != "" && t.mine(best.Recollection) {
		return say(said + ": " + t.source(best.Recollection) + ".")
	}
	return say(capital(t.source(best.Recollection)) + ".")
}

// subject returns the question's content words without the agent's name.
func (t *talk) subject() []string {
	named, words := t.content(t.name), contentWords(t.words)
	if t.foreign {
		words = foreignSubject(t.plain)
	}
	return slices.DeleteFunc(words, func(w string) bool { return slices.Contains(named, w) })
}

// content returns the words that tell what a text is about, as subject has those
// of the question.
func (t *talk) content(text string) []string {
	if t.foreign {
		return analysis.Words(text)
	}
	return contentWords(splitWords(plain(text)))
}

// findings are the statements among the recalled memories.
func (t *talk) findings(wanted []string) []finding {
	var found []finding
	for _, r := range t.scene.Recalled {
		f := finding{Recollection: r, statement: statement(r.Text)}
		if r.AuthorID == t.scene.AgentID && r.AuthorID != eliza.NoID || f.statement == "" {
			continue
		}
		words := splitWords(plain(f.statement))
		own := slices.ContainsFunc(words, isFirstPerson)
		if own && !t.mine(r) {
			if t.personal { // another person's "my dog" is not the one asked for
				continue
			}
			words = append(words, splitWords(plain(r.Author))...)
		}
		if t.foreign {
			f.Cosine = 0 // the sentence model knows English
			f.share, f.strong = covered(wanted, analysis.Words(f.statement+" "+r.Author))
		} else {
			f.share, f.strong = covered(wanted, contentWords(words))
		}
		if t.personal && slices.Equal(wanted, []string{"name"}) && !ownName.MatchString(plain(f.statement)) {
			continue // whose name is asked for is no content word
		}
		found = append(found, f)
	}
	return found
}

// covered returns the part of the wanted content words, by weight, that said
// has, and whether one of them tells what it is about. Where all that is wanted
// is weak, as in "where do I live?", having all of it is enough.
func covered(wanted, said []string) (share float64, strong bool) {
	all := 0.0
	for _, w := range wanted {
		all += weight(w)
		if slices.Contains(said, w) {
			share += weight(w)
			strong = strong || !weakWords[w]
		}
	}
	if share == 0 {
		return 0, false
	}
	return share / all, strong || share == all
}

// best chooses what to quote, nil for nothing, and tells whether it is sure.
// Of several that fit about as well the newest counts, since people correct
// themselves; of the same words told twice, the fact.
func (t *talk) best(found []finding) (best *finding, sure bool) {
	var top *finding
	for i := range found {
		if f := &found[i]; f.maybe(t.personal) && (top == nil || f.fit() > top.fit()) {
			top = f
		}
	}
	if top == nil {
		return nil, false
	}
	best = top
	for i := range found {
		if f := &found[i]; f.maybe(t.personal) && f.likely(top) && f.newer(best) {
			best = f
		}
	}
	return best, best.strong && best.share >= sureShare || best.Cosine >= sureCosine
}

// fit orders findings: words that are the same say more than vectors that are
// near.
func (f *finding) fit() float64 {
	share := f.share
	if !f.strong {
		share /= 2
	}
	return share + math.Max(f.Cosine, 0)/2
}

// likely tells whether f may answer as well as the best fit. A memory without
// a vector is not the worse for it.
func (f *finding) likely(top *finding) bool {
	return f.strong == top.strong && f.share >= top.share-alikeShare && (f.Cosine == 0 || f.Cosine >= top.Cosine-alikeCosine)
}

// maybe tells whether a finding is worth quoting. Nearness alone, below what
// is sure, counts only when people ask about themselves.
func (f *finding) maybe(personal bool) bool {
	switch {
	case f.strong && f.share >= maybeShare, f.Cosine >= sureCosine:
		return true
	}
	return f.Cosine >= maybeCosine && (personal || f.strong)
}

func (f *finding) newer(other *finding) bool {
	if plain(f.statement) == plain(other.statement) && f.Type != other.Type {
		return f.Type == eliza.MemoryFacts
	}
	return f.At > other.At
}

var (
	ownName = regexp.MustCompile(`\b(?:my (?:(?:first|last|full|real|middle) )?name|call me|i am (?:called|named))\b`)
	told    = regexp.MustCompile(`(?i)^(?:no|well|actually|sorry|hey|so|oh|ok|okay|by the way|btw)[,!.]\s+`)
)

// statement returns what a memory states, "" when it states nothing: a
// question, or something said to the agent.
func statement(text string) string {
	text = strings.TrimSpace(beginning(analysis.Plain(text)))
	if m := rememberFirst.FindStringSubmatch(text); m != nil {
		text = m[2]
	} else if m := rememberLast.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	text = told.ReplaceAllString(text, "")
	form := plain(text)
	if isQuestion(text) || courtesyOf(form) != "" || commandOf(form) != "" || forgetFirst.MatchString(text) || remindFirst.MatchString(text) {
		return ""
	}
	return text
}

// nothingRecalled answers what only a memory could: questions of people about
// themselves.
func nothingRecalled(t *talk) (answer, bool) {
	if !t.question || !t.personal || !t.english || slices.ContainsFunc(t.words, isAdvice) || strings.HasPrefix(t.plain, "how do i ") || strings.HasPrefix(t.plain, "why ") {
		return answer{}, false
	}
	if t.scene.Speaker != "" && namePhrases[t.plain] {
		return say("You are shown to me as " + t.scene.Speaker + ". You have told me no other name.")
	}
	return say(`I find nothing about that in my memory. If you tell me "remember that ...", I will.`)
}

var namePhrases = phrases("who am i", "what is my name", "do you know my name", "do you know who i am", "do you remember my name", "do you remember me")

// isAdvice tells the words of a question that wants an opinion, not a memory.
func isAdvice(word string) bool {
	switch word {
	case "should", "can", "could", "would", "may", "shall":
		return true
	}
	return false
}
