package when

// namedDay reads "tomorrow", "the day after tomorrow", "yesterday".
func (t tokens) namedDay(i int, _ bool) (p piece, ok bool) {
	for _, n := range []struct {
		ahead int
		said  []string
	}{
		{2, []string{"the day after tomorrow", "day after tomorrow"}},
		{1, []string{"tomorrow", "tmrw", "tmr", "tomorow", "tommorow", "tommorrow"}}, //nolint:misspell // people write it so
		{0, []string{"later today", "today", "this very day"}},
		{-1, []string{"the day before yesterday", "yesterday"}},
	} {
		if p.to = t.skip(i, n.said...); p.to == i {
			continue
		}
		if p.said.day = (&day{ahead: &n.ahead}); n.ahead < 0 {
			p.problem = "it is over"
		}
		if t.is(i, "later") {
			p.problem = "it is no exact time"
		}
		if n.ahead == 0 || n.ahead == 1 {
			p.to = t.laterWeeks(p.to, func(weeks int) { days := n.ahead + 7*weeks; p.said.day.ahead = &days })
		}
		return p, true
	}
	return p, false
}

// laterWeeks reads the week of "tomorrow week" and "Monday week".
func (t tokens) laterWeeks(i int, set func(weeks int)) int {
	if t.is(i, "week") {
		set(1)
		return i + 1
	}
	if t.is(i, "fortnight") {
		set(2)
		return i + 1
	}
	return i
}

// weekdayDate reads "Friday", "this Friday", "next Friday", "Monday week",
// "Monday next week", "next week on Monday".
func (t tokens) weekdayDate(i int, _ bool) (p piece, ok bool) {
	which, next := "", i
	switch {
	case t.is(i, "next") || t.is(i, "the", "next"):
		which, next = "next", t.skip(i, "next", "the next")
	case t.is(i, "this"):
		which, next = "this", t.skip(i, "this coming", "this")
	case t.isOneOf(i, "coming", "upcoming") || t.is(i, "the", "coming"):
		next = t.skip(i, "coming", "upcoming", "the coming")
	case t.isOneOf(i, "last", "past", "previous"):
		if _, _, end, is := t.weekday(i + 1); is {
			return piece{to: end, problem: "it is over"}, true
		}
	}
	w, plural, end, is := t.weekday(next)
	if !is || plural || next == i && !t.meansDay(i) {
		return p, false
	}
	d := &day{weekday: &w, which: which}
	p.to, p.said.day = end, d
	if after := t.skip(end, "after next"); after > end {
		p.to, p.problem = after, "it could be one of two days"
		return p, true
	}
	p.to = t.laterWeeks(end, func(weeks int) { d.weeks = weeks })
	if p.to > end && which == "next" {
		p.problem = "it could be one of two days"
	}
	return p, true
}

// meansDay reports whether a name of a weekday is one: "sat", "sun" and "wed"
// are words too.
func (t tokens) meansDay(i int) bool {
	k := t.at(i)
	return k.text != "sat" && k.text != "sun" && k.text != "wed" || k.raw != k.text || i == 0 || t.isOneOf(i-1, "on", "for", ",")
}

// vagueDay reads what names more than a day: "next week", which together with
// a weekday is one, "this weekend", "in December".
func (t tokens) vagueDay(i int, _ bool) (p piece, ok bool) {
	zero, one := 0, 1
	for _, n := range []struct {
		d    *day
		said []string
	}{
		{&day{week: &one}, []string{"next week", "the next week", "the coming week", "the following week"}},
		{&day{week: &zero}, []string{"this week"}},
		{&day{month: &one}, []string{"next month", "the following month", "of next month"}},
		{&day{month: &zero}, []string{"this month", "of this month", "of the month"}},
		{&day{year: &one}, []string{"next year", "of next year"}},
		{nil, []string{"the weekend", "this weekend", "next weekend", "weekend", "this year", "this coming weekend", "the holidays", "week after next", "the week after next",
			"spring", "summer", "autumn", "winter", "the spring", "the summer", "the autumn", "the winter", "next spring", "next summer", "next autumn", "next winter", "next fall", "the next few days", "a while", "due course", "the near future", "the future"}},
		{nil, []string{"last week", "last month", "last year", "last weekend"}},
	} {
		if next := t.skip(i, n.said...); next > i && next > p.to {
			p.to, ok = next, true
			if p.said.day = n.d; n.d == nil {
				p.problem = "it does not say which day"
			}
			if t.is(i, "last") {
				p.problem = "it is over"
			}
		}
	}
	if ok {
		return p, true
	}
	m, next, is := t.month(i)
	if !is || next == i+1 && len(t.at(i).text) < 3 {
		return p, false
	}
	if t.is(i, "may") || t.is(i, "march") || t.is(i, "mar") {
		if !t.is(i-1, "in") || t.at(i).raw == t.at(i).text { // "I may", "in march"
			return p, false
		}
	}
	d := &day{m: m}
	next = t.year(next, d)
	return piece{to: next, said: parts{day: d}, problem: "it does not say which day"}, true
}
