package template

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
)

// Decision is what a model says about whether to answer a message.
type Decision string

// The decisions. Undecided is an answer that says nothing, or several things.
const (
	Undecided Decision = ""
	Respond   Decision = "RESPOND"
	Ignore    Decision = "IGNORE"
	Stop      Decision = "STOP" // nothing but STOP was answered
)

// maxDecision is how much is read of an answer, in bytes.
const maxDecision = 64 << 10

// decisions are the words that decide. NO, NONE and YES do so only when they
// stand alone.
var decisions = map[string]Decision{"RESPOND": Respond, "REPLY": Respond, "YES": Respond, "IGNORE": Ignore, "NO": Ignore, "NONE": Ignore, "STOP": Stop}

var (
	tagged      = regexp.MustCompile(`(?is)<(?:action|decision|answer)>(.*?)(?:</|$)`)
	anyTag      = regexp.MustCompile(`<[^<>\n]{1,80}>`)
	thoughtOpen = regexp.MustCompile(`(?i)<(think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad)(?:\s[^<>]*)?>`)
	thoughtEnd  = regexp.MustCompile(`(?i)</(?:think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad)\s*>`)
	dressing    = strings.NewReplacer("*", "", "`", "", `"`, "", "“", "", "”", "", "«", "", "»", "", "#", "", "~", "", "[", " ", "]", " ", "(", " ", ")", " ", "{", " ", "}", " ")
	label       = regexp.MustCompile(`(?i)^\W*(?:(?:my|the|final)\s+)*(?:decision|action|answer|verdict|response|choice|output|result)\b\s*(?:[:=–—-]+|\bis\b\s*:?)`)
	question    = regexp.MustCompile(`(?i)^\W*(?:should[ _]?)?(?:i\s+)?(?:respond|reply|answer)\s*[:=?]+\s*(yes|no|true|false)\W*$`)
	word        = regexp.MustCompile(`[\p{L}\p{N}_'’]+`)
)

// Decide reads a decision out of what a model answered. Thoughts are left out;
// an answer that ends within one is undecided. Then count, in this order:
//
//   - the action, decision or answer of a JSON object or of XML;
//   - the word that decides with which the answer begins: as its first sentence
//     or clause, or in capitals;
//   - the one in capitals, or behind a label, that is the last sentence;
//   - the one in capitals that is the last word, when no other of the answer
//     decides anything else.
//
// A word that is negated, or part of a question, decides nothing. Whatever
// says more than STOP does not stop: at most it is a decision to ignore.
func Decide(said string) Decision {
	said = strings.ToValidUTF8(said[:min(len(said), maxDecision)], " ")
	said = unfenced(withoutThoughts(said))
	if d, is := decidedInJSON(said); is {
		return d
	}
	if values := tagged.FindAllStringSubmatch(said, -1); values != nil {
		d := decideText(values[0][1])
		for _, v := range values[1:] {
			if decideText(v[1]) != d {
				return Undecided
			}
		}
		return d
	}
	return decideText(said)
}

// withoutThoughts leaves out reasoning, also where its beginning or its end is
// missing.
func withoutThoughts(said string) string {
	for {
		open := thoughtOpen.FindStringIndex(said)
		if open == nil {
			break
		}
		end := thoughtEnd.FindStringIndex(said[open[1]:])
		if end == nil {
			said = said[:open[0]]
			break
		}
		said = said[:open[0]] + " " + said[open[1]+end[1]:]
	}
	if ends := thoughtEnd.FindAllStringIndex(said, -1); ends != nil {
		said = said[ends[len(ends)-1][1]:]
	}
	return said
}

func decidedInJSON(said string) (Decision, bool) {
	var object map[string]any
	if json.Unmarshal([]byte(said), &object) != nil {
		return Undecided, false
	}
	found := map[Decision]bool{}
	for key, value := range object {
		if list, is := value.([]any); is && len(list) == 1 {
			value = list[0]
		}
		switch strings.ToLower(strings.ReplaceAll(key, "_", "")) {
		case "action", "actions", "decision", "answer", "response", "respond", "shouldrespond":
		default:
			continue
		}
		switch v := value.(type) {
		case string:
			found[decideText(v)] = true
		case bool:
			found[map[bool]Decision{true: Respond, false: Ignore}[v]] = true
		default:
			found[Undecided] = true
		}
	}
	if len(found) == 1 {
		for d := range found {
			return d, true
		}
	}
	return Undecided, true
}

// spokenWord is a word of an answer and what stands behind it.
type spokenWord struct {
	text string
	gap  string
}

// decision is what the word decides; caps says that it is written in capitals.
func (w spokenWord) decision() (d Decision, caps bool) {
	upper := strings.ToUpper(w.text)
	return decisions[upper], w.text == upper
}

