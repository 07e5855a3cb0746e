package when

import (
	"math"
	"time"
)

// farthest bounds how far ahead a moment may be.
const farthest = 5 * 366 * 24 * time.Hour

// timeFromNow reads "in an hour and a half", "2 days from now", "in a week's
// time", "a week on Monday", "two weeks from tomorrow".
func (t tokens) timeFromNow(i int, lead bool) (p piece, ok bool) {
	p.from = i
	in := t.isOneOf(i, "in", "after") || lead && t.is(i, "for")
	if in {
		i++
	}
	if next := t.skip(i, "about", "around", "approximately", "roughly", "maybe", "at least", "less than", "more than", "under", "over"); next > i {
		if _, end, _, found := t.amount(next); found {
			p.to, p.problem = end, "it is no exact time"
			return p, true
		}
	}
	s, next, problem, found := t.amount(i)
	if !found {
		return p, false
	}
	p.to, p.problem = next, problem
	if after := t.skip(next, "from now", "from today", "hence", "time"); after > next && (in || !t.is(next, "time")) {
		p.to, p.said.span = after, &s
		return p, true
	}
	if t.isOneOf(next, "ago", "earlier") {
		p.to, p.problem = next+1, "it is over"
		return p, true
	}
	if s.d == 0 && s.months == 0 && s.days%7 == 0 && !in {
		if d, end, found := t.weeksFrom(next, s.days/7); found {
			p.to, p.said.day = end, &d
			return p, true
		}
	}
	if t.isOneOf(next, "before", "after") {
		if end, found := t.event(next + 1); found {
			p.to, p.problem = end, "I do not know when that is"
			return p, true
		}
	}
	p.said.span = &s
	if after := t.at(next); in && (after.text == "or" || after.text == "-" || after.text == "to") && t.at(next+1).kind == numberToken {
		p.to, p.problem = next+2, "it is no exact time"
	}
	return p, in
}

// event reads what a time is told from and nobody can know: up to the word
// that begins what is to be said, or the end.
func (t tokens) event(i int) (next int, ok bool) {
	for next = i; next < len(t) && next < i+5 && !delimiters[t[next].text] && t[next].kind == wordToken; next++ {
	}
	return next, next > i
}

// weeksFrom reads what follows "a week": "on Monday", "from tomorrow",
// "today".
func (t tokens) weeksFrom(i, weeks int) (d day, next int, ok bool) {
	after := t.skip(i, "on", "from", "after")
	if w, plural, end, is := t.weekday(after); is && !plural && after > i {
		return day{weekday: &w, weeks: weeks}, end, true
	}
	days := 0
	switch {
	case t.is(after, "tomorrow"):
		days = 1
	case !t.is(after, "today"):
		return d, i, false
	}
	days += 7 * weeks
	return day{ahead: &days}, after + 1, true
}

// amount reads a length of time: "20 minutes", "1h30", "one and a half hours",
// "2 days and 3 hours".
func (t tokens) amount(i int) (s span, next int, problem string, ok bool) {
	for {
		n, after, why, found := t.quantity(i)
		if !found {
			break
		}
		u, end, is := t.unit(after)
		if !is {
			break
		}
		if half := t.skip(end, "and a half", "and one half"); half > end {
			n, end = n+0.5, half
		} else if quarter := t.skip(end, "and a quarter"); quarter > end {
			n, end = n+0.25, quarter
		}
		if why == "" {
			why = s.add(n, u)
		}
		if problem == "" {
			problem = why
		}
		ok, next = true, end
		if k := t.at(end); u.d == time.Hour && k.kind == numberToken && k.glued && len(k.text) == 2 && !t.at(end+1).glued {
			m, _, _ := t.number(end)
			s.d += time.Duration(m) * time.Minute
			return s, end + 1, problem, true
		}
		i = t.skip(end, ", and", "and", ",")
	}
	if ok && problem == "" && s == (span{}) {
		problem = "that is now"
	}
	return s, next, problem, ok
}

// add adds so many units; it returns why they cannot be, or "".
func (s *span) add(n float64, u unit) string {
	months, days := n*float64(u.months), n*float64(u.days)
	d := time.Duration(n * float64(u.d))
	if float64(u.d)*n+(days+months*31)*float64(24*time.Hour) > float64(farthest) {
		return "it is more than five years ahead"
	}
	if months != math.Trunc(months) {
		return "that is no whole number of months"
	}
	if days != math.Trunc(days) {
		days, d = 0, time.Duration(days*float64(24*time.Hour))
	}
	s.months, s.days, s.d = s.months+int(months), s.days+int(days), s.d+d
	if s.d+time.Duration(s.days+31*s.months)*24*time.Hour > farthest {
		return "it is more than five years ahead"
	}
	return ""
}

// quantity reads how many: "20", "a", "half an", "1.5", "two and a half", "a
// couple of".
func (t tokens) quantity(i int) (n float64, next int, problem string, ok bool) {
	for _, q := range []struct {
		n    float64
		said []string
	}{
		{0.5, []string{"half an", "half a", "a half", "half", "½"}},
		{0.75, []string{"three quarters of an", "three quarters of a", "three - quarters of an", "¾"}},
		{0.25, []string{"a quarter of an", "a quarter of a", "quarter of an", "quarter of a", "a quarter", "¼"}},
		{2, []string{"a couple of", "couple of", "a couple"}},
		{0, []string{"a few", "few", "several", "some", "a number of", "many"}},
		{1, []string{"a single", "an", "a"}},
	} {
		if next = t.skip(i, q.said...); next > i {
			if q.n == 0 {
				problem = "it does not say how many"
			}
			return q.n, next, problem, true
		}
	}
	whole, next, ok := t.number(i)
	if !ok {
		return 0, i, "", false
	}
	n = float64(whole)
	if sep, decimals := t.at(next), t.at(next+1); t.at(i).kind == numberToken && (sep.text == "." || sep.text == ",") && sep.glued && decimals.kind == numberToken && decimals.glued && len(decimals.text) <= 3 {
		part := 0.0
		for p := len(decimals.text) - 1; p >= 0; p-- {
			part = (part + float64(decimals.text[p]-'0')) / 10
		}
		return n + part, next + 2, "", true
	}
	for _, f := range []struct {
		n    float64
		said []string
	}{{0.5, []string{"½", "and a half", "1 / 2"}}, {0.25, []string{"¼", "and a quarter"}}, {0.75, []string{"¾", "and three quarters"}}} {
		if after := t.skip(next, f.said...); after > next {
			return n + f.n, after, "", true
		}
	}
	return n, next, "", true
}
