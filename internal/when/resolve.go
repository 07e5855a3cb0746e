package when

import (
	"fmt"
	"time"
)

// plain reports whether a day is the name of a weekday and nothing else.
func (d *day) plain() bool { return *d == (day{weekday: d.weekday}) }

// resolve makes a moment of what was said, as seen from now; problem tells why
// there is none.
func resolve(s parts, now time.Time) (m Moment, problem string) {
	zone := now.Location()
	if s.zone != nil {
		zone = s.zone
	}
	m.Zone = zone
	if s.cycle != nil {
		if s.span != nil {
			return m, "it says both once and again"
		}
		m.Cron, problem = s.cycle.cron(&s, now.In(zone))
		return m, problem
	}
	today := dateOnly(now)
	switch {
	case s.span != nil && s.day != nil:
		return m, "it says two days"
	case s.span != nil && s.clock == nil && s.part == "":
		at := on(wallOf(now).AddDate(0, 0, s.span.days), now.Location())
		if s.span.months > 0 {
			at = on(addMonths(wallOf(now), s.span.months).AddDate(0, 0, s.span.days), now.Location())
		}
		if s.span.months == 0 && s.span.days == 0 {
			at = now
		}
		m.At = at.Add(s.span.d)
		return m, ""
	case s.span != nil && s.span.d > 0:
		return m, "it says two times"
	case s.span != nil:
		return atTime(s, addMonths(today, s.span.months).AddDate(0, 0, s.span.days), zone, now)
	case s.day != nil:
		return onDay(s, today, zone, now)
	}
	// A time alone is when the clock shows it next.
	today = dateOnly(now.In(zone))
	if m, problem = atTime(s, today, zone, now); problem == "" || problem == passed {
		if problem == passed {
			m, problem = atTime(s, today.AddDate(0, 0, 1), zone, now)
		}
	}
	return m, problem
}

const (
	passed  = "it has passed"
	twoDays = "it could be one of two days"
)

