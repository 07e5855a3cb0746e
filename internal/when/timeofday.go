package when

import (
	"fmt"
	"strconv"
	"strings"
)

// timeOfDay reads "at 9", "9:30 pm", "quarter past nine", "noon", with the
// zone that follows. lead says that the text begins there, so that "for" may
// stand for "at".
func (t tokens) timeOfDay(i int, lead bool) (p piece, ok bool) {
	from := i
	at := t.isOneOf(i, "at", "@") || lead && t.is(i, "for")
	if at {
		i++
	}
	if next := t.skip(i, "around", "about", "approximately", "approx", "roughly", "circa", "ca", "~", "just after", "just before", "shortly after", "shortly before"); next > i {
		if _, end, _, found := t.clock(next, true); found && (at || t.ends(end) && !(lead && t.is(i, "about"))) {
			return piece{from: from, to: end, problem: "it is no exact time"}, true
		}
		return p, false
	}
	i = t.skip(i, "exactly", "precisely")
	c, next, problem, ok := t.clock(i, at)
	if !ok {
		return p, false
	}
	p = piece{from: from, to: next, said: parts{clock: &c}, problem: problem}
	switch after := t.at(next); {
	case t.is(next, "ish") || t.is(next, "-", "ish"):
		p.to, p.problem = next+1, "it is no exact time"
		if !t.is(next, "ish") {
			p.to++
		}
	case t.is(next, "or", "so"):
		p.to, p.problem = next+2, "it is no exact time"
	case strings.ContainsAny(after.text, "-–—/") && t.at(next+1).kind == numberToken:
		p.to, p.problem = t.endOfRun(next), "it is no single time"
	default:
		p.to = t.skip(p.to, "sharp", "exactly", "precisely", "on the dot")
	}
	if p.problem != "" {
		return p, true
	}
	z, next, problem, found := t.zoneAfterTime(p.to)
	if found {
		p.said.zone, p.to, p.problem = z, next, problem
	}
	return p, true
}

// endOfRun is the place after what is written without a space from i on.
func (t tokens) endOfRun(i int) int {
	for i++; t.at(i).glued; i++ {
	}
	return i
}

// clock reads a time of the day without what stands before it. A bare number
// counts only after "at".
func (t tokens) clock(i int, at bool) (c clock, next int, problem string, ok bool) {
	if c, next, ok = t.namedTime(i); ok {
		return c, next, "", true
	}
	if c, next, problem, ok = t.pastAndTo(i); ok {
		return c, next, problem, true
	}
	n, next, ok := t.number(i)
	if !ok || t.at(i).kind == numberToken && len(t.at(i).text) > 2 && len(t.at(i).text) != 4 {
		return c, i, "", false
	}
	c.hour = n
	said := at
	if t.at(i).kind == wordToken {
		if n > 12 {
			return c, i, "", false
		}
		if m, after, is := t.number(next); is && t.at(next).kind == wordToken && m >= 10 {
			c.minute, next, said = m, after, true // "nine thirty"
		}
	}
	if k := t.at(i); k.kind == numberToken && len(k.text) == 4 {
		military := t.isOneOf(next, "hours", "hrs", "h")
		if !at && !military {
			return c, i, "", false
		}
		if military {
			next++
		}
		c.hour, c.minute, c.sure = n/100, n%100, true
	} else if sep := t.at(next); sep.glued && t.at(next+1).kind == numberToken && t.at(next+1).glued && len(t.at(next+1).text) == 2 &&
		(sep.text == ":" || sep.text == "h" || sep.text == "." && (at || t.half(next+2) != "")) {
		c.minute, _ = strconv.Atoi(t.at(next + 1).text)
		next += 2
		said = true
		if sep.text == ":" && t.is(next, ":") && t.at(next).glued && len(t.at(next+1).text) == 2 && t.at(next+1).kind == numberToken {
			c.second, _ = strconv.Atoi(t.at(next + 1).text)
			next += 2
		}
		c.sure = c.hour == 0 || c.hour > 12 || len(t.at(i).text) == 2 && c.hour < 10
	} else if sep.glued && sep.text == "h" && at {
		next++
		c.sure = true
	} else if c.hour > 12 {
		c.sure = true
	}
	if t.isOneOf(next, "o'clock", "oclock") {
		next, said = next+1, true
	} else if t.is(next, "o", "clock") {
		next, said = next+2, true
	}
	if half := t.half(next); half != "" {
		if c.hour < 1 || c.hour > 12 {
			problem = "there is no such hour"
		}
		c.hour, c.sure = c.hour%12, true
		if half == "pm" {
			c.hour += 12
		}
		next, said = t.afterHalf(next), true
	}
	if !said && !t.partFollows(next) {
		return c, i, "", false
	}
	if _, _, counted := t.unit(next); counted || t.is(next, "%") {
		return c, i, "", false // "at 2 minutes", "at 5 %"
	}
	if c.hour > 23 || c.minute > 59 || c.second > 59 {
		problem = "there is no such time"
	}
	return c, next, problem, true
}

// half reads "am" or "pm", also as "a.m."; "" when neither is there.
func (t tokens) half(i int) string {
	for _, h := range []string{"am", "pm"} {
		if t.is(i, h) || t.is(i, h[:1], ".", "m") || t.is(i, h[:1], "m") {
			return h
		}
	}
	return ""
}

func (t tokens) afterHalf(i int) int {
	if i = t.skip(i, "am", "pm", "a . m", "p . m", "a m", "p m"); t.is(i, ".") && t.at(i).glued && t.at(i-2).text == "." {
		i++
	}
	return i
}

