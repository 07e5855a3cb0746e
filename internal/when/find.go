package when

import (
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// Moment is what a phrase names: one moment, or a schedule.
type Moment struct {
	At   time.Time      // zero for a schedule
	Cron string         // empty for one moment
	Zone *time.Location // by whose clocks it was said
}

// Reading is a text taken apart.
type Reading struct {
	Moment
	What string // the text without the words that name the moment
}

// maxText is how long a text Find reads, in bytes.
const maxText = 2000

// ErrNone says that a text names no moment at all.
var ErrNone error = eliza.Errorf(eliza.CodeInvalidRequest, "It does not say when, such as \"in 20 minutes\", \"tomorrow at 9:00\", \"every Monday at 9\" or 2026-11-24T09:00:00Z.")

// Find takes a text such as "tomorrow at 9 to call mum" apart, as seen from now
// and by the clocks of now's zone.
//
// All of what the text says of time is understood, or none of it counts: a
// word of time that is left over, a day that there is not, a moment that has
// passed and what can be read in two ways are errors whose message is a
// question for the person. What stands behind "to", "that" or "about" is what
// to remind of; it may speak of time where it cannot be meant ("to prepare for
// Friday's meeting"). Error code: INVALID_REQUEST; ErrNone when the text does
// not speak of time.
func Find(text string, now time.Time) (Reading, error) {
	if len(text) > maxText {
		return Reading{}, ErrNone
	}
	r := reader{text: text, tokens: tokenize(text), now: now}
	return r.read()
}

// Parse reads a phrase that is a moment and nothing else, one of RFC 3339, or
// one of RFC 3339 without a zone, which is by the clocks of now's. Error code:
// INVALID_REQUEST, with a question for the person.
func Parse(phrase string, now time.Time) (Moment, error) {
	phrase = strings.TrimSpace(phrase)
	if at, err := time.Parse(time.RFC3339, phrase); err == nil {
		return Moment{At: at, Zone: now.Location()}, nil
	}
	var first error
	for _, before := range []string{"", "at ", "in ", "on "} {
		read, err := Find(before+phrase, now)
		if err == nil && read.What == "" {
			return read.Moment, nil
		}
		if err == nil {
			err = unclear("", read.What, "")
		}
		if first == nil || first == ErrNone { //nolint:errorlint // it is never wrapped
			first = err
		}
	}
	if first == ErrNone && phrase != "" { //nolint:errorlint // it is never wrapped
		first = unclear("", phrase, "")
	}
	return Moment{}, first
}

// unclear is the question about what was not understood.
func unclear(understood, words, why string) error {
	message := `I did not understand "` + words + `"`
	switch {
	case understood != "" && understood != words:
		message = `I understood "` + understood + `", but not "` + words + `"`
	case why != "":
		message = `I am not sure about "` + words + `"`
	}
	if why != "" {
		message += ": " + why
	}
	return eliza.Errorf(eliza.CodeInvalidRequest, "%s. When exactly?", message)
}

// reader takes one text apart.
type reader struct {
	text string
	tokens
	now time.Time

	pieces []piece // all that speak of time, in order
	free   []bool  // tokens in none of them
	lead   int     // how many of the pieces stand at the beginning
	start  int     // the token behind these
	begins bool    // there stands a word that begins what is to be said
	used   []piece // those that say when
	said   parts   // what they say
}

func (r *reader) read() (Reading, error) {
	r.scan()
	if len(r.pieces) == 0 {
		return Reading{}, ErrNone
	}
	if err := r.readLead(); err != nil {
		return Reading{}, err
	}
	if err := r.readRest(); err != nil {
		return Reading{}, err
	}
	if len(r.used) == 0 {
		return Reading{}, unclear("", r.words(r.pieces[0].from, r.pieces[0].to), "")
	}
	m, problem := resolve(r.said, r.now)
	if problem != "" {
		return Reading{}, unclear("", r.understood(), problem)
	}
	return Reading{m, r.what()}, nil
}

// scan finds every piece, the longest at each place.
func (r *reader) scan() {
	r.free = make([]bool, len(r.tokens))
	for i := 0; i < len(r.tokens); {
		lead := i == 0
		afterDay, adjacent := false, false
		if n := len(r.pieces); n > 0 && r.gap(r.pieces[n-1].to, i) {
			last := r.pieces[n-1]
			adjacent = true
			afterDay = last.said.day != nil || last.said.cycle != nil || last.said.span != nil
		}
		p, ok := r.pieceAt(i, lead, afterDay, adjacent)
		if !ok {
			r.free[i] = true
			i++
			continue
		}
		r.pieces = append(r.pieces, p)
		i = p.to
	}
}

// pieceAt is the longest piece that begins at a token.
func (r *reader) pieceAt(i int, lead, afterDay, adjacent bool) (best piece, ok bool) {
	try := func(p piece, found bool) {
		if found && p.to > i && (!ok || p.to > best.to) {
			best, ok = p, true
		}
	}
	try(r.repeated(i))
	try(r.timeFromNow(i, lead))
	try(r.dateOf(i, lead))
	try(r.timeOfDay(i, lead))
	try(r.partOfDay(i, afterDay))
	if adjacent && !ok {
		if zone, next, problem, found := r.zoneAfterTime(i); found {
			try(piece{said: parts{zone: zone}, to: next, problem: problem}, true)
		}
	}
	best.from = i
	return best, ok
}

// gap reports whether nothing stands between two places but commas and words
// that say nothing.
func (r *reader) gap(from, to int) bool {
	for ; from < to; from++ {
		if k := r.tokens[from]; k.kind != markToken && !fillers[k.text] {
			return false
		}
	}
	return true
}

// readLead takes the pieces at the beginning, and refuses what stands between
// them and what is to be said.
func (r *reader) readLead() error {
	for _, p := range r.pieces {
		if !r.gap(r.start, p.from) {
			break
		}
		if err := r.use(p); err != nil {
			return err
		}
		r.lead++
		r.start = p.to
	}
	for r.start < len(r.tokens) && r.gap(r.start, r.start+1) {
		r.start++
	}
	word := r.at(r.start)
	r.begins = delimiters[word.text]
	switch {
	case r.start == len(r.tokens):
		return nil
	case r.begins && (r.lead == 0 || !r.goesOn(r.start)):
		return nil
	case r.begins, connectors[word.text], r.isNumber(r.start) && r.lead > 0, r.timely(r.start) && r.lead > 0:
		return r.leftOver(r.start)
	}
	// Without "to" behind the moment the rest is what is to be said, unless
	// "to" follows behind more of it.
	for _, p := range r.pieces[r.lead:] {
		if r.is(p.to, "to") {
			return r.leftOver(r.start)
		}
	}
	return nil
}

// readRest looks at what is to be said: at its end or beginning it may tell the
// moment, or a part of it.
func (r *reader) readRest() error {
	rest := r.pieces[r.lead:]
	for first := 0; first < len(rest); {
		last := first
		for last+1 < len(rest) && r.gap(rest[last].to, rest[last+1].from) {
			last++
		}
		group := rest[first : last+1]
		first = last + 1
		if r.asNoun(group) {
			if len(r.used) == 0 && first == len(rest) {
				return unclear("", r.words(max(0, group[0].from-1), group[len(group)-1].to), "")
			}
			continue
		}
		about := r.begins && r.lead > 0 && !r.is(r.start, "to")
		said, used := r.said, len(r.used)
		for _, p := range group {
			err := r.use(p)
			if err == nil {
				continue
			}
			if about && p.problem == "" { // "at 9 about the meeting at 3pm"
				r.said, r.used = said, r.used[:used]
				break
			}
			return err
		}
		if about && len(r.used) > used {
			r.used = r.used[:used]
			return unclear(r.understood(), r.words(group[0].from, group[len(group)-1].to), "")
		}
		if err := r.after(group[len(group)-1].to); len(r.used) > used && err != nil {
			return err
		}
	}
	for i := r.start; i < len(r.tokens) && len(r.used) > 0; i++ {
		if r.free[i] && r.timely(i) && r.at(i-1).kind == wordToken && timePrepositions[r.at(i-1).text] {
			if r.lead == 0 || !nounPrepositions[r.at(i-1).text] {
				return r.leftOver(i - 1)
			}
		}
	}
	return nil
}

// use adds what a piece says.
func (r *reader) use(p piece) error {
	words := r.words(p.from, p.to)
	if p.problem != "" {
		return unclear(r.understood(), words, p.problem)
	}
	said, ok := merge(r.said, p.said)
	if !ok {
		return unclear(r.understood(), words, "")
	}
	r.said, r.used = said, append(r.used, p)
	return nil
}

// after refuses what stands behind a moment and changes it.
func (r *reader) after(i int) error {
	switch k := r.at(i); {
	case limits[k.text], k.text == "for" && r.lasting(i), r.isNumber(i):
		return r.leftOver(i)
	case (k.text == "and" || k.text == "or" || k.text == "-" || k.text == "/") && (r.isNumber(i+1) || r.timely(i+1) || i+1 < len(r.tokens) && !r.free[i+1]):
		return r.leftOver(i)
	}
	return nil
}

// lasting reports whether "for" tells how long: "for 3 weeks".
func (r *reader) lasting(i int) bool {
	_, _, _, ok := r.amount(r.skip(i+1, "the next", "the coming", "the"))
	return ok
}

// goesOn reports whether a word that could begin what is to be said goes on
// with the moment: "at 9 to 10", "every day for 3 weeks".
func (r *reader) goesOn(i int) bool {
	return r.is(i, "to") && r.isNumber(i+1) || r.is(i, "for") && r.lasting(i)
}

func (r *reader) isNumber(i int) bool {
	_, _, ok := r.number(i)
	return ok
}

// leftOver is the question about the words from i on, up to those that were
// understood or what is to be said.
func (r *reader) leftOver(i int) error {
	end := i + 1
	for end < len(r.tokens) && end < i+6 && !(r.is(end, "to") || r.is(end, "that")) && (r.free[end] || len(r.used) == 0 || end == i+1) {
		end++
	}
	for r.at(end).glued && r.at(end).kind == wordToken { // "20th"
		end++
	}
	return unclear(r.understood(), r.words(i, end), "")
}

// asNoun reports whether pieces are not when, but part of what is to be said:
// "by Friday", "the 9am meeting", "Sunday lunch".
func (r *reader) asNoun(group []piece) bool {
	first, last := group[0], group[len(group)-1]
	before, begins, next := r.at(first.from-1).text, r.at(first.from).text, r.at(last.to)
	switch {
	case first.from == r.start:
		return false
	case nounPrepositions[before] && !(first.from-1 == r.start && r.begins), determiners[before]:
		return true
	case begins == "on" || begins == "at" || begins == "in" || begins == "every" || begins == "each" || begins == "after":
		return false
	}
	named := first.said.day != nil && first.said.day.ahead != nil && first.said.part == "" || first.said.cycle != nil
	return !named && next.kind == wordToken && !delimiters[next.text] && !connectors[next.text] && !fillers[next.text]
}

// timely reports whether a word that is in no piece speaks of time.
func (r *reader) timely(i int) bool {
	w := r.at(i)
	if w.kind != wordToken {
		return false
	}
	_, isUnit := units[singular(w.text)]
	_, isDay := weekdays[strings.TrimSuffix(w.text, "s")]
	_, isMonth := months[w.text]
	_, isPart := usualHour[strings.TrimSuffix(w.text, "s")]
	return isUnit || isDay && len(w.text) > 3 || isMonth && w.raw != w.text || isPart && w.text != "end" || occasions[w.text]
}

// words are the words of the text from one token to another.
func (r *reader) words(from, to int) string {
	if from >= to || from >= len(r.tokens) {
		return ""
	}
	return strings.Join(strings.Fields(r.text[r.tokens[from].from:r.tokens[to-1].to]), " ")
}

// understood are the words that say when, as far as they are understood.
func (r *reader) understood() string {
	var all []string
	for i, p := range r.used {
		if i > 0 && r.gap(r.used[i-1].to, p.from) && p.from > r.used[i-1].to {
			all[len(all)-1] += ","
		}
		all = append(all, r.words(p.from, p.to))
	}
	return strings.Join(all, " ")
}
