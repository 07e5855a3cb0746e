package reflection

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/analysis"
)

// Statement is a fact that somebody says of themselves, in their own words.
type Statement struct {
	Text string
	// Subject is what it is about: of two facts of somebody on one subject the
	// newer holds. Empty when both may hold.
	Subject string
	// Name is another name that they give themselves.
	Name string
}

const (
	maxRead      = 4000 // bytes of a message that the rules read
	maxFactBytes = 300
	maxSubject   = 60
	maxName      = 40
)

// A rule recognizes a sentence. Its subject may hold what the
// first group found.
type rule struct {
	is      *regexp.Regexp
	subject string
	names   bool // the first group is a name
}

func when(pattern, subject string) rule {
	return rule{is: regexp.MustCompile(`(?i)^` + pattern + `$`), subject: subject}
}

func named(pattern string) rule {
	return rule{is: regexp.MustCompile(`(?i)^` + pattern + `$`), subject: "name", names: true}
}

// rules are asked in this order; the first that fits a sentence counts. They
// are large, and made when the first sentence is read.
var rules = sync.OnceValue(func() []rule {
	return []rule{
		named(`my (?:first |full |real )?name is (.{1,40})`),
		named(`(?:please |you can |just )?call me (.{1,40})`),
		named(`i(?: am|'m) called (.{1,40})`),
		when(`(?:my|our) (.{1,40}?)(?:'s name)? (?:is|are) (?:called|named) .{1,60}`, "$1 name"),
		when(`(?:my|our) (.{1,40})'s name is .{1,60}`, "$1 name"),
		when(`i(?: now)? live (?:in|at|near|on) .{1,80}`, "home"),
		when(`i(?: am|'m)(?: now)? living (?:in|at|near|on) .{1,80}`, "home"),
		when(`i(?: have|'ve)?(?: just)? moved to .{1,80}`, "home"),
		when(`i(?: am|'m| come) from .{1,80}`, "origin"),
		when(`i(?: am|'m)? ?work(?:ing)? (?:as|at|for|in) .{1,80}`, "work"),
		when(`i(?: am|'m) allergic to (.{1,60})`, "allergy $1"),
		when(`i(?: am|'m) \d{1,3}(?: years old)?`, "age"),
		when(`i was born (?:on|in|at) .{1,60}`, "birth"),
		when(`my birthday is .{1,60}`, "birthday"),
		when(`my favou?rite (.{1,40}?) (?:is|are) .{1,80}`, "favourite $1"),
		when(`i (?:really |also |do not |don't )?(?:like|love|enjoy|prefer|hate|dislike) (.{1,60})`, "taste $1"),
		when(`i (?:cannot|can't) (?:stand|eat|drink) (.{1,60})`, "taste $1"),
		when(`i(?: am|'m) (?:a |an )?(vegetarian|vegan)`, "diet"),
		when(`i(?: am|'m) an? (.{2,40})`, "am $1"),
		when(`i(?: have|'ve got) (?:a|an|one|two|three|four|five|\d{1,2}) (.{2,60})`, "have $1"),
		when(`i speak .{2,60}`, "languages"),
		when(`(?:my|our) (.{2,40}?) (?:is|are) .{1,80}`, "$1"),
	}
})

// opening is what may stand before what is meant, and closing what may follow.
var (
	opening  = regexp.MustCompile(`(?i)^(?:(?:hi|hello|hey|no|yes|well|oh|ok|okay|so|and|but|by the way|btw|actually|sorry|please)\b[,!.: ]*|(?:remember|note|keep in mind|do not forget|don't forget)(?: this| that|:| that:)*\s+)+`)
	closing  = regexp.MustCompile(`(?i)(?:[, ]+(?:now|too|though|by the way|btw|actually|please))+$`)
	breaks   = regexp.MustCompile(`[.!;\n]+(?:\s+|$)|\?+`)
	question = regexp.MustCompile(`(?i)^(?:who|what|when|where|which|whose|why|how|do|does|did|is|are|am|can|could|would|will|should|if|unless|maybe|imagine|suppose)\b`)
)

// Statements are the facts that a message says of its author, by rules for
// English: nothing but its own words.
func Statements(text string) []Statement {
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	text = analysis.Plain(text)
	var list []Statement
	from := 0
	for _, at := range append(breaks.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		sentence, end := text[from:at[0]], text[at[0]:at[1]]
		from = at[1]
		if strings.HasPrefix(end, "?") {
			continue
		}
		if s, is := statement(sentence); is {
			list = append(list, s)
		}
	}
	return list
}

func statement(sentence string) (Statement, bool) {
	text := strings.Join(strings.Fields(sentence), " ")
	text = closing.ReplaceAllString(opening.ReplaceAllString(text, ""), "")
	text = strings.TrimRight(text, " ,:")
	if text == "" || len(text) > maxFactBytes || question.MatchString(text) || strings.ContainsAny(text, "\"`<>{}") {
		return Statement{}, false
	}
	for _, r := range rules() {
		at := r.is.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		s := Statement{Text: text, Subject: cut(analysis.Fold(string(r.is.ExpandString(nil, r.subject, text, at))), maxSubject)}
		if r.names {
			s.Name = cut(strings.Trim(text[at[2]:at[3]], " '"), maxName)
		}
		return s, true
	}
	return Statement{}, false
}

// SubjectOf is what a statement is about by the rules, "" when they do not
// know.
func SubjectOf(text string) string {
	s, _ := statement(strings.TrimRight(analysis.Plain(text), " .!"))
	return s.Subject
}

// cut shortens a text to so many bytes, between two characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return strings.TrimSpace(text[:most])
}