// partFollows reports whether a part of the day stands there, so that a bare
// number before it is an hour: "8 tonight", "7 in the evening".
func (t tokens) partFollows(i int) bool {
	return t.is(i, "tonight") || t.is(i, "at", "night") || t.is(i, "in", "the") && t.isOneOf(i+2, "morning", "afternoon", "evening") ||
		t.is(i, "this") && t.isOneOf(i+1, "morning", "afternoon", "evening")
}

// namedTime reads the times that have names.
func (t tokens) namedTime(i int) (c clock, next int, ok bool) {
	for _, n := range []struct {
		hour int
		said []string
	}{
		{12, []string{"12 noon", "twelve noon", "noon", "midday", "mid - day", "lunchtime", "lunch time", "lunch - time"}},
		{usualHour["end"], []string{"the end of the working day", "the end of the work day", "the end of the business day", "the end of the day", "the end of business", "the close of business",
			"end of the working day", "end of the work day", "end of the business day", "end of the day", "end of business day", "end of business", "end of day", "close of business", "eod", "cob"}},
		{0, []string{"12 midnight", "twelve midnight", "midnight", "mid - night"}},
	} {
		if next = t.skip(i, n.said...); next > i {
			return clock{hour: n.hour, sure: true, midnight: n.hour == 0}, next, true
		}
	}
	return c, i, false
}

// pastAndTo reads "quarter past nine", "ten to five", "half past 9".
func (t tokens) pastAndTo(i int) (c clock, next int, problem string, ok bool) {
	minutes, word := 0, t.skip(i, "a quarter", "quarter", "half")
	switch {
	case t.is(i, "half"):
		minutes = 30
	case word > i:
		minutes = 15
	default:
		n, after, is := t.number(i)
		if !is || n < 1 || n > 29 {
			return c, i, "", false
		}
		minutes, word = n, t.skip(after, "minutes", "mins", "min", "minute")
	}
	to := t.isOneOf(word, "to", "till", "til", "before", "of")
	if !to && !t.isOneOf(word, "past", "after") {
		if hour, next, is := t.number(word); is && minutes == 30 && hour >= 1 && hour <= 12 {
			if _, _, counted := t.unit(next); !counted {
				return c, next, fmt.Sprintf("it could be half past %d or half an hour before %d", hour, hour), true
			}
		}
		return c, i, "", false
	}
	hour, next, is := t.number(word + 1)
	switch {
	case t.isOneOf(word+1, "noon", "midday", "midnight"):
		hour, next = 12, word+2
		if t.is(word+1, "midnight") {
			hour = 24
		}
		c.sure = true
	case !is || hour < 1 || hour > 23 || to && minutes == 30:
		return c, i, "", false
	case to && t.is(word, "to") && minutes%5 != 0:
		return c, i, "", false // "at 9 to 5 people" is no time
	}
	if _, _, counted := t.unit(next); counted {
		return c, i, "", false
	}
	if t.isOneOf(next, "o'clock") {
		next++
	}
	if half := t.half(next); half != "" {
		if hour > 12 {
			problem = "there is no such hour"
		}
		hour, c.sure = hour%12, true
		if half == "pm" {
			hour += 12
		}
		next = t.afterHalf(next)
	} else if to && t.is(word, "to") && !c.sure && !t.ends(next) {
		return c, i, "", false
	}
	c.sure = c.sure || hour > 12
	total := hour*60 + minutes
	if to {
		total = hour*60 - minutes
	}
	total = (total + 24*60) % (24 * 60)
	c.hour, c.minute = total/60, total%60
	return c, next, problem, true
}

// ends reports whether a time may end at a place: what follows is nothing, a
// mark, a word that begins what is to be said, or more of a moment.
func (t tokens) ends(i int) bool {
	k := t.at(i)
	return k.kind != wordToken && k.kind != numberToken || delimiters[k.text] || t.partFollows(i) ||
		t.isOneOf(i, "on", "tomorrow", "today", "every", "each", "next", "this", "sharp", "in")
}

// partOfDay reads "in the evening", "this afternoon", "tonight"; after a day
// also the part alone, as in "Monday morning".
func (t tokens) partOfDay(i int, afterDay bool) (p piece, ok bool) {
	p.from = i
	today := 0
	switch {
	case t.is(i, "tonight") || t.is(i, "this", "night"):
		p.to, p.said = t.skip(i, "tonight", "this night"), parts{day: &day{ahead: &today}, part: "night"}
		return p, true
	case t.is(i, "last", "night"):
		p.to, p.problem = i+2, "it is over"
		return p, true
	case t.is(i, "at", "night"):
		p.to, p.said.part = i+2, "night"
		return p, true
	}
	word := t.skip(i, "in the", "at the", "on the", "during the", "this", "that", "the")
	vague := t.skip(word, "early", "late", "mid", "first thing", "first thing in the", "later")
	vague = t.skip(vague, "in the", "this", "-")
	name := strings.TrimSuffix(t.at(vague).text, "s")
	if t.is(vague, "noon") || usualHour[name] == 0 || name == "" || name == "end" || name == "noon" {
		return p, false
	}
	switch {
	case word == i && !afterDay && vague == word, t.isOneOf(i, "that", "the") && !afterDay:
		return p, false
	case t.is(i, "this"):
		p.said.day = &day{ahead: &today}
	}
	p.to, p.said.part = vague+1, name
	if t.at(vague).text != name { // "in the mornings"
		p.said.cycle = &cycle{unit: "day"}
	}
	if q, found := t.dateOf(p.to+1, false); found && q.problem == "" && t.is(p.to, "of") {
		p.to++ // "the morning of the 5th"
	}
	if vague > word {
		p.problem = "it is no exact time"
	}
	return p, true
}
