package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// parts takes what a splitter makes of a model's text, in order.
type parts interface {
	write(text string)           // of the answer
	think(text string)           // of the model's reasoning
	endThought()                 // another thought may follow
	bareClose()                  // what came so far was a thought, whose beginning was in the prompt
	call(name, arg, body string) // the inside of a tool call's markup
	bareCall(body string) bool   // JSON that may be a tool call without markup
	gap()                        // markup was left out here
}

// splitter takes the text of a model apart into answer, thought and tool
// calls while it comes. What it makes of a text does not depend on the pieces
// that it comes in; it holds back only what may still become markup.
type splitter struct {
	out parts
	// calls says that the model was offered tools, so that a tool call in its
	// text is meant as one.
	calls bool
	// expectsClose says that the model is known to think without an opening tag.
	expectsClose bool

	rest string // has come and is not decided yet
	mode mode

	// In text.
	started  bool // something has come
	prev     byte // before rest; 0 at the beginning and after markup
	begun    bool // there is text
	blank    bool // the line has no text yet
	document bool // the text is an XML document of its own, whose tags stay
	fence    int  // length of the fence of the code block that is open
	fenceBy  byte
	inline   int    // length of the run of backticks that opened code in the line
	literal  int    // opening tags that are part of the text
	strikes  int    // <s> that are open
	wrapper  string // tag that was opened around the answer
	after    mark   // the markup that came last, until there is text again

	// In a thought or a call.
	family string
	arg    string
	depth  int
	closed bool            // the thought was closed, but not as often as opened
	tail   strings.Builder // what came since then
	body   strings.Builder // of a call
}

type mode uint8

const (
	inText mode = iota
	inThought
	inCall
	inForeignTurn // the model writes what somebody else says
)

// Bounds of what is looked ahead and kept.
const (
	maxLineAhead = 4 << 10
	maxHeader    = 120
	maxCallBody  = 1 << 20
)

func newSplitter(out parts) splitter { return splitter{out: out, blank: true} }

// add takes a piece of the text.
func (s *splitter) add(piece string) {
	if s.rest != "" {
		piece = s.rest + piece
	}
	s.rest = piece
	s.run(false)
}

// finish says that nothing more comes.
func (s *splitter) finish() {
	s.run(true)
	switch {
	case s.mode == inThought && s.closed:
		// One opening tag too many: what stands behind the last closing one is the answer.
		rest := s.tail.String()
		s.tail.Reset()
		s.closed = false
		s.leaveThought()
		s.rest = rest
		s.finish()
	case s.mode == inThought:
		s.leaveThought()
	case s.mode == inCall:
		s.endCall()
	}
}

func (s *splitter) run(final bool) {
	for s.rest != "" {
		n := 0
		switch s.mode {
		case inText:
			n = s.text(final)
		case inThought:
			n = s.thought(final)
		case inCall:
			n = s.callBody(final)
		default:
			n = s.foreignTurn(final)
		}
		if n == 0 {
			return
		}
		s.rest = s.rest[n:]
	}
}

// stops are the bytes that markup and code begin with.
var stops = func() (set [256]bool) {
	for _, c := range []byte{'<', '[', '`', '~', "◁"[0]} {
		set[c] = true
	}
	return set
}()

// text handles what rest begins with in the mode inText, and returns how much
// of it is done; 0 to wait for more.
func (s *splitter) text(final bool) int {
	if !s.started {
		n, v := s.bareAnalysis(final)
		if v == wait {
			return 0
		}
		s.started = true
		if v == yes {
			return n
		}
	}
	if s.calls && !s.begun && !s.document {
		switch n, v := s.bareCall(final); v {
		case wait:
			return 0
		case yes:
			return n
		}
	}
	i, r := 0, s.rest
scan:
	for ; i < len(r); i++ {
		switch c := r[i]; {
		case c == '\n':
			s.blank, s.inline = true, 0
		case c == ' ' || c == '\t' || c == '\r':
		case stops[c]:
			break scan
		default:
			s.blank, s.begun, s.after = false, true, noMark
		}
	}
	if i > 0 {
		return s.keep(i)
	}
	switch r[0] {
	case '`', '~':
		return s.code(final)
	}
	t, n, v := markupAt(r, final)
	if v == wait {
		return 0
	}
	if v == no {
		if r[0] == '<' && !s.begun && len(r) > 1 && (r[1] == '!' || r[1] == '?' || nameByte(r[1])) {
			s.document = true
		}
		_, n := utf8.DecodeRuneInString(r)
		return s.keepVisible(n)
	}
	return s.markup(t, n, final)
}

