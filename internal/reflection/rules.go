package reflection

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/analysis"
)

// Statement is a fact that somebody says of themselves, in their own words, or
// a correction of one.
type Statement struct {
	Text string
	// Subject is what it is about: of two facts of somebody on one subject the
	// newer holds. Empty when both may hold.
	Subject string
	// Name is another name that they give themselves.
	Name string
	// Value is what it says of the subject, such as "Oslo" of the home.
	Value string
	// Ends says that Value no longer holds of the subject, or never did; with
	// no value, that whatever was said of the subject no longer does.
	Ends bool
	// Right is what was meant in place of Wrong, or of the value of what was
	// said just before. The other fields are empty then.
	Right, Wrong string
	follows      bool // Right stands behind the denial that it belongs to
}

const (
	maxRead      = 4000 // bytes of a message that the rules read
	maxFactBytes = 300
	maxSubject   = 60
	maxName      = 40
)

// A rule recognizes a sentence. Its subject may hold what the first group
// found; the group v is the value.
type rule struct {
	is      *regexp.Regexp
	subject string
	names   bool // the value is a name
	ends    bool
}

func when(pattern, subject string) rule {
	pattern = strings.NewReplacer(
		"{am}", `(?: am|'m)`, "{have}", `(?: have|'ve)?(?: just| recently| finally)?`, "{not}", `(?:no longer|not|don't|do not|didn't|did not|never)`,
		"{is not}", `(?:is not|isn't|is no longer|'s not|are not|aren't|are no longer)`, "{in}", `(?:in|at|near|on)`, "{as}", `(?:as|at|for|in|with)`,
		"{V}", `(?P<v>.{1,80})`,
	).Replace(pattern)
	return rule{is: regexp.MustCompile(`(?i)^` + pattern + `$`), subject: subject}
}

func named(pattern string) rule {
	r := when(pattern, "name")
	r.names = true
	return r
}

func over(pattern, subject string) rule {
	r := when(pattern, subject)
	r.ends = true
	return r
}

// rules are asked in this order; the first that fits a sentence counts. They
// are large, and made when the first sentence is read.
var rules = sync.OnceValue(func() []rule {
	return []rule{
		over(`my (?:first |full |real )?name {is not} (?P<v>.{1,40})`, "name"),
		over(`i{am} (?:no longer|not) called (?P<v>.{1,40})`, "name"),
		over(`(?:please )?(?:don't|do not|stop) call(?:ing)? me (?P<v>.{1,40})`, "name"),
		over(`(?:my|our) (.{1,40}?)(?:'s name)? {is not} (?:called|named) {V}`, "$1 name"),
		over(`(?:my|our) (.{1,40})'s name {is not} {V}`, "$1 name"),
		over(`i(?: have|'ve)? {not} (?:actually )?lived? {in} {V}`, "home"),
		over(`i{am} no longer (?:based )?in {V}`, "home"),
		over(`i{am} (?:no longer|not) living {in} {V}`, "home"),
		over(`i used to live {in} {V}`, "home"),
		over(`i{have} moved (?:away|out)(?: from| of) {V}`, "home"),
		over(`i{am} (?:no longer|not) from {V}`, "origin"),
		over(`i {not} (?:actually )?work {as} {V}`, "work"),
		over(`i{am} (?:no longer|not) working {as} {V}`, "work"),
		over(`i used to work {as} {V}`, "work"),
		over(`i{have} stopped working(?: {as} {V})?`, "work"),
		over(`i{have} (?:quit|left|lost|given up) my (?:old )?(?:job|position|post|work)(?: {as} {V})?`, "work"),
		over(`i{have} (?:resigned|retired)(?: (?:from|as) {V})?`, "work"),
		over(`i(?: was| got|'ve been| have been) (?:fired|laid off|let go|made redundant)(?: (?:from|by|at) {V})?`, "work"),
		over(`i{am} (?:no longer|not) (?P<v>\d{1,3})(?: years old)?`, "age"),
		over(`i{am} (?:no longer|not) (?:a |an )?(?P<v>vegetarian|vegan)`, "diet"),
		over(`i {not} speak {V}`, "languages"),
		over(`my favou?rite (.{1,40}?) {is not} {V}`, "favourite $1"),
		when(`i{am} (?:no longer|not) allergic to {V}`, "allergy $1"),
		when(`i{am} (?:no longer|not) an? {V}`, "am $1"),
		when(`i {not} have (?:a|an|any|one|two|three|four|five|\d{1,2}|my|the) {V}`, "have $1"),
		over(`(?:my|our) (.{2,40}?) {is not} {V}`, "$1"),

		named(`my (?:first |full |real )?name(?: is|'s) (?P<v>.{1,40})`),
		named(`(?:please |you can |just )?call me (?P<v>.{1,40})`),
		named(`i{am} called (?P<v>.{1,40})`),
		when(`(?:my|our) (.{1,40}?)(?:'s name)? (?:is|are) (?:called|named) (?P<v>.{1,60})`, "$1 name"),
		when(`(?:my|our) (.{1,40})'s name is (?P<v>.{1,60})`, "$1 name"),
		when(`i(?: now)? live {in} {V}`, "home"),
		when(`i{am}(?: now)? living {in} {V}`, "home"),
		when(`i{have} moved (?:from .{1,60}? )?to {V}`, "home"),
		when(`i(?: am|'m| come) from {V}`, "origin"),
		when(`i(?: am|'m)?(?: now)? ?work(?:ing)? (?:as|at|for|in) {V}`, "work"),
		when(`i{am} allergic to {V}`, "allergy $1"),
		when(`i{am} (?P<v>\d{1,3})(?: years old)?`, "age"),
		when(`i was born (?:on|in|at) (?P<v>.{1,60})`, "birth"),
		when(`my birthday is (?P<v>.{1,60})`, "birthday"),
		when(`my favou?rite (.{1,40}?) (?:is|are) {V}`, "favourite $1"),
		when(`i (?:really |also |do not |don't |no longer |never |used to )?(?:like|love|enjoy|prefer|hate|dislike) (?P<v>.{1,60})`, "taste $1"),
		when(`i{have} stopped (?:liking|loving|enjoying|hating|eating|drinking) (?P<v>.{1,60})`, "taste $1"),
		when(`i (?:cannot|can't) (?:stand|eat|drink) (?P<v>.{1,60})`, "taste $1"),
		when(`i{am} (?:a |an )?(?P<v>vegetarian|vegan)`, "diet"),
		when(`i{am} an? (?P<v>.{2,40})`, "am $1"),
		when(`i(?: have|'ve got) (?:a|an|one|two|three|four|five|\d{1,2}) (?P<v>.{2,60})`, "have $1"),
		when(`i speak (?P<v>.{2,60})`, "languages"),
		when(`(?:my|our) (.{2,40}?) (?:is|are) {V}`, "$1"),
	}
})

