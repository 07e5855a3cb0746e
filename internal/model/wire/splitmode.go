package wire

import "strings"

// thought handles what rest begins with within a thought.
func (s *splitter) thought(final bool) int {
	r := s.rest
	i := indexStop(r)
	if s.family == bareHarmony {
		i = indexPrefix(r, bareFinal)
	}
	if i != 0 {
		if i < 0 {
			i = len(r)
		}
		return s.muse(i)
	}
	if s.family == bareHarmony {
		switch {
		case strings.HasPrefix(r, bareFinal):
			s.leaveThought()
			return len(bareFinal)
		case !final:
			return 0
		}
		return s.muse(1)
	}
	t, n, v := markupAt(r, final)
	if v == wait {
		return 0
	}
	if v == no {
		return s.muse(1)
	}
	switch {
	case t.mark == thoughtOpen && t.name == s.family:
		return s.nested(n, 1, final)
	case t.mark == thoughtClose && t.name == s.family:
		return s.nested(n, -1, final)
	case t.mark == turnEnd && t.pipes:
		if s.family == harmony {
			s.leaveThought()
		}
		return n
	case t.mark == turnStart || t.mark == channel:
		if v := s.mentioned(n, final); v == wait {
			return 0
		} else if v == yes {
			return s.muse(n)
		}
		s.settle()
		s.leaveThought()
		return s.header(t, n, final)
	}
	return s.muse(n)
}

// harmony is the family of a thought in a channel of its own.
const harmony = "channel"

// nested counts the tags of a thought within it. A tag that it speaks of does
// not count, nor one in backticks.
func (s *splitter) nested(n, by int, final bool) int {
	if s.prev == '`' {
		switch {
		case len(s.rest) == n && !final:
			return 0
		case len(s.rest) > n && s.rest[n] == '`':
			return s.muse(n)
		}
	}
	if by > 0 {
		switch s.mentioned(n, final) {
		case wait:
			return 0
		case yes:
			return s.muse(n)
		}
	}
	s.settle()
	s.depth += by
	switch {
	case s.depth == 0:
		s.leaveThought()
	case by < 0:
		s.closed = true
	}
	return n
}

// settle counts what came since a thought was closed as part of it.
func (s *splitter) settle() {
	if s.closed {
		s.out.think(s.tail.String())
		s.tail.Reset()
		s.closed = false
	}
}

// muse hands n bytes on as thought.
func (s *splitter) muse(n int) int {
	piece := s.rest[:n]
	if s.closed {
		s.tail.WriteString(piece)
	} else {
		s.out.think(piece)
	}
	s.prev = piece[n-1]
	s.blank = s.blank && strings.TrimLeft(piece, " \t\r\n") == ""
	if i := strings.LastIndexByte(piece, '\n'); i >= 0 {
		s.blank = strings.TrimLeft(piece[i:], " \t\r\n") == ""
	}
	return n
}

// callBody handles what rest begins with within a tool call.
func (s *splitter) callBody(final bool) int {
	i := indexStop(s.rest)
	if i != 0 {
		if i < 0 {
			i = len(s.rest)
		}
		return s.collect(i)
	}
	t, n, v := markupAt(s.rest, final)
	if v == wait {
		return 0
	}
	if v == no {
		return s.collect(1)
	}
	switch {
	case t.mark == callClose && strings.Contains(" "+t.name+" ", " "+s.family+" "), t.mark == turnEnd && t.pipes:
		s.endCall()
		return n
	case t.mark == callOpen && t.name == s.family && strings.TrimSpace(s.body.String()) != "",
		t.mark == turnStart, t.mark == channel:
		s.endCall()
		return s.markup(t, n, final)
	case t.mark == filler && t.pipes && s.family == harmony:
		return n
	}
	return s.collect(n)
}

func (s *splitter) collect(n int) int {
	s.body.WriteString(s.rest[:min(n, maxCallBody-s.body.Len())])
	return n
}

// foreignTurn passes over what the model writes in somebody else's name.
func (s *splitter) foreignTurn(final bool) int {
	i := indexStop(s.rest)
	if i != 0 {
		if i < 0 {
			i = len(s.rest)
		}
		return i
	}
	t, n, v := markupAt(s.rest, final)
	switch {
	case v == wait:
		return 0
	case v == no:
		return 1
	case t.mark == turnStart || t.mark == channel:
		return s.header(t, n, final)
	}
	return n
}

// header reads whose turn begins, or which channel, behind a token of n bytes.
func (s *splitter) header(t token, n int, final bool) int {
	head, rest, v := headerOf(s.rest[n:], t, final)
	if v == wait {
		return 0
	}
	n = len(s.rest) - len(rest)
	s.drop(n, t.mark)
	_, tool, called := strings.Cut(head, "to=")
	if called && !s.calls {
		s.enterThought(harmony)
		return n
	}
	if called {
		s.enterCall(harmony, strings.TrimPrefix(firstWord(tool), "functions."))
		return n
	}
	who := strings.ToLower(firstWord(head))
	switch {
	case t.mark == channel:
		switch who {
		case "final", "response", "answer", "commentary", "content":
			s.mode = inText
		default:
			s.enterThought(harmony)
		}
	case foreign[who]:
		s.mode = inForeignTurn
	default:
		s.mode = inText
	}
	return n
}

// foreign are the roles of a chat that are not the model's.
var foreign = map[string]bool{"user": true, "human": true, "system": true, "developer": true, "tool": true, "function": true, "ipython": true, "environment": true, "observation": true}

// headerOf cuts the header that follows a turnStart or a channel from the
// text: up to its closing token or the end of its line, or one word.
func headerOf(text string, t token, final bool) (head, rest string, v verdict) {
	if t.name != "" {
		return t.name, text, yes
	}
	word := func() (string, string, verdict) {
		first := firstWord(head)
		return first, strings.TrimLeft(text, " ")[len(first):], yes
	}
	for i := 0; i < maxHeader; {
		if i == len(text) {
			if !final {
				return "", "", wait
			}
			return word()
		}
		switch c := text[i]; {
		case c == ' ' || nameByte(c) || strings.IndexByte("=.-", c) >= 0:
			head += text[i : i+1]
			i++
		case c == '<':
			next, n, v := markupAt(text[i:], final)
			switch {
			case v == wait:
				return "", "", wait
			case v == no || !next.pipes:
				return word()
			case next.mark == filler && next.name == headerEnd:
				return head, text[i+n:], yes
			case next.mark == filler, next.mark == channel && strings.Contains(head, "to="):
				head += " "
				i += n
			case !strings.Contains(strings.TrimSpace(head), " ") || strings.Contains(head, "to="):
				return head, text[i:], yes
			default:
				return word()
			}
		case c == '\n' && !strings.Contains(strings.TrimSpace(head), " "):
			return head, text[i:], yes
		default:
			return word()
		}
	}
	return word()
}

func firstWord(s string) string {
	s = strings.TrimLeft(s, " ")
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i]
	}
	return s
}

// indexPrefix is where what, or at the end of s a beginning of it, stands in s;
// -1 when nowhere.
func indexPrefix(s, what string) int {
	for i := 0; i < len(s); i++ {
		if n := min(len(what), len(s)-i); s[i:i+n] == what[:n] {
			return i
		}
	}
	return -1
}

// indexStop is where the first byte is that markup may begin with; -1 when
// there is none.
func indexStop(s string) int {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '<' || c == '[' || c == "◁"[0] {
			return i
		}
	}
	return -1
}