// keep hands n bytes on as text.
func (s *splitter) keep(n int) int {
	s.prev = s.rest[n-1]
	s.out.write(s.rest[:n])
	return n
}

func (s *splitter) keepVisible(n int) int {
	s.blank, s.begun, s.after = false, true, noMark
	return s.keep(n)
}

// drop leaves markup out. A thought may begin behind it.
func (s *splitter) drop(n int, m mark) int {
	s.prev, s.blank, s.after = 0, true, m
	s.out.gap()
	return n
}

// mentioned reports whether markup of n bytes, in text, is spoken of rather
// than meant: it stands within a sentence, with a space, a quote or a bracket
// before it and the sentence going on behind it.
func (s *splitter) mentioned(n int, final bool) verdict {
	if s.blank || strings.IndexByte(" \t\"'(*", s.prev) < 0 {
		return no
	}
	rest := strings.TrimLeft(s.rest[n:], " \t\r")
	switch {
	case !utf8.FullRuneInString(rest) && !final:
		return wait
	case rest == "" || rest[0] == '\n':
		return no
	case rest[0] != '<' && rest[0] != '[':
		if next, _ := utf8.DecodeRuneInString(rest); unicode.IsUpper(next) {
			return no // another sentence
		}
		return yes
	}
	_, _, v := markupAt(rest, final)
	switch v {
	case yes:
		return no
	case no:
		return yes
	}
	return wait
}

func (s *splitter) enterThought(family string) {
	s.mode, s.family, s.depth, s.closed, s.expectsClose = inThought, family, 1, false, false
}

func (s *splitter) leaveThought() {
	s.mode, s.prev, s.blank, s.after = inText, 0, true, thoughtClose
	s.out.endThought()
	s.out.gap()
}

func (s *splitter) enterCall(name, arg string) {
	s.mode, s.family, s.arg = inCall, name, arg
	s.body.Reset()
}

func (s *splitter) endCall() {
	body := s.body.String()
	s.body.Reset()
	s.mode, s.prev, s.blank, s.after = inText, 0, true, callClose
	if s.family != bareJSON {
		s.out.call(s.family, s.arg, body)
	} else if !s.out.bareCall(body) {
		s.begun, s.blank, s.after = true, false, noMark
		s.out.write(body)
		return
	}
	s.out.gap()
}

// bareAnalysis reads the beginning of a Harmony answer whose special tokens
// were left out by the server: "analysisThe user ...assistantfinalHello".
func (s *splitter) bareAnalysis(final bool) (int, verdict) {
	const word = "analysis"
	r := s.rest
	switch {
	case len(r) <= len(word):
		if strings.HasPrefix(word, r) && !final {
			return 0, wait
		}
	case strings.HasPrefix(r, word) && r[len(word)] >= 'A' && r[len(word)] <= 'Z':
		s.enterThought(bareHarmony)
		return len(word), yes
	}
	return 0, no
}

// bareHarmony is the family of such a thought, and bareFinal what ends it.
const (
	bareHarmony = "analysis"
	bareFinal   = "assistantfinal"
)

// bareJSON is the family of a tool call without markup.
const bareJSON = "{"

// bareCall reads the beginning of a text that may be a tool call as JSON, as
// small models write it: its first member is the tool's name or kind. Whether
// it is one is known at its end.
func (s *splitter) bareCall(final bool) (int, verdict) {
	rest := strings.TrimLeft(s.rest, white)
	v := yes
	for _, next := range [][]string{{"{"}, {`"name"`, `"function"`, `"type"`, `"tool"`}, {":"}} {
		if rest, v = afterAny(strings.TrimLeft(rest, white), next); v != yes {
			break
		}
	}
	switch {
	case v == wait && !final:
		return 0, wait
	case v != yes:
		return 0, no
	}
	n := len(s.rest) - len(strings.TrimLeft(s.rest, white))
	s.enterCall(bareJSON, "")
	s.body.WriteByte('{')
	return n + 1, yes
}

// afterAny is what follows the one of some words that s begins with.
func afterAny(s string, words []string) (string, verdict) {
	v := no
	for _, word := range words {
		if after, found := strings.CutPrefix(s, word); found {
			return after, yes
		}
		if strings.HasPrefix(word, s) {
			v = wait
		}
	}
	return s, v
}
