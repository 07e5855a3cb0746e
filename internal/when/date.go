package when

import (
	"strconv"
	"time"
)

// dateOf reads what names a day, with the "on" before it.
func (t tokens) dateOf(i int, lead bool) (p piece, ok bool) {
	on := t.skip(i, "on", "at", "in")
	if lead {
		on = t.skip(i, "on", "at", "in", "for")
	}
	for _, read := range []func(i int, on bool) (piece, bool){t.numericDate, t.monthDate, t.edgeOfMonth, t.nthWeekday, t.namedDay, t.weekdayDate, t.dayOfMonth, t.vagueDay} {
		if q, found := read(on, on > i && t.is(i, "on")); found && q.to > p.to {
			p, ok = q, true
		}
	}
	p.from = i
	if ok && on > i && t.isOneOf(i, "at", "in") && p.said.day != nil && p.problem == "" && p.said.day.d != lastDay && p.said.day.d != 1 && p.said.day.week == nil && p.said.day.month == nil && p.said.day.year == nil {
		return p, false // "in Monday", "at the 5th"
	}
	return p, ok
}

// numericDate reads 2026-12-24, 24.12.2026, 12/24.
func (t tokens) numericDate(i int, on bool) (p piece, ok bool) {
	a, sep, b := t.at(i), t.at(i+1), t.at(i+2)
	if a.kind != numberToken || b.kind != numberToken || !sep.glued || !b.glued || len(a.text) > 4 || len(b.text) > 2 {
		return p, false
	}
	x, _ := strconv.Atoi(a.text)
	y, _ := strconv.Atoi(b.text)
	third, year := t.at(i+4), 0
	full := t.is(i+3, sep.text) && t.at(i+3).glued && third.kind == numberToken && third.glued && (len(third.text) == 4 || len(third.text) <= 2)
	p.to = i + 3
	if full {
		p.to = i + 5
		year, _ = strconv.Atoi(third.text)
	}
	d := &day{}
	p.said.day = d
	switch {
	case len(a.text) == 4 && full && len(third.text) <= 2 && (sep.text == "-" || sep.text == "/" || sep.text == "."):
		d.y, d.m, d.d = x, y, year
		p.to = t.isoTime(p.to, &p)
	case len(a.text) > 2 || full && len(third.text) == 1:
		return p, false
	case sep.text == ".":
		end := t.is(i+3, ".") && t.at(i+3).glued
		if !full && !on && !end {
			return p, false // "1.5" is a number
		}
		if !full && end {
			p.to++
		}
		d.m, d.d = y, x
	case sep.text == "/" || sep.text == "-" && full:
		switch {
		case x > 12 && y <= 12:
			d.m, d.d = y, x
		case y > 12 || x == y:
			d.m, d.d = x, y
		default:
			p.problem = "it could be " + shortDate(x, y) + " or " + shortDate(y, x)
		}
	default:
		return p, false
	}
	if full && d.y == 0 {
		if d.y = year; len(third.text) == 2 {
			d.y += 2000
		}
	}
	if p.problem == "" && !exists(d) {
		p.problem = "there is no such day"
	}
	return p, true
}

func shortDate(day, month int) string {
	return strconv.Itoa(day) + " " + time.Month(month).String()
}

// isoTime reads what follows the date in 2026-12-24T18:00:00Z.
func (t tokens) isoTime(i int, p *piece) int {
	if !t.is(i, "t") || !t.at(i).glued || !t.at(i+1).glued {
		return i
	}
	c, next, problem, ok := t.clock(i+1, true)
	if !ok {
		return i
	}
	c.sure, p.said.clock, p.problem = true, &c, problem
	if t.is(next, ".") && t.at(next).glued && t.at(next+1).kind == numberToken {
		next += 2
	}
	if zone, after, ok := t.offset(next, true); ok {
		p.said.zone, next = zone, after
	}
	return next
}

// exists reports whether there can be such a day, in a leap year if need be.
func exists(d *day) bool {
	if d.m < 1 || d.m > 12 || d.d < 1 || d.d > 31 {
		return false
	}
	y := d.y
	if y == 0 {
		y = 2000
	}
	return time.Date(y, time.Month(d.m), d.d, 0, 0, 0, 0, time.UTC).Day() == d.d
}

// year reads a year after a date, and "next year".
func (t tokens) year(i int, d *day) int {
	after := t.skip(i, ", of", ",", "of", "in")
	if k := t.at(after); k.kind == numberToken && len(k.text) == 4 && !(t.at(after+1).glued && t.is(after+1, ":")) {
		d.y, _ = strconv.Atoi(k.text)
		return after + 1
	}
	for ahead, words := range [][]string{{"this year"}, {"next year"}} {
		if next := t.skip(after, words...); next > after {
			d.year = &ahead
			return next
		}
	}
	return i
}

