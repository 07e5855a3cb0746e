package when

import "time"

// piece is a stretch of a text that says something of a moment.
type piece struct {
	from, to int // tokens
	said     parts
	// problem is set when it cannot be taken: in a few words, why.
	problem string
}

// parts are what phrases say of a moment; each is said once.
type parts struct {
	span  *span
	day   *day
	clock *clock
	part  string // of the day
	cycle *cycle
	zone  *time.Location
}

// span is a time from now.
type span struct {
	months, days int
	d            time.Duration
}

// day is what is said of a date. What is not said is nil or zero.
type day struct {
	ahead   *int          // days from today
	weekday *time.Weekday // its name
	which   string        // "this" or "next" before that
	weeks   int           // so many weeks after that weekday, or after ahead
	week    *int          // weeks from this one
	month   *int          // months from this one
	year    *int          // years from this one
	y, m, d int           // d is lastDay for the last of a month
	nth     int           // which weekday of its month; -1 for the last
}

const lastDay = 99

// clock is a time of the day.
type clock struct {
	hour, minute, second int
	sure                 bool // "6 pm", "18:00", "noon": not one of two halves of the day
	midnight             bool // said as the word
}

// cycle is what repeats.
type cycle struct {
	minutes, hours int
	unit           string // "day", "week", "month", "year"
	days           [7]bool
}

// merge adds what b says to a; false when both say it.
func merge(a, b parts) (parts, bool) {
	if a.span != nil && b.span != nil || a.clock != nil && b.clock != nil || a.part != "" && b.part != "" || a.cycle != nil && b.cycle != nil || a.zone != nil && b.zone != nil {
		return a, false
	}
	if b.span != nil {
		a.span = b.span
	}
	if b.clock != nil {
		a.clock = b.clock
	}
	if b.part != "" {
		a.part = b.part
	}
	if b.cycle != nil {
		a.cycle = b.cycle
	}
	if b.zone != nil {
		a.zone = b.zone
	}
	if a.day == nil || b.day == nil {
		if a.day == nil {
			a.day = b.day
		}
		return a, true
	}
	d, ok := mergeDays(*a.day, *b.day)
	a.day = &d
	return a, ok
}

// mergeDays is "Thursday" and "December 24", "Monday" and "next week".
func mergeDays(a, b day) (day, bool) {
	ok := true
	for _, f := range []struct{ to, from **int }{{&a.ahead, &b.ahead}, {&a.week, &b.week}, {&a.month, &b.month}, {&a.year, &b.year}} {
		if *f.from != nil {
			ok = ok && *f.to == nil
			*f.to = *f.from
		}
	}
	for _, f := range []struct{ to, from *int }{{&a.y, &b.y}, {&a.m, &b.m}, {&a.d, &b.d}, {&a.nth, &b.nth}, {&a.weeks, &b.weeks}} {
		if *f.from != 0 {
			ok = ok && *f.to == 0
			*f.to = *f.from
		}
	}
	if b.weekday != nil {
		ok = ok && a.weekday == nil
		a.weekday, a.which = b.weekday, b.which
	}
	return a, ok
}