// opening is what may stand before what is meant, and closing what may follow.
var (
	opening  = regexp.MustCompile(`(?i)^(?:(?:hi|hello|hey|no|yes|well|oh|oops|ok|okay|so|and|but|by the way|btw|actually|sorry|please|correction|update|now|wait|in fact|to be clear|my mistake|my bad|apologies|i was wrong)\b[,!.:; –—-]*|(?:remember|note|keep in mind|do not forget|don't forget)(?: this| that|:| that:)*\s+)+`)
	closing  = regexp.MustCompile(`(?i)(?:[, ]+(?:now|too|though|by the way|btw|actually|please|any ?more|any longer|after all|instead|sorry))+$`)
	breaks   = regexp.MustCompile(`[.!;\n]+(?:\s+|$)|\?+`)
	question = regexp.MustCompile(`(?i)^(?:who|what|when|where|which|whose|why|how|do|does|did|is|are|am|can|could|would|will|should|if|unless|maybe|imagine|suppose)\b`)
	// clauses begin a second statement in a sentence whose first one is denied.
	clauses = regexp.MustCompile(`(?i)\s*[,:–—]\s*(?:and |but |so |now |because )*(?:i|i'm|i've|my|our|call me|it'?s|it is|they'?re|he'?s|she'?s)\s|,? but (?:in |at |from |for |as )?`)
	denial  = regexp.MustCompile(`(?i)\b(?:no longer|not|used to|quit|left|lost|stopped|resigned|retired|fired|laid off|moved (?:away|out)|(?:do|did|is|are)n't|don't)\b`)
	// contrast is what somebody adds that something is not.
	contrast = regexp.MustCompile(`^(.*\S)(?:,| and| but|, and|, but) not (?:(?:in|at|near|on|from|as|for) )?(.{1,40})$`)
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
		for i, clause := range clausesOf(tidy(sentence)) {
			if s, is := correction(clause, i > 0); is {
				list = append(list, s)
			} else if s, is := statement(clause); is {
				list = append(list, s)
			}
		}
	}
	return list
}

// tidy is a sentence in one line, with plain apostrophes.
func tidy(sentence string) string {
	return strings.Join(strings.Fields(analysis.Plain(sentence)), " ")
}

// clausesOf cuts a sentence that first denies something, and then says what is
// so, in two.
func clausesOf(sentence string) []string {
	at := clauses.FindStringIndex(sentence)
	if at == nil || at[0] == 0 || !denial.MatchString(sentence[:at[0]]) {
		return []string{sentence}
	}
	if s, is := statement(sentence[:at[0]]); !is || !s.Ends && !denial.MatchString(s.Text) {
		return []string{sentence}
	}
	return []string{sentence[:at[0]], strings.TrimLeft(sentence[at[0]:], " ,:–—")}
}

// statement reads a tidy sentence.
func statement(text string) (Statement, bool) {
	text = closing.ReplaceAllString(opening.ReplaceAllString(text, ""), "")
	text = strings.TrimRight(text, " ,:")
	if text == "" || len(text) > maxFactBytes || question.MatchString(text) || strings.ContainsAny(text, "\"`<>{}") {
		return Statement{}, false
	}
	whole := text
	if found := contrast.FindStringSubmatch(text); found != nil {
		text = found[1]
	}
	for _, r := range rules() {
		at := r.is.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		s := Statement{Text: text, Subject: cut(analysis.Fold(string(r.is.ExpandString(nil, r.subject, text, at))), maxSubject), Ends: r.ends}
		if v := 2 * r.is.SubexpIndex("v"); at[v] >= 0 {
			s.Value = strings.Trim(text[at[v]:at[v+1]], " '")
		}
		if s.Value != "" && strings.Contains(s.Subject, analysis.Fold(s.Value)) {
			s.Text = whole // what is not liked is worth as much as what is
		}
		if r.names {
			s.Name = cut(s.Value, maxName)
		}
		return s, true
	}
	return Statement{}, false
}

// SubjectOf is what a statement is about by the rules, "" when they do not
// know, or when it ends another.
func SubjectOf(text string) string {
	s, _ := statement(strings.TrimRight(tidy(text), " .!"))
	if s.Ends {
		return ""
	}
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
