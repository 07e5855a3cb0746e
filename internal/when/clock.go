package when

import (
	"strconv"
	"strings"
	"time"
)

// usual are the hours that a part of the day means.
var usual = map[string]int{"": 9, "morning": 9, "noon": 12, "afternoon": 15, "evening": 19, "night": 21}

// timeOf reads a time of the day, clock as in "18:00" or "9 am", bare as in
// the 9 of "at 9"; without either it is the usual one of a part of the day.
func timeOf(clock, bare, part string) (hour, minute int, ok bool) {
	part, text := lower(part), lower(clock+bare)
	switch text {
	case "":
		return usual[part], 0, true
	case "noon":
		return 12, 0, true
	case "midnight":
		return 0, 0, true
	}
	if n := numbers[text]; n > 0 {
		text = strconv.Itoa(n)
	}
	letters := strings.NewReplacer(".", "", " ", "").Replace(strings.TrimLeft(text, "0123456789:.h "))
	digits := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	hour, _ = strconv.Atoi(digits[0])
	if len(digits) > 1 {
		minute, _ = strconv.Atoi(digits[1])
	}
	half := strings.HasPrefix(letters, "am") || strings.HasPrefix(letters, "pm")
	switch {
	case half && (hour < 1 || hour > 12), hour > 23, minute > 59:
		return 0, 0, false
	case half && hour == 12:
		hour = 0
	}
	if strings.HasPrefix(letters, "pm") || !half && hour < 12 && (part == "afternoon" || part == "evening" || part == "night" && hour > 4) {
		hour += 12
	}
	return hour, minute, hour < 24
}

// days adds days to now and sets the time of that day.
func days(now time.Time, n, hour, minute int) time.Time {
	wall := time.Date(now.Year(), now.Month(), now.Day()+n, hour, minute, 0, 0, time.UTC)
	return on(wall, now.Location())
}

// next is when the clock shows that time next.
func next(clock, bare string, now time.Time) (Moment, bool) {
	h, m, ok := timeOf(clock, bare, "")
	at := days(now, 0, h, m)
	if !at.After(now) {
		at = days(now, 1, h, m)
	}
	return Moment{At: at}, ok
}

// onDay is "tomorrow at 9": a day, a part of it, and a time.
func onDay(g []string, now time.Time) (Moment, bool) {
	h, m, ok := timeOf(g[3], g[4], g[2])
	n := map[string]int{"today": 0, "tomorrow": 1}[lower(g[1])]
	if strings.HasPrefix(lower(g[1]), "the") {
		n = 2
	}
	at := days(now, n, h, m)
	return Moment{At: at}, ok && at.After(now)
}

// onWeekday is the next day of that name, not today.
func onWeekday(g []string, now time.Time) (Moment, bool) {
	h, m, ok := timeOf(g[3], g[4], g[2])
	n := (int(dayOf(g[1])) - int(now.Weekday()) + 7) % 7
	at := days(now, n, h, m)
	if !at.After(now) {
		at = days(now, n+7, h, m)
	}
	return Moment{At: at}, ok
}

func onDate(g []string, now time.Time) (Moment, bool) {
	h, m, ok := timeOf(g[4], g[5], "")
	day, err := time.Parse(time.DateOnly, g[1]+"-"+g[2]+"-"+g[3])
	at := on(day.Add(time.Duration(h)*time.Hour+time.Duration(m)*time.Minute), now.Location())
	return Moment{At: at}, ok && err == nil
}

func dayOf(word string) time.Weekday {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.HasPrefix(lower(word), lower(d.String()[:3])) {
			return d
		}
	}
	return time.Sunday
}

func lower(s string) string { return strings.ToLower(s) }
