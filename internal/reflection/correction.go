package reflection

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

const maxRight = 60 // bytes of a value that is put right

// The forms in which people put right what they said. sorry must stand before
// those that would mean something else alone.
var (
	sorry   = `(?:(?:sorry|oops|whoops|no|wait|actually|correction|apologies|my mistake|my bad|i was wrong|excuse me)\b[,!.:; –—-]*)+`
	meant   = `i (?:meant|should have (?:said|written)|wanted to (?:say|write))(?: to (?:say|write|type))?:? `
	negated = `(?:(?:in|at|from|for|as) )?(?P<wrong>.{1,40}?)`
	right   = `(?:(?:in|at|from|for|as) )?(?P<right>.{1,60}?)`

	corrections = []*regexp.Regexp{
		regexp.MustCompile(`(?i)^(?:` + sorry + `)?` + meant + right + `(?:,? (?:and )?not ` + negated + `)?$`),
		regexp.MustCompile(`(?i)^` + sorry + `i mean,? ` + right + `(?:,? (?:and )?not ` + negated + `)?$`),
		regexp.MustCompile(`(?i)^(?:` + sorry + `)?(?:it's |it is |that's |he's |she's )?not ` + negated + `(?:,| but|, but)(?: it's| it is| he's| she's)? ` + right + `$`),
		regexp.MustCompile(`(?i)^(?:` + sorry + `)?(?:it's |it is |that's |it should be |that should be |make that |he's |she's )?` + right + `, ?(?:and )?not ` + negated + `$`),
		regexp.MustCompile(`(?i)^(?:` + sorry + `)?(?:that should (?:be|have been|read)|it should (?:be|have been|read)|make that|make it) ` + right + `$`),
		regexp.MustCompile(`(?i)^correction: ?(?:it's |it is )?` + right + `$`),
	}
	// instead is the second clause of a sentence whose first denies something.
	instead = regexp.MustCompile(`(?i)^(?:but |now |and )*(?:it's|it is|they're|he's|she's)? ?(?:now )?(?:(?:called|named|in|at|from|for|as) )*(?P<right>.{1,60}?)$`)
	// vague is what is no value: it goes on talking.
	vague = regexp.MustCompile(`(?i)^(?:not?|that|this|it|its|it's|the other|well|what|you|i|we|he|she|they|to|so|too|as|if|because|really|very|just|only|sure|never|always|yes|yeah|every|all|some|any|no one|thanks?|hello|today|tonight|tomorrow|yesterday|later|soon|next|last|monday|tuesday|wednesday|thursday|friday|saturday|sunday|nothing|anything|something|everything|harm|offen[cs]e)\b`)
)

// correction reads a tidy sentence as one that puts right what was said; second
// says that it follows a denial in the same sentence.
func correction(sentence string, second bool) (Statement, bool) {
	sentence = strings.TrimRight(closing.ReplaceAllString(sentence, ""), " ,:")
	if _, is := statement(sentence); is || sentence == "" || len(sentence) > maxFactBytes || strings.ContainsAny(sentence, "\"`<>{}?") {
		return Statement{}, false
	}
	forms := corrections
	if second {
		forms = []*regexp.Regexp{instead}
	}
	for _, form := range forms {
		found := form.FindStringSubmatch(sentence)
		if found == nil {
			continue
		}
		s := Statement{follows: second, Right: strings.Trim(found[form.SubexpIndex("right")], " ,'")}
		if i := form.SubexpIndex("wrong"); i >= 0 {
			s.Wrong = strings.Trim(found[i], " ,'")
		}
		if whole, is := statement(s.Right); is {
			return whole, true // "I meant I live in Bergen"
		}
		if s.Right == "" || len(s.Right) > maxRight || len(strings.Fields(s.Right)) > 4 || vague.MatchString(s.Right) || vague.MatchString(s.Wrong) {
			continue
		}
		return s, true
	}
	return Statement{}, false
}

// corrected is an earlier statement with another value, as far as that says
// something of the same kind.
func corrected(earlier Statement, right string) (Statement, bool) {
	at := strings.LastIndex(earlier.Text, earlier.Value)
	if earlier.Value == "" || at < 0 || isNumber(earlier.Value) != isNumber(right) || isName(earlier.Value) && !isName(right) && strings.Contains(right, " ") {
		return Statement{}, false
	}
	text := earlier.Text[:at] + right + earlier.Text[at+len(earlier.Value):]
	s, is := statement(text)
	if !is || s.Ends || s.Value != right || pattern(s) != pattern(earlier) {
		return Statement{}, false
	}
	return s, true
}

// pattern is a subject without the value that it may hold.
func pattern(s Statement) string {
	return strings.ReplaceAll(s.Subject, strings.ToLower(s.Value), "")
}

// isName reports whether a text begins as names do.
func isName(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(first)
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// says reports whether the value of an earlier statement is one that is taken
// back: the same words, or the same with more said of it, such as "Oslo,
// Norway". Without words any value is.
func says(earlier, value string) bool {
	a, b := folded(earlier), folded(value)
	rest, begins := strings.CutPrefix(a, b)
	if !begins {
		return false
	}
	return rest == "" || b == "" || slices.ContainsFunc([]string{",", " (", " with ", " near ", " in ", " since ", " as ", " at ", " for "}, func(more string) bool { return strings.HasPrefix(rest, more) })
}

// letters are those that are one with a plain letter for who types without
// them, and that have no form in parts.
var letters = strings.NewReplacer("ø", "o", "đ", "d", "ł", "l", "ı", "i", "ß", "ss", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d")

// folded is a value without case, accents and articles.
func folded(text string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), strings.ToLower(text))
	if err != nil {
		plain = strings.ToLower(text)
	}
	plain = letters.Replace(strings.Join(strings.Fields(plain), " "))
	for _, article := range []string{"the ", "a ", "an ", "my "} {
		plain = strings.TrimPrefix(plain, article)
	}
	return plain
}
