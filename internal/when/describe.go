package when

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Abbreviation is how people call the clocks of a moment's zone: CET, UTC, or
// UTC+03 where there is no name.
func Abbreviation(t time.Time) string {
	name, offset := t.Zone()
	if offset == 0 && (name == "GMT" && t.Location().String() == "Etc/GMT" || strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-")) {
		return "UTC"
	}
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

// Describe tells in words when a cron expression repeats; one of a kind that
// Find does not make is quoted.
func Describe(expression string) string {
	f := strings.Fields(expression)
	quoted := fmt.Sprintf("on the schedule %q", expression)
	if len(f) != 5 {
		return quoted
	}
	every := func(field, one, many string) (string, bool) {
		n, is := strings.CutPrefix(field, "*/")
		if n == "1" || field == "*" {
			return "every " + one, true
		}
		return "every " + n + " " + many, is
	}
	if f[2] == "*" && f[3] == "*" && f[4] == "*" {
		if _, err := strconv.Atoi(f[0]); err == nil {
			if said, is := every(f[1], "hour", "hours"); is {
				return said
			}
		}
		if f[1] == "*" {
			if said, is := every(f[0], "minute", "minutes"); is {
				return said
			}
		}
	}
	minute, err1 := strconv.Atoi(f[0])
	hour, err2 := strconv.Atoi(f[1])
	day, ok := describeDay(f[2], f[3], f[4])
	if err1 != nil || err2 != nil || !ok {
		return quoted
	}
	return fmt.Sprintf("every %s at %02d:%02d", day, hour, minute)
}

// describeDay tells the last three fields of a cron expression.
func describeDay(day, month, weekday string) (string, bool) {
	d, isDay := 0, false
	if n, err := strconv.Atoi(day); err == nil {
		d, isDay = n, true
	}
	switch {
	case day == "*" && month == "*" && weekday == "*":
		return "day", true
	case day == "*" && month == "*" && weekday == "1-5":
		return "weekday", true
	case day == "*" && month == "*":
		var names []string
		for each := range strings.SplitSeq(weekday, ",") {
			n, err := strconv.Atoi(each)
			if err != nil || n < 0 || n > 7 {
				return "", false
			}
			names = append(names, time.Weekday(n%7).String())
		}
		if last := len(names) - 1; last > 0 {
			return strings.Join(names[:last], ", ") + " and " + names[last], true
		}
		return names[0], true
	case isDay && month == "*" && weekday == "*":
		return "month on day " + day, true
	case isDay && weekday == "*":
		if m, err := strconv.Atoi(month); err == nil && m >= 1 && m <= 12 {
			return "year on " + strconv.Itoa(d) + " " + time.Month(m).String(), true
		}
	}
	return "", false
}
