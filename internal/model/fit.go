package model

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// leastText is how few tokens a text is shortened to.
	leastText = 64
	// noteTokens is what the note takes that stands in for what was left out.
	noteTokens = 14
)

// fitting shortens one request until it has no more tokens, as they are
// estimated, than its model reads. What matters least for the answer goes
// first.
type fitting struct {
	req     *Request
	most    int
	size    int
	turns   []int // sizes of the turns
	past    int   // turns before the last one of a user
	omitted []string
}

// fit shortens a request to most tokens as they are estimated, says what was
// left out, and returns its size. The request's slices are copied before they
// are changed. Lengths of lists apart, it takes time in proportion to the
// request's text.
func fit(req *Request, most int) (size int, omitted []string) {
	f := fitting{req: req, most: most, size: aboutTurn + estimate(req.System), turns: make([]int, len(req.Turns))}
	for i := range req.Turns {
		f.turns[i] = req.Turns[i].estimate()
		f.size += f.turns[i]
		if req.Turns[i].Role == RoleUser {
			f.past = i
		}
	}
	for i := range req.Tools {
		f.size += req.Tools[i].estimate()
	}
	if f.size <= most {
		return f.size, nil
	}
	req.Turns, req.Tools = slices.Clone(req.Turns), slices.Clone(req.Tools)
	for _, step := range []func(){f.shortenResults, f.shortenPast, f.dropPast, f.dropTools, f.dropSteps, f.shortenSteps, f.shortenNewest, f.shortenSystem} {
		if step(); f.size <= most {
			break
		}
	}
	return f.size, f.omitted
}

func (f *fitting) say(format string, args ...any) {
	f.omitted = append(f.omitted, fmt.Sprintf(format, args...))
}

// shorten cuts the middle of a turn's text so that the turn has about most
// tokens, and returns how many characters were left out.
func (f *fitting) shorten(i, most int) int {
	t := &f.req.Turns[i]
	rest := f.turns[i] - estimate(t.Text)
	text, left := withoutMiddle(t.Text, max(most-rest, leastText))
	if left == 0 {
		return 0
	}
	t.Text = text
	f.size -= f.turns[i]
	f.turns[i] = t.estimate()
	f.size += f.turns[i]
	return left
}

// shortenEach shortens those of some turns that are longer than most, the
// oldest first, until all fits. It returns how many, and by how many
// characters.
func (f *fitting) shortenEach(from, to, most int, which func(*Turn) bool) (count, characters int) {
	for i := from; i < to && f.size > f.most; i++ {
		if f.turns[i] <= most || !which(&f.req.Turns[i]) {
			continue
		}
		if left := f.shorten(i, most); left > 0 {
			count, characters = count+1, characters+left
		}
	}
	return count, characters
}

func isResult(t *Turn) bool { return t.Role == RoleTool }

// shortenResults shortens long results of tools.
func (f *fitting) shortenResults() {
	if n, characters := f.shortenEach(0, len(f.turns), f.most/8, isResult); n > 0 {
		f.say("%d characters of %s were left out.", characters, counted(n, "tool result"))
	}
}

// shortenPast shortens long messages before the newest one.
func (f *fitting) shortenPast() {
	if n, characters := f.shortenEach(0, f.past, f.most/8, func(t *Turn) bool { return t.Role != RoleTool }); n > 0 {
		f.say("%d characters of %s were left out.", characters, counted(n, "earlier message"))
	}
}

// dropPast leaves out what was said before the newest message, the oldest
// first. Calls go together with their results.
func (f *fitting) dropPast() {
	end, messages := 0, 0
	for end < f.past && f.size > f.most {
		from := end
		for end++; end < f.past && f.req.Turns[end].Role == RoleTool; end++ {
		}
		f.drop(from, end)
		messages++
	}
	if messages > 0 {
		f.cut(0, end)
		f.past -= end
		f.say("%s left out, the oldest first.", were(messages, "earlier message"))
	}
}

// dropSteps leaves out calls of tools that followed on the newest message,
// with their results, but for the last ones.
func (f *fitting) dropSteps() {
	first := f.past + 1
	end, steps := first, 0
	for f.size > f.most {
		from := end
		next := from + 1
		for next < len(f.turns) && f.req.Turns[next].Role == RoleTool {
			next++
		}
		if next >= len(f.turns) {
			break // these are the last ones
		}
		f.drop(from, next)
		end, steps = next, steps+1
	}
	if steps > 0 {
		f.cut(first, end)
		f.say("%s left out with all results.", were(steps, "earlier round of tool calls"))
	}
}

