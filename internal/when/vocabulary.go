package when

import (
	"strconv"
	"time"
)

// hours of the parts of a day, which a phrase may leave without a time.
var usualHour = map[string]int{
	"":          9, // of a day without any
	"morning":   9,
	"noon":      12,
	"afternoon": 15,
	"evening":   19,
	"night":     21,
	"end":       17, // of the working day
}

var weekdays = map[string]time.Weekday{
	"sunday": 0, "sun": 0, "monday": 1, "mon": 1, "tuesday": 2, "tue": 2, "tues": 2, "wednesday": 3, "wed": 3, "weds": 3,
	"thursday": 4, "thu": 4, "thur": 4, "thurs": 4, "friday": 5, "fri": 5, "saturday": 6, "sat": 6,
}

var months = map[string]int{
	"january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5, "june": 6, "jun": 6, "july": 7, "jul": 7,
	"august": 8, "aug": 8, "september": 9, "sep": 9, "sept": 9, "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12, "dec": 12,
}

// units are what times are counted in; the letters count only when they are
// written onto the number, as in 2h.
var units = map[string]unit{
	"second": {d: time.Second}, "sec": {d: time.Second}, "minute": {d: time.Minute}, "min": {d: time.Minute}, "hour": {d: time.Hour}, "hr": {d: time.Hour},
	"day": {days: 1}, "week": {days: 7}, "wk": {days: 7}, "fortnight": {days: 14}, "month": {months: 1}, "year": {months: 12}, "yr": {months: 12},
}

var gluedUnits = map[string]unit{
	"s": {d: time.Second}, "m": {d: time.Minute}, "h": {d: time.Hour}, "d": {days: 1}, "w": {days: 7},
}

// unit is a length of time: exactly one field is set.
type unit struct {
	months, days int
	d            time.Duration
}

var cardinals = map[string]int{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
	"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
}

var ordinals = map[string]int{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
	"thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}

// number reads a whole number in digits (at most six) or words.
func (t tokens) number(i int) (n, next int, ok bool) {
	switch k := t.at(i); k.kind {
	case numberToken:
		if len(k.text) > 6 {
			return 0, i, false
		}
		n, err := strconv.Atoi(k.text)
		return n, i + 1, err == nil
	case wordToken:
		n, ok := cardinals[k.text]
		if !ok {
			return 0, i, false
		}
		if n >= 20 {
			after := t.skip(i+1, "-")
			if ones, is := cardinals[t.at(after).text]; is && ones > 0 && ones < 10 {
				return n + ones, after + 1, true
			}
		}
		return n, i + 1, true
	}
	return 0, i, false
}

// ordinal reads "24th" or "twenty-fourth".
func (t tokens) ordinal(i int) (n, next int, ok bool) {
	k := t.at(i)
	if k.kind == numberToken && len(k.text) <= 2 && t.at(i+1).glued && t.isOneOf(i+1, "st", "nd", "rd", "th") {
		n, _ = strconv.Atoi(k.text)
		return n, i + 2, true
	}
	if n, ok = ordinals[k.text]; ok {
		return n, i + 1, true
	}
	if tens := cardinals[k.text]; tens == 20 || tens == 30 {
		after := t.skip(i+1, "-")
		if ones, is := ordinals[t.at(after).text]; is && ones < 10 {
			return tens + ones, after + 1, true
		}
	}
	return 0, i, false
}

// unit reads the name of a unit; the number before it ends at i.
func (t tokens) unit(i int) (u unit, next int, ok bool) {
	k := t.at(i)
	if u, ok = gluedUnits[k.text]; ok && k.glued && t.at(i-1).kind == numberToken {
		return u, i + 1, true
	}
	if u, ok = units[singular(k.text)]; ok {
		return u, i + 1, true
	}
	return u, i, false
}

// singular takes the s of a plural and the apostrophe of "20 minutes' time"
// away.
func singular(w string) string {
	for _, end := range []string{"'s", "s'", "s"} {
		if n := len(w) - len(end); n > 1 && w[n:] == end {
			return w[:n]
		}
	}
	return w
}

// weekday reads the name of a day of the week; plural tells "Mondays".
func (t tokens) weekday(i int) (d time.Weekday, plural bool, next int, ok bool) {
	w := t.at(i).text
	if d, ok = weekdays[w]; ok {
		if t.is(i+1, ".") && t.at(i+1).glued && len(w) < 6 {
			i++
		}
		return d, false, i + 1, true
	}
	if n := len(w) - 1; n >= 6 && w[n] == 's' && w[n-1] == 'y' {
		d, ok = weekdays[w[:n]]
		return d, true, i + 1, ok
	}
	return 0, false, i, false
}

// month reads the name of a month.
func (t tokens) month(i int) (m, next int, ok bool) {
	if m, ok = months[t.at(i).text]; !ok {
		return 0, i, false
	}
	if t.is(i+1, ".") && t.at(i+1).glued && len(t.at(i).text) <= 4 {
		i++
	}
	return m, i + 1, true
}
