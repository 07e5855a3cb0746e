package when

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// noSuchCycle says that the engine of tasks has nothing of the kind.
const noSuchCycle = "I can repeat every day, weekday, month or year, or every few minutes or hours, but not every other one"

// repeated reads "every Monday at 9", "daily", "Mondays and Thursdays", "on the
// 5th of every month".
func (t tokens) repeated(i int) (p piece, ok bool) {
	p.from = i
	every := t.skip(i, "every single", "every", "each", "once every", "once each")
	if every == i {
		return t.repeatedPlain(i)
	}
	c := &cycle{unit: "day"}
	p.said.cycle = c
	if days, next, found := t.weekdaySet(every, true); found {
		c.unit, c.days, p.to = "week", days, next
		return p, true
	}
	if q, found := t.monthDate(every, true); found {
		c.unit, p.to, p.problem, p.said.day = "year", q.to, q.problem, q.said.day
		return p, true
	}
	if n, end, is := t.ordinal(every); is || t.isOneOf(every, "other", "alternate", "alternating") {
		if !is {
			end = every + 1
		}
		_, _, after, named := t.weekday(end)
		_, counted, unit := t.unit(end)
		switch {
		case named:
			p.to, p.problem = t.skip(after, "of the month", "of every month", "in the month"), noSuchCycle
		case t.is(end, "weekday") || t.is(end, "weekend"):
			p.to, p.problem = end+1, noSuchCycle
		case unit && !t.is(end, "of") && !t.is(end, "day", "of"):
			p.to, p.problem = counted, noSuchCycle
		case t.isOneOf(end, "morning", "afternoon", "evening", "night"):
			p.to, p.problem = end+1, noSuchCycle
		case !is:
			return p, false
		default:
			c.unit, p.said.day = "month", &day{d: n}
			p.to = t.skip(end, "day of the month", "of the month", "day of each month", "of each month", "of every month")
			if t.at(every).kind == wordToken && p.to == end {
				return p, false // "every second" counts something else
			}
		}
		return p, true
	}
	for _, n := range []struct {
		cycle cycle
		said  []string
	}{
		{cycle{minutes: 30}, []string{"half hour", "half an hour", "half - hour"}},
		{cycle{minutes: 15}, []string{"quarter of an hour", "quarter hour", "quarter - hour"}},
		{cycle{minutes: 1}, []string{"minute"}},
		{cycle{hours: 1}, []string{"hour on the hour", "hour"}},
		{cycle{unit: "day"}, []string{"day of the week", "day"}},
		{cycle{unit: "month"}, []string{"month"}},
		{cycle{unit: "year"}, []string{"year"}},
	} {
		if p.to = t.skip(every, n.said...); p.to > every {
			*c = n.cycle
			return p, true
		}
	}
	if t.is(every, "week") {
		c.unit, p.to = "week", every+1
		if days, next, found := t.weekdaySet(t.skip(p.to, "on"), true); found {
			c.days, p.to = days, next
		}
		return p, true
	}
	if q, found := t.partOfDay(every, true); found && q.problem == "" && q.said.day == nil {
		p.to, p.said.part = q.to, q.said.part
		return p, true
	}
	if named, next, found := t.namedTime(every); found {
		p.to, p.said.clock = next, &named
		return p, true
	}
	n, next, problem, found := t.quantity(every)
	u, end, is := t.unit(next)
	if !found || !is {
		if found && t.at(next).kind == wordToken && weekdays[singular(t.at(next).text)] > 0 {
			return piece{from: i, to: next + 1, problem: noSuchCycle}, true
		}
		return p, false
	}
	p.to, p.problem = end, problem
	if d := time.Duration(n * float64(u.d)); d > 0 && d%time.Minute == 0 {
		if *c = (cycle{minutes: int(d / time.Minute)}); d%time.Hour == 0 {
			*c = cycle{hours: int(d / time.Hour)}
		}
	} else if n == 1 && u.days == 1 {
		*c = cycle{unit: "day"}
	} else if p.problem == "" {
		p.problem = noSuchCycle
	}
	return p, true
}

// repeatedPlain reads what repeats without "every".
func (t tokens) repeatedPlain(i int) (p piece, ok bool) {
	p.from = i
	for _, n := range []struct {
		cycle cycle
		part  string
		said  []string
	}{
		{cycle{unit: "day"}, "", []string{"daily", "once a day", "once per day", "once daily"}},
		{cycle{unit: "day"}, "night", []string{"nightly"}},
		{cycle{hours: 1}, "", []string{"hourly", "once an hour", "once per hour"}},
		{cycle{unit: "week"}, "", []string{"weekly", "once a week", "once per week"}},
		{cycle{unit: "month"}, "", []string{"monthly", "once a month", "once per month"}},
		{cycle{unit: "year"}, "", []string{"yearly", "annually", "once a year", "once per year"}},
	} {
		if p.to = t.skip(i, n.said...); p.to > i {
			p.said.cycle, p.said.part = &n.cycle, n.part
			if n.cycle.unit == "week" {
				if days, next, found := t.weekdaySet(t.skip(p.to, "on"), true); found {
					p.said.cycle.days, p.to = days, next
				}
			}
			return p, true
		}
	}
	if next := t.skip(i, "biweekly", "bi - weekly", "fortnightly", "bimonthly", "quarterly"); next > i {
		p.to, p.problem = next, noSuchCycle
		return p, true
	}
	times := t.skip(i, "twice", "several times", "a few times")
	if n, after, is := t.number(i); is && n > 0 && t.is(after, "times") {
		times = after + 1
	}
	if unit := t.skip(times, "a", "an", "per", "each", "every"); times > i && unit > times {
		if _, end, is := t.unit(unit); is {
			p.to, p.problem = end, "each of them needs a reminder of its own"
			return p, true
		}
	}
	on := t.skip(i, "on")
	if days, next, found := t.weekdaySet(on, false); found {
		p.to, p.said.cycle = next, &cycle{unit: "week", days: days}
		return p, true
	}
	return t.dayOfEveryMonth(on, i)
}