// drop takes turns out of the size; cut takes them out of the request.
func (f *fitting) drop(from, to int) {
	for _, size := range f.turns[from:to] {
		f.size -= size
	}
}

func (f *fitting) cut(from, to int) {
	f.req.Turns, f.turns = slices.Delete(f.req.Turns, from, to), slices.Delete(f.turns, from, to)
}

// dropTools leaves out the last tools until the others take no more than half
// of what there is.
func (f *fitting) dropTools() {
	sizes, all := make([]int, len(f.req.Tools)), 0
	for i := range f.req.Tools {
		sizes[i] = f.req.Tools[i].estimate()
		all += sizes[i]
	}
	var names []string
	for i := len(sizes) - 1; i >= 0 && all > f.most/2 && f.size > f.most; i-- {
		all, f.size = all-sizes[i], f.size-sizes[i]
		names = append(names, f.req.Tools[i].Name)
		f.req.Tools = f.req.Tools[:i]
	}
	if len(names) > 0 {
		slices.Reverse(names)
		f.say("%s not offered: %s.", were(len(names), "tool"), listed(names))
	}
}

// shortenSteps shortens the results of tools that followed on the newest
// message, all of them alike.
func (f *fitting) shortenSteps() {
	count, characters := 0, 0
	for most := f.most / 16; most >= leastText && f.size > f.most; most /= 2 {
		n, left := f.shortenEach(f.past, len(f.turns), most, isResult)
		count, characters = max(count, n), characters+left
	}
	if count > 0 {
		f.say("%d more characters of %s were left out.", characters, counted(count, "tool result"))
	}
}

// shortenNewest shortens the newest message to what all else leaves of the
// room, or to a quarter of it.
func (f *fitting) shortenNewest() {
	if f.past >= len(f.turns) {
		return
	}
	room := f.most - (f.size - f.turns[f.past])
	if left := f.shorten(f.past, max(room, f.most/4)); left > 0 {
		f.say("%d characters of the newest message were left out.", left)
	}
}

// shortenSystem cuts the end of the instructions, where the recollections are.
func (f *fitting) shortenSystem() {
	before := estimate(f.req.System)
	text, left := withoutEnd(f.req.System, max(f.most-(f.size-before), leastText))
	if left == 0 {
		return
	}
	f.req.System = text
	f.size += estimate(text) - before
	f.say("%d characters at the end of the instructions were left out.", left)
}

// withoutMiddle cuts the middle of a text so that about most tokens are left,
// and says so in its place. left is how many characters are left out.
func withoutMiddle(text string, most int) (shorter string, left int) {
	return without(text, most, 2)
}

// withoutEnd is withoutMiddle for the end of a text.
func withoutEnd(text string, most int) (shorter string, left int) {
	return without(text, most, 1)
}

// without keeps the beginning of a text and, in two parts, as much of its end.
func without(text string, most, parts int) (shorter string, left int) {
	all := estimate(text)
	if all <= most {
		return text, 0
	}
	room := max(most-noteTokens, 0)
	keep := int(float64(len(text)) * float64(room) / float64(all))
	for {
		head, tail := text[:border(text, keep/parts)], ""
		if parts > 1 {
			tail = text[border(text, len(text)-keep/parts):]
		}
		if keep < parts || estimate(head)+estimate(tail) <= room {
			left = utf8.RuneCountInString(text[len(head) : len(text)-len(tail)])
			return strings.TrimSuffix(fmt.Sprintf("%s\n[… %d characters left out …]\n%s", head, left, tail), "\n"), left
		}
		keep = keep * 9 / 10
	}
}

// border is the nearest place at or before i where no character is cut.
func border(text string, i int) int {
	for i > 0 && i < len(text) && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}

// counted is "1 tool" or "2 tools".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if head, rest, found := strings.Cut(what, " of "); found {
		return fmt.Sprintf("%d %ss of %s", n, head, rest)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// were is "1 tool was" or "2 tools were".
func were(n int, what string) string {
	if n == 1 {
		return counted(n, what) + " was"
	}
	return counted(n, what) + " were"
}

// listed joins names, no more than a few of them.
func listed(names []string) string {
	const most = 10
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