func dateOnly(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// addMonths adds months; a day that the month does not have is its last.
func addMonths(t time.Time, months int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// onDay is the moment on a day that is named.
func onDay(s parts, today time.Time, zone *time.Location, now time.Time) (m Moment, problem string) {
	for try := 0; ; try++ {
		date, more, problem := s.day.date(today, try)
		if problem != "" {
			return m, problem
		}
		if w := s.day.weekday; w != nil && date.Weekday() != *w {
			return m, fmt.Sprintf("%s is a %s", date.Format("2 January 2006"), date.Weekday())
		}
		if s.clock != nil && s.clock.midnight && (s.day.ahead == nil || *s.day.ahead > 0) {
			return m, "it could be the night before or the night after"
		}
		m, problem = atTime(s, date, zone, now)
		if problem != passed || !more {
			if problem == passed && s.clock == nil && s.part == "" && s.day.ahead != nil && *s.day.ahead == 0 {
				problem = "it does not say at what time"
			}
			return m, problem
		}
	}
}

// date is the day that is named, seen from today. Some come again: more
// reports whether there is another one after it, which try asks for.
func (d *day) date(today time.Time, try int) (date time.Time, more bool, problem string) {
	switch {
	case d.ahead != nil:
		date = today.AddDate(0, 0, *d.ahead)
		if d.m != 0 && (int(date.Month()) != d.m || date.Day() != d.d) || d.m == 0 && d.d != 0 && date.Day() != d.d || d.week != nil || d.month != nil || d.weeks != 0 {
			problem = "it says two days"
		}
		return date, false, problem
	case d.nth != 0:
		return d.nthDate(today)
	case d.d != 0:
		return d.numberedDate(today, try)
	case d.weekday == nil:
		return date, false, "it does not say which day"
	}
	ahead := (int(*d.weekday) - int(today.Weekday()) + 7) % 7
	monday := (int(today.Weekday()) + 6) % 7 // days since
	if d.month != nil || d.year != nil {
		return date, false, "it does not say which day"
	}
	if d.week != nil {
		return today.AddDate(0, 0, 7**d.week-monday+(int(*d.weekday)+6)%7), false, ""
	}
	if d.which == "next" {
		if ahead == 0 {
			ahead = 7
		}
		if coming := today.AddDate(0, 0, ahead); monday+ahead < 7 {
			return date, false, fmt.Sprintf("it could be %s or %s", coming.Format("2 January"), coming.AddDate(0, 0, 7).Format("2 January"))
		}
		return today.AddDate(0, 0, ahead), false, ""
	}
	if d.weeks > 0 && ahead == 0 {
		return date, false, twoDays // "Tuesday week", on a Tuesday
	}
	return today.AddDate(0, 0, ahead+7*(d.weeks+try)), d.which == "" && d.weeks == 0 && try == 0, ""
}

// numberedDate is a day with its number: of a month, or of the one that is
// near.
func (d *day) numberedDate(today time.Time, try int) (date time.Time, more bool, problem string) {
	if d.week != nil || d.weeks != 0 {
		return date, false, "it says two days"
	}
	if d.m != 0 {
		if d.month != nil {
			return date, false, "it says two months"
		}
		y := today.Year() + try
		if d.y != 0 {
			y = d.y
		}
		if d.year != nil {
			y = today.Year() + *d.year
		}
		date, ok := dayIn(y, d.m, d.d)
		if !ok {
			return date, false, fmt.Sprintf("there is no such day in %d", y)
		}
		return date, d.y == 0 && d.year == nil && try == 0, ""
	}
	if d.year != nil {
		return date, false, "it does not say in which month"
	}
	if d.month != nil {
		if date, ok := dayIn(today.Year(), int(today.Month())+*d.month, d.d); ok {
			return date, false, ""
		}
		return date, false, "that month has no such day"
	}
	for n, left := 0, try; n < 13; n++ {
		if date, ok := dayIn(today.Year(), int(today.Month())+n, d.d); ok && !date.Before(today) {
			if left--; left < 0 {
				return date, try == 0, ""
			}
		}
	}
	return date, false, "there is no such day"
}

// dayIn is a day of a month, which may be beyond the year's; ok is false when
// the month does not have it.
func dayIn(y, m, d int) (date time.Time, ok bool) {
	first := time.Date(y, time.Month(m), 1, 0, 0, 0, 0, time.UTC)
	if d == lastDay {
		return first.AddDate(0, 1, -1), true
	}
	date = first.AddDate(0, 0, d-1)
	return date, date.Month() == first.Month()
}

// nthDate is "the first Monday of next month".
func (d *day) nthDate(today time.Time) (date time.Time, more bool, problem string) {
	y, m := today.Year(), int(today.Month())
	switch {
	case d.month != nil:
		m += *d.month
	case d.m != 0:
		m = d.m
		if d.y != 0 {
			y = d.y
		} else if d.year != nil {
			y += *d.year
		} else if m < int(today.Month()) {
			y++
		}
	}
	first := time.Date(y, time.Month(m), 1, 0, 0, 0, 0, time.UTC)
	if d.nth < 0 {
		last := first.AddDate(0, 1, -1)
		return last.AddDate(0, 0, -((int(last.Weekday()) - int(*d.weekday) + 7) % 7)), false, ""
	}
	date = first.AddDate(0, 0, (int(*d.weekday)-int(first.Weekday())+7)%7+7*(d.nth-1))
	if date.Month() != first.Month() {
		problem = "that month has no such day"
	}
	return date, false, problem
}

// atTime is the moment of a day at which the clocks of a zone show the time
// that is said.
func atTime(s parts, date time.Time, zone *time.Location, now time.Time) (m Moment, problem string) {
	hour, minute, late, problem := timeOn(s.clock, s.part)
	if problem != "" {
		return m, problem
	}
	second := 0
	if s.clock != nil {
		second = s.clock.second
	}
	if late {
		// The night belongs to the day on which it begins.
		if s.day == nil || s.day.ahead == nil || *s.day.ahead != 0 {
			if s.day != nil || s.span != nil {
				return m, twoDays
			}
		} else {
			date = date.AddDate(0, 0, 1)
		}
	}
	if s.clock != nil && s.clock.midnight && s.day != nil && s.day.ahead != nil && *s.day.ahead == 0 {
		date = date.AddDate(0, 0, 1)
	}
	wall := date.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second)
	m = Moment{At: on(wall, zone), Zone: zone}
	switch {
	case !m.At.After(now):
		return Moment{}, passed
	case !wallOf(m.At).Equal(wall):
		return Moment{}, "the clocks are put forward then and skip it"
	case m.At.Sub(now) > farthest:
		return Moment{}, "it is more than five years ahead"
	}
	return m, ""
}

// timeOn is the time of a day that a clock and a part of the day say together.
// late is set for the hours of a night that are of the next date.
func timeOn(c *clock, part string) (hour, minute int, late bool, problem string) {
	if c == nil {
		return usualHour[part], 0, false, ""
	}
	hour = c.hour
	const clash = "the hour and the part of the day do not go together"
	if part == "" {
		return hour, c.minute, false, ""
	}
	if c.midnight && part == "night" {
		return 0, 0, false, "" // "tonight at midnight": the day says which
	}
	type hours struct{ first, last int }
	in := map[string]hours{"morning": {0, 11}, "afternoon": {12, 18}, "evening": {16, 23}, "night": {18, 23}}[part]
	if part == "night" && (hour < 5 || hour == 12 && !c.sure) {
		return hour % 12, c.minute, true, ""
	}
	if hour >= in.first && hour <= in.last && (c.sure || part == "morning" || hour > 12 || hour == 12 && part == "afternoon") {
		return hour, c.minute, false, ""
	}
	if afternoon := hour + 12; !c.sure && hour < 12 && part != "morning" && afternoon >= in.first && afternoon <= in.last {
		return afternoon, c.minute, false, ""
	}
	return 0, 0, false, clash
}
