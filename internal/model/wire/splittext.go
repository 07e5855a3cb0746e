package wire

import "strings"

// code handles backticks and tildes: what stands between them is code, and
// its markup is part of it (CommonMark, "Code spans", "Fenced code blocks").
func (s *splitter) code(final bool) int {
	r := s.rest
	n := 1
	for n < min(len(r), maxHeader) && r[n] == r[0] {
		n++
	}
	if n == len(r) && !final && n < maxHeader {
		return 0
	}
	switch {
	case s.fence > 0:
		if s.blank && r[0] == s.fenceBy && n >= s.fence {
			rest := strings.TrimLeft(r[n:], " \t\r")
			if rest == "" && !final {
				return 0
			}
			if rest == "" || rest[0] == '\n' || rest[0] == '<' {
				s.fence = 0
			}
		}
	case s.blank && n >= 3:
		info, _, whole := strings.Cut(r[n:min(len(r), n+maxHeader)], "\n")
		if !whole && !final && len(r) < n+maxHeader && !strings.Contains(info, "`") {
			return 0
		}
		if r[0] == '~' || !strings.Contains(info, "`") {
			s.fence, s.fenceBy = n, r[0]
		} else {
			s.inline = n
		}
	case r[0] == '~':
	case s.inline == 0:
		s.inline = n
	case s.inline == n:
		s.inline = 0
	}
	return s.keepVisible(n)
}

// markup decides about markup of n bytes that came in text.
func (s *splitter) markup(t token, n int, final bool) int {
	if s.fence > 0 {
		return s.markupInBlock(t, n, final)
	}
	if s.inline > 0 {
		switch s.closesInline(n, final) {
		case wait:
			return 0
		case yes:
			return s.keepVisible(n)
		}
		s.inline = 0
	}
	switch t.mark {
	case thoughtOpen:
		if s.document || !s.blank && !t.pipes {
			s.literal++
			return s.keepVisible(n)
		}
	case answerOpen:
		return s.answerOpen(t, n, final)
	case answerClose:
		if s.wrapper == "" || s.wrapper != t.name {
			return s.keepVisible(n)
		}
		s.wrapper = ""
		return s.drop(n, answerClose)
	case callOpen:
		return s.callOpen(t, n, final)
	case strikeOpen:
		if s.after == turnEnd { // the beginning of another turn
			return s.drop(n, turnEnd)
		}
		s.strikes++
		return s.keepVisible(n)
	case thoughtClose:
		if s.document || s.literal > 0 && !s.expectsClose {
			s.literal = max(0, s.literal-1)
			return s.keepVisible(n)
		}
	case callClose:
		if !s.calls || s.after == noMark {
			return s.keepVisible(n)
		}
	case turnEnd:
		if t.name == strike && s.strikes > 0 {
			s.strikes--
			return s.keepVisible(n)
		}
	}
	if t.mark != thoughtClose || !s.expectsClose {
		switch s.mentioned(n, final) {
		case wait:
			return 0
		case yes:
			return s.keepVisible(n)
		}
	}
	switch t.mark {
	case thoughtOpen:
		s.enterThought(t.name)
		return n
	case thoughtClose:
		return s.closeBare(n)
	case turnStart, channel:
		return s.header(t, n, final)
	}
	return s.drop(n, t.mark)
}

// closeBare ends a thought whose beginning did not come.
func (s *splitter) closeBare(n int) int {
	s.expectsClose = false
	s.out.bareClose()
	return s.drop(n, thoughtClose)
}

// markupInBlock decides about markup in a code block. It is code, but for a
// special token that ends the whole text, and for the closing tag alone on its
// line by which a model that is known to do so ends its thought.
func (s *splitter) markupInBlock(t token, n int, final bool) int {
	rest := strings.TrimLeft(s.rest[n:], " \t\r")
	ends := t.mark == turnEnd && t.pipes
	closes := t.mark == thoughtClose && s.expectsClose && s.blank
	switch {
	case !ends && !closes:
	case rest == "" && !final:
		return 0
	case closes && (rest == "" || rest[0] == '\n'):
		s.fence = 0
		return s.closeBare(n)
	case ends && strings.TrimSpace(rest) == "":
		if !final {
			return 0
		}
		return s.drop(n, turnEnd)
	}
	return s.keepVisible(n)
}

// closesInline reports whether the code that is open ends in this line, behind
// n bytes.
func (s *splitter) closesInline(n int, final bool) verdict {
	rest := s.rest[n:min(len(s.rest), n+maxLineAhead)]
	line, _, whole := strings.Cut(rest, "\n")
	whole = whole || final || len(rest) == maxLineAhead
	for {
		i := strings.IndexByte(line, '`')
		if i < 0 {
			break
		}
		after := strings.TrimLeft(line[i:], "`")
		if after == "" && !whole {
			return wait // the run may go on
		}
		if len(line)-i-len(after) == s.inline {
			return yes
		}
		line = after
	}
	if whole {
		return no
	}
	return wait
}

// answerOpen leaves out a tag around the answer that follows a thought. One
// around further tags belongs to a document.
func (s *splitter) answerOpen(t token, n int, final bool) int {
	if s.after != thoughtClose || s.document {
		s.document = s.document || !s.begun
		return s.keepVisible(n)
	}
	switch rest := strings.TrimLeft(s.rest[n:], " \t\r\n"); {
	case rest == "" && !final:
		return 0
	case rest != "" && rest[0] == '<' && !s.closesWrapper(rest, t.name):
		s.document = true
		return s.keepVisible(n)
	}
	s.wrapper = t.name
	return s.drop(n, thoughtClose)
}

func (s *splitter) closesWrapper(rest, name string) bool {
	return strings.HasPrefix(rest, "</"+name)
}

// callOpen begins a tool call, if the model was offered tools and what follows
// looks like one.
func (s *splitter) callOpen(t token, n int, final bool) int {
	if !s.calls || s.document {
		if t.mark == callOpen && !s.begun && !t.pipes {
			s.document = true
		}
		return s.keepVisible(n)
	}
	v := yes
	if !t.pipes && t.arg == "" {
		v = looksLikeCall(s.rest[n:], t.name)
	}
	switch {
	case v == wait && !final:
		return 0
	case v != yes:
		return s.keepVisible(n)
	}
	s.enterCall(t.name, t.arg)
	return n
}

// looksLikeCall reports whether a tool call's tag is followed by a call: JSON,
// further tags, or a name on a line of its own.
func looksLikeCall(rest, tag string) verdict {
	rest = strings.TrimLeft(rest, " \t\r\n")
	if rest == "" {
		return wait
	}
	switch rest[0] {
	case '{', '[', '`':
		return yes
	case '<':
		if tag == "tools" {
			return no
		}
		return yes
	}
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\n' || c == '<' || c == '{' || c == '(':
			if i == 0 || tag == "tools" {
				return no
			}
			return yes
		case i > longestName || !nameByte(c) && c != '-' && c != '.' && c != '\r':
			return no
		}
	}
	return wait
}