// alone reports whether a sentence or a clause ends behind the word.
func (w spokenWord) alone() bool {
	return strings.TrimSpace(w.gap) != "" || strings.Contains(w.gap, "\n")
}

func (w spokenWord) endsSentence() bool { return strings.ContainsAny(w.gap, ".!?…\n") }

func (w spokenWord) asks() bool { return strings.Contains(w.gap, "?") }

func decideText(said string) Decision {
	said = strings.TrimSpace(dressing.Replace(anyTag.ReplaceAllString(said, " ")))
	if m := question.FindStringSubmatch(said); m != nil {
		if yes := strings.ToLower(m[1]); yes == "yes" || yes == "true" {
			return Respond
		}
		return Ignore
	}
	words := spokenWords(unlabelled(said))
	if len(words) == 0 {
		return Undecided
	}
	d := beginning(words)
	if d == Undecided {
		d = lastSentence(said)
	}
	if d == Undecided {
		d = lastWord(words)
	}
	if d == Stop && len(words) > 1 {
		return Ignore
	}
	return d
}

// unlabelled takes away what announces a decision, such as "Action:".
func unlabelled(said string) string {
	if at := label.FindStringIndex(said); at != nil {
		return said[at[1]:]
	}
	return said
}

func spokenWords(said string) (words []spokenWord) {
	places := word.FindAllStringIndex(said, -1)
	for i, at := range places {
		next := len(said)
		if i+1 < len(places) {
			next = places[i+1][0]
		}
		if text := strings.Trim(said[at[0]:at[1]], "_'’"); text != "" {
			words = append(words, spokenWord{text, said[at[1]:next]})
		}
	}
	if len(words) > 0 {
		words[len(words)-1].gap += "\n"
	}
	return words
}

// beginning is the decision with which the answer begins.
func beginning(words []spokenWord) Decision {
	first := words[0]
	d, caps := first.decision()
	if d == Undecided || first.asks() || !first.alone() && (!caps || needsAlone(first)) {
		return Undecided
	}
	for i, w := range words {
		if other, caps := w.decision(); i > 0 && caps && other != Undecided && other != d && !negated(words, i) {
			return Undecided
		}
		if w.endsSentence() {
			break
		}
	}
	return d
}

// lastSentence is the decision that is the whole last sentence.
func lastSentence(said string) Decision {
	said = strings.TrimRightFunc(said, func(r rune) bool { return !unicode.IsLetter(r) && r != '?' })
	at := strings.LastIndexAny(said, ".!?…\n") + 1
	before, sentence := said[:at], said[at:]
	bare := unlabelled(sentence)
	words := spokenWords(bare)
	if len(words) != 1 {
		return Undecided
	}
	if earlier := spokenWords(before); len(earlier) > 0 && negates(earlier[len(earlier)-1].text) {
		return Undecided
	}
	if d, caps := words[0].decision(); caps || bare != sentence {
		return d
	}
	return Undecided
}

// lastWord is the decision that is the answer's last word, when it is the only
// one of the answer.
func lastWord(words []spokenWord) Decision {
	found := Undecided
	for i, w := range words {
		d, caps := w.decision()
		if d == Undecided || !caps || needsAlone(w) && !w.alone() || negated(words, i) {
			continue
		}
		if found != Undecided && found != d {
			return Undecided
		}
		found = d
	}
	last := len(words) - 1
	if d, caps := words[last].decision(); d == found && caps && !words[last].asks() && !negated(words, last) {
		return d
	}
	return Undecided
}

func needsAlone(w spokenWord) bool {
	switch strings.ToUpper(w.text) {
	case "YES", "NO", "NONE":
		return true
	}
	return false
}

// negated reports whether a word before it in the same clause turns a word
// into its opposite, or one right before it in the clause before.
func negated(words []spokenWord, at int) bool {
	for i := at - 1; i >= 0; i-- {
		w := words[i]
		if strings.EqualFold(w.text, "but") {
			return false
		}
		ends := strings.ContainsAny(w.gap, ".!?…\n,;:–—/|") || strings.Contains(w.gap, " - ")
		if ends && i < at-1 {
			return false
		}
		if negates(w.text) || !ends && (strings.EqualFold(w.text, "no") || strings.EqualFold(w.text, "without")) {
			return true
		}
		if ends {
			return false
		}
	}
	return false
}

func negates(text string) bool {
	text = strings.ReplaceAll(strings.ToLower(text), "’", "'")
	switch text {
	case "not", "never", "cannot", "nor", "neither", "dont", "wont", "avoid":
		return true
	}
	return strings.HasSuffix(text, "n't")
}