// monthDate reads "December 24", "the 24th of December 2026", "24 Dec".
func (t tokens) monthDate(i int, _ bool) (p piece, ok bool) {
	d := &day{}
	if m, next, is := t.month(i); is {
		next = t.skip(next, "the")
		n, end, is := t.ordinal(next)
		if !is && t.at(next).kind == numberToken && len(t.at(next).text) <= 2 {
			if n, end, is = t.number(next); is && (t.is(end, ":") && t.at(end).glued || t.half(end) != "") {
				is = false // "May 9:30" has no day
			}
		}
		if !is {
			return p, false
		}
		d.m, d.d = m, n
		p.to = t.year(end, d)
	} else {
		next = t.skip(i, "the")
		n, end, is := t.ordinal(next)
		if !is {
			if n, end, is = t.number(next); !is || n > 99 {
				return p, false
			}
			if t.is(end, ".") && t.at(end).glued {
				end++
			}
		}
		m, end, is := t.month(t.skip(end, "day of", "of", "-", "day in"))
		if !is {
			return p, false
		}
		d.m, d.d = m, n
		p.to = t.year(end, d)
	}
	p.said.day = d
	if !exists(d) {
		p.problem = "there is no such day"
	}
	return p, true
}

// monthAhead reads "next month", "this month", "the month", "December 2026".
func (t tokens) monthAhead(i int, d *day) (next int, ok bool) {
	for ahead, words := range [][]string{{"this month", "the month", "the current month"}, {"next month", "the next month", "the coming month"}} {
		if next = t.skip(i, words...); next > i {
			d.month = &ahead
			return next, true
		}
	}
	if d.m, next, ok = t.month(i); ok {
		return t.year(next, d), true
	}
	return i, false
}

// edgeOfMonth reads "the end of the month", "the last day of next month", "the
// first of next month", "the end of the year".
func (t tokens) edgeOfMonth(i int, _ bool) (p piece, ok bool) {
	d, next := &day{d: lastDay}, t.skip(i, "the end of", "end of", "the last day of", "last day of", "the very end of", "end - of")
	if next == i {
		d.d = 1
		next = t.skip(i, "the start of", "the beginning of", "start of", "beginning of", "the first day of", "first day of")
	}
	if next == i {
		n, end, is := t.ordinal(t.skip(i, "the"))
		if !is || !t.isOneOf(end, "of", "day", "next", "this") {
			return p, false
		}
		d.d, next = n, t.skip(end, "day of", "of")
	}
	end, ok := t.monthAhead(next, d)
	if !ok {
		for ahead, words := range [][]string{{"this year", "the year"}, {"next year"}} {
			if end = t.skip(next, words...); end > next && (d.d == lastDay || d.d == 1) {
				d.year, d.m = &ahead, 1
				if d.d == lastDay {
					d.m, d.d = 12, 31
				}
				ok = true
				break
			}
		}
	}
	if month := t.skip(next, "month"); !ok && month > next {
		d.month, end, ok = new(int), month, true // "end of month"
	}
	if !ok {
		if end = t.skip(next, "the week", "this week", "next week", "the weekend", "the quarter"); end > next && (d.d == lastDay || d.d == 1) {
			return piece{to: end, problem: "it does not say which day"}, true
		}
		return p, false
	}
	p.to, p.said.day = end, d
	if d.d != lastDay && (d.d < 1 || d.d > 31 || d.m > 0 && !exists(d)) {
		p.problem = "there is no such day"
	}
	return p, true
}

// nthWeekday reads "the first Monday of next month", "the last Friday in May".
func (t tokens) nthWeekday(i int, _ bool) (p piece, ok bool) {
	next := t.skip(i, "the")
	n, end, is := t.ordinal(next)
	if t.is(next, "last") {
		n, end, is = -1, next+1, true
	}
	if !is {
		return p, false
	}
	w, plural, end, is := t.weekday(end)
	if !is || plural {
		return p, false
	}
	d := &day{nth: n, weekday: &w}
	p.to, p.said.day = end, d
	after := t.skip(end, "of", "in")
	if end, is = t.monthAhead(after, d); is && (after > p.to || d.month != nil) {
		p.to = end
		return p, true
	}
	if t.is(next, "last") && next == i {
		p.problem = "it is over"
		return p, true
	}
	if next == i && n == 2 {
		return p, false // "second Monday" without a month says nothing
	}
	p.problem = "it does not say of which month"
	return p, true
}

// dayOfMonth reads "the 24th"; on makes the article needless.
func (t tokens) dayOfMonth(i int, on bool) (p piece, ok bool) {
	next := t.skip(i, "the")
	if next == i && !on && t.at(i).kind != numberToken {
		return p, false // "first" alone counts something else
	}
	n, end, is := t.ordinal(next)
	if !is || t.at(next).kind == wordToken && !t.endsDay(end) {
		return p, false
	}
	p.to, p.said.day = end, &day{d: n}
	if n < 1 || n > 31 {
		p.problem = "there is no such day"
	}
	return p, true
}

// endsDay reports whether "the first" stands for a day: nothing that it could
// count follows.
func (t tokens) endsDay(i int) bool {
	return t.ends(i) || t.isOneOf(i, "at", "by") || t.at(i).kind == markToken
}
