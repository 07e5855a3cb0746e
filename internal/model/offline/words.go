package offline

import (
	"slices"
	"strings"
	"unicode"

	"github.com/elizad/elizad/internal/analysis"
)

// opened writes contractions out, so that each rule knows one form.
var opened = strings.NewReplacer("`", "'",
	"what's", "what is", "whats ", "what is ", "who's", "who is", "where's", "where is", "when's", "when is", "how's", "how is", "that's", "that is",
	"i'm", "i am", "it's", "it is", "you're", "you are", "don't", "do not", "can't", "cannot", "didn't", "did not")

// plain writes a text for rules to compare: lower case, one space between
// words, contractions written out, no mark at the end, no "please".
func plain(text string) string {
	text = opened.Replace(strings.ToLower(analysis.Plain(text)))
	text = strings.Join(strings.Fields(text), " ")
	text = strings.TrimRight(text, " ?!.,;:…")
	for _, polite := range []string{"please ", "please, "} {
		text = strings.TrimPrefix(text, polite)
	}
	for _, polite := range []string{", please", " please"} {
		text = strings.TrimSuffix(text, polite)
	}
	return text
}

// splitWords returns a plain text's words, without the 's of a possessive.
func splitWords(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\''
	})
	kept := words[:0]
	for _, w := range words {
		if w = strings.TrimSuffix(strings.Trim(w, "'"), "'s"); w != "" {
			kept = append(kept, w)
		}
	}
	return kept
}

// same maps words that ask for the same thing to one of them, as stems.
var same = map[string]string{"call": "name", "color": "colour", "favorit": "favourit", "mom": "mother", "mum": "mother", "dad": "father", "born": "birthday", "birth": "birthday"}

// contentWords returns the stems of the words that tell what a text is about.
func contentWords(words []string) []string {
	var stems []string
	for _, w := range words {
		if stopWords[w] {
			continue
		}
		stem := analysis.Stem(analysis.Fold(w))
		if to, ok := same[stem]; ok {
			stem = to
		}
		if !slices.Contains(stems, stem) {
			stems = append(stems, stem)
		}
	}
	return stems
}

// weight tells how much a content word says: those that many statements share
// say little.
func weight(stem string) float64 {
	if weakWords[stem] {
		return 0.4
	}
	return 1
}

func isFirstPerson(word string) bool {
	switch word {
	case "i", "my", "me", "mine", "myself", "we", "our", "us":
		return true
	}
	return false
}

// isPersonal tells whether a text speaks of whoever wrote it. The "me" of
// "tell me" does not.
func isPersonal(words []string) bool {
	for i, w := range words {
		if isFirstPerson(w) && (w != "me" || i == 0 || !toMe[words[i-1]]) {
			return true
		}
	}
	return false
}

func isSecondPerson(word string) bool {
	switch word {
	case "you", "your", "yours", "yourself":
		return true
	}
	return false
}

// looksEnglish tells whether rules for English may be trusted with a text: it
// is written in Latin letters and its small words are not another language's.
func looksEnglish(words []string) bool {
	ours, others := 0, 0
	for _, w := range words {
		if hasOtherScript(w) {
			return false
		}
		if stopWords[w] {
			ours++
		}
		if otherWords[w] {
			others++
		}
	}
	return others == 0 || ours > others
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

var (
	stopWords = set(`a about all also am an and any anything are as ask asked at be been being but by can could did do does else ever
		for from had has have he her hers him his how i if in into is it its just know knew let may me might mine much my myself
		no not now of off on or our ours out please recall remember remind said say she should so some tell than that the their
		them then there these they thing things this those to told too up us was we were what when where which who whom whose why
		will with would yes you your yours yourself`)
	toMe      = set("tell show give help let ask send teach write read sing make remind to")
	weakWords = set("name favourit like live work old new time day year go get have make want need take use good first last number today")
	// otherWords are frequent in German, Dutch, French, Spanish, Italian and
	// Portuguese, and are no English words.
	otherWords = set(`ist das der die den und nicht wie ich mein meine wer wo wann heißt bin bist du sie het een mijn hoe wat ik je van
		est le la les je mon ma mes quel quelle où comment suis un une des que qui el los las qué cuál cómo cuándo dónde mi se es soy
		una il mio mia come che sono di é è meu minha qual como não eu uma por para con per`)
)