// dayOfEveryMonth reads "the 5th of every month".
func (t tokens) dayOfEveryMonth(i, from int) (p piece, ok bool) {
	p.from = from
	next := t.skip(i, "the")
	n, end, is := t.ordinal(next)
	if t.is(next, "last") {
		n, end, is = lastDay, next+1, true
	}
	if !is {
		return p, false
	}
	if _, _, after, named := t.weekday(end); named {
		end, n = after, 0
	}
	if p.to = t.skip(end, "of every month", "of each month", "day of every month", "day of each month", "every month", "each month", "in every month"); p.to == end {
		return p, false
	}
	p.said.cycle, p.said.day = &cycle{unit: "month"}, &day{d: n}
	if n == 0 {
		p.problem = noSuchCycle
	}
	return p, true
}

// weekdaySet reads several weekdays: "Monday, Wednesday and Friday", "Monday to
// Friday", "weekdays". Without every a single day must be a plural.
func (t tokens) weekdaySet(i int, every bool) (days [7]bool, next int, ok bool) {
	for _, n := range []struct {
		first, last time.Weekday
		said        []string
	}{
		{time.Monday, time.Friday, []string{"weekdays", "workdays", "work days", "business days", "working days"}},
		{time.Saturday, time.Sunday, []string{"weekends"}},
		{time.Monday, time.Friday, []string{"weekday", "workday", "work day", "business day", "working day"}},
		{time.Saturday, time.Sunday, []string{"weekend"}},
	} {
		if next = t.skip(i, n.said...); next > i && (every || strings.HasSuffix(t.at(next-1).text, "s")) {
			setDays(&days, n.first, n.last)
			return days, next, true
		}
	}
	first, plural, next, is := t.weekday(i)
	if !is {
		return days, i, false
	}
	days[first] = true
	if to := t.skip(next, "to", "through", "thru", "till", "until", "-", "–"); to > next {
		if last, _, end, is := t.weekday(to); is {
			setDays(&days, first, last)
			return days, end, true
		}
	}
	for {
		after := t.skip(next, ", and every", ", and on", ", and", ", or", "and every", "and each", "and on", "and", "&", "+", "/", ", every", ",")
		d, more, end, is := t.weekday(after)
		if !is || after == next || !every && !more && !plural {
			break
		}
		days[d], plural, next = true, plural || more, end
	}
	return days, next, every || plural
}

func setDays(days *[7]bool, first, last time.Weekday) {
	for d := first; ; d = (d + 1) % 7 {
		if days[d] = true; d == last {
			return
		}
	}
}

// cron writes a cycle as an expression; problem tells why that cannot be done.
func (c *cycle) cron(s *parts, now time.Time) (expression, problem string) {
	if c.minutes > 0 || c.hours > 0 {
		switch {
		case s.clock != nil || s.part != "" || s.day != nil:
			return "", "it says both how often and at what time"
		case c.hours > 0 && 24%c.hours == 0:
			at := strconv.Itoa(now.Minute())
			if c.hours == 1 {
				at = "0"
			}
			return fmt.Sprintf("%s */%d * * *", at, c.hours), ""
		case c.minutes > 0 && 60%c.minutes == 0:
			return fmt.Sprintf("*/%d * * * *", c.minutes), ""
		}
		return "", "I can repeat by a number of minutes that divides an hour, or of hours that divides a day"
	}
	hour, minute, problem := 0, 0, ""
	if s.clock != nil && s.clock.midnight {
		hour = 0
	} else {
		var late bool
		if hour, minute, late, problem = timeOn(s.clock, s.part); late && problem == "" {
			problem = "it could be one of two days"
		}
	}
	if problem != "" {
		return "", problem
	}
	month, dayOfMonth, weekday := "*", "*", "*"
	d := s.day
	if d == nil {
		d = &day{}
	}
	if c.unit == "week" && c.days == [7]bool{} && d.weekday != nil && d.plain() {
		c.days[*d.weekday], d = true, &day{}
	}
	switch {
	case c.unit == "week" && (*d != day{} || c.days == [7]bool{}):
		return "", "it does not say on which weekday"
	case c.unit == "week":
		weekday = cronDays(c.days)
	case c.unit == "day" && *d != day{}:
		return "", "it says both a day and every day"
	case c.unit == "month":
		if *d != (day{d: d.d}) || d.d == 0 {
			return "", "it does not say on which day of the month"
		}
		if d.d > 28 {
			return "", "not every month has that day"
		}
		dayOfMonth = strconv.Itoa(d.d)
	case c.unit == "year":
		if *d != (day{m: d.m, d: d.d}) || d.m == 0 || d.d == 0 {
			return "", "it does not say on which day of the year"
		}
		if d.m == 2 && d.d == 29 {
			return "", "not every year has that day"
		}
		month, dayOfMonth = strconv.Itoa(d.m), strconv.Itoa(d.d)
	}
	return fmt.Sprintf("%d %d %s %s %s", minute, hour, dayOfMonth, month, weekday), ""
}

// cronDays writes a set of weekdays.
func cronDays(days [7]bool) string {
	if days == [7]bool{false, true, true, true, true, true, false} {
		return "1-5"
	}
	var list []string
	for d, is := range days {
		if is {
			list = append(list, strconv.Itoa(d))
		}
	}
	if len(list) == 7 {
		return "*"
	}
	return strings.Join(list, ",")
}
