package when

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// Moment is what a phrase names: one moment, or a schedule.
type Moment struct {
	At   time.Time // zero for a schedule
	Cron string    // empty for one moment
}

const (
	// maxText is how much of a text Find looks at, in bytes.
	maxText = 2000
	// farthest bounds what "in ..." may name.
	farthest = 5 * 366 * 24 * time.Hour
)

const (
	number  = `(\d{1,6}|an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|half an)`
	unit    = `(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?)`
	clock   = `(?:at\s+)?(noon|midnight|\d{1,2}[:.h]\d{2}(?:\s*[ap]\.?m\b\.?)?|\d{1,2}\s*[ap]\.?m\b\.?|\d{1,2}\s*o'?clock)`
	bare    = `at\s+(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)`
	hour    = `(?:` + clock + `|` + bare + `)`
	weekday = `(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)`
	part    = `(morning|noon|afternoon|evening|night)`
)

// pattern is a way to write a moment; read gets its groups.
type pattern struct {
	form *regexp.Regexp
	read func(g []string, now time.Time) (Moment, bool)
}

func form(s string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:` + s + `)(?:$|\b|\s|[,.;!?])`)
}

// patterns are tried in this order: the longer ways to write come before what
// they hold.
var patterns = []pattern{
	{form(`hourly|every hour`), func([]string, time.Time) (Moment, bool) { return Moment{Cron: "0 * * * *"}, true }},
	{form(`every\s+(?:other\s+)?(?:second|minute|week|month)s?|every\s+other`), never},
	{form(`every\s+` + number + `\s+` + unit), everySo},
	{form(`every\s+(day|weekday|` + weekday + `s?)(?:\s+` + part + `)?(?:\s+` + hour + `)?`), everyDay},
	{form(`every\s+` + part + `(?:\s+` + hour + `)?`), func(g []string, _ time.Time) (Moment, bool) { return daily("*", g[1], g[2], g[3]) }},
	{form(`(?:daily|each day)(?:\s+` + hour + `)?`), func(g []string, _ time.Time) (Moment, bool) { return daily("*", "", g[1], g[2]) }},
	{form(`in\s+` + number + `\s+` + unit + `(?:\s+and\s+` + number + `\s+` + unit + `)?`), inSo},
	{form(`(?:on\s+)?(\d{4})-(\d{2})-(\d{2})(?:[t\s]+` + hour + `)?`), onDate},
	{form(hour + `\s+(?:on\s+|next\s+)` + weekday), func(g []string, now time.Time) (Moment, bool) {
		return onWeekday([]string{"", g[3], "", g[1], g[2]}, now)
	}},
	{form(hour + `\s+(today|tomorrow)`), func(g []string, now time.Time) (Moment, bool) { return onDay([]string{"", g[3], "", g[1], g[2]}, now) }},
	{form(`(?:on\s+|next\s+|this\s+)` + weekday + `(?:\s+` + part + `)?(?:\s+` + hour + `)?`), onWeekday},
	{form(`(today|tomorrow|the day after tomorrow)(?:\s+` + part + `)?(?:\s+` + hour + `)?`), onDay},
	{form(`(?:this\s+(morning|afternoon|evening)|(tonight))(?:\s+` + hour + `)?`), func(g []string, now time.Time) (Moment, bool) {
		return onDay([]string{"", "today", strings.ToLower(g[1] + strings.Replace(strings.ToLower(g[2]), "tonight", "night", 1)), g[3], g[4]}, now)
	}},
	{form(`at\s+` + clock + `|` + bare), func(g []string, now time.Time) (Moment, bool) { return next(g[1], g[2], now) }},
}

// Find looks in a text for the words that name a moment, as seen from now and
// by the clock of now's zone. rest is the text without them.
func Find(text string, now time.Time) (m Moment, rest string, ok bool) {
	if len(text) > maxText {
		return Moment{}, text, false
	}
	for _, p := range patterns {
		at := p.form.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		groups := make([]string, len(at)/2)
		for i := range groups {
			if at[2*i] >= 0 {
				groups[i] = text[at[2*i]:at[2*i+1]]
			}
		}
		if m, ok = p.read(groups, now); !ok {
			break // it names a moment that there is not, such as a time of today that is over
		}
		return m, strings.TrimLeft(strings.Join(strings.Fields(text[:at[0]]+" "+text[at[1]:]), " "), " ,;:"), true
	}
	return Moment{}, text, false
}

// Parse reads a phrase that is a moment and nothing else, or one of RFC 3339.
// Error code: INVALID_REQUEST.
func Parse(phrase string, now time.Time) (Moment, error) {
	phrase = strings.TrimSpace(phrase)
	if at, err := time.Parse(time.RFC3339, phrase); err == nil {
		return Moment{At: at}, nil
	}
	if at, err := time.ParseInLocation("2006-01-02T15:04:05", phrase, now.Location()); err == nil {
		return Moment{At: at}, nil
	}
	for _, written := range []string{phrase, "at " + phrase, "in " + phrase, "on " + phrase} {
		if m, rest, ok := Find(written, now); ok && rest == "" {
			return m, nil
		}
	}
	return Moment{}, eliza.Errorf(eliza.CodeInvalidRequest, `no moment that can be read, such as "in 20 minutes", "tomorrow at 9:00" or 2026-11-24T09:00:00Z`)
}

func never([]string, time.Time) (Moment, bool) { return Moment{}, false }

var numbers = map[string]int{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30}

// count is a number in digits or letters; 0 when it is none.
func count(word string) int {
	if n, err := strconv.Atoi(word); err == nil {
		return n
	}
	return numbers[strings.ToLower(word)]
}

// span is how long a number of units takes.
func span(word, unit string) (time.Duration, bool) {
	each := map[byte]time.Duration{'s': time.Second, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[lower(unit)[0]]
	if each == 0 {
		each = time.Minute
		if strings.HasPrefix(lower(unit), "mo") {
			each = 30 * 24 * time.Hour
		}
	}
	if lower(word) == "half an" {
		return each / 2, each == time.Hour
	}
	n := count(word)
	return time.Duration(n) * each, n > 0 && n <= int(farthest/each)
}

func inSo(g []string, now time.Time) (Moment, bool) {
	d, ok := span(g[1], g[2])
	if ok && g[3] != "" {
		var more time.Duration
		more, ok = span(g[3], g[4])
		d += more
	}
	return Moment{At: now.Add(d)}, ok && d <= farthest
}

// everySo is "every 10 minutes", as far as a cron expression can say it.
func everySo(g []string, now time.Time) (Moment, bool) {
	n := count(g[1])
	switch u := lower(g[2]); {
	case strings.HasPrefix(u, "min") && n >= 1 && 60%n == 0:
		return Moment{Cron: "*/" + strconv.Itoa(n) + " * * * *"}, true
	case u[0] == 'h' && n >= 1 && 24%n == 0:
		return Moment{Cron: strconv.Itoa(now.Minute()) + " */" + strconv.Itoa(n) + " * * *"}, true
	}
	return Moment{}, false
}

func everyDay(g []string, _ time.Time) (Moment, bool) {
	day := "*"
	switch {
	case g[2] != "":
		day = strconv.Itoa(int(dayOf(g[2])))
	case lower(g[1]) == "weekday":
		day = "1-5"
	}
	return daily(day, g[3], g[4], g[5])
}

func daily(day, part, clock, bare string) (Moment, bool) {
	h, m, ok := timeOf(clock, bare, part)
	return Moment{Cron: strconv.Itoa(m) + " " + strconv.Itoa(h) + " * * " + day}, ok
}
