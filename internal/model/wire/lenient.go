package wire

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep the arguments of a tool call are nested.
const maxDepth = 64

// What is wrong with arguments, worded for the model.
var (
	errCut       = errors.New("they end in the middle")
	errSyntax    = errors.New("they are not valid JSON")
	errDepth     = errors.New("they are nested too deeply")
	errAfterward = errors.New("more text follows the object")
)

// lenient reads JSON as models write it and writes it as it should be. It
// understands what can mean one thing only: commas too many, single quotes,
// names without quotes, Python's True, False and None, comments, line breaks
// within a text, and escapes that JSON does not have.
type lenient struct {
	in     string
	i      int
	out    []byte
	depth  int
	python bool // it is the inside of a call in Python: f(x=1), without its f
}

// value reads one value.
func (l *lenient) value() error {
	l.space()
	if l.i == len(l.in) {
		return errCut
	}
	switch c := l.in[l.i]; c {
	case '{', '[':
		return l.list(c)
	case '"', '\'':
		return l.text(c)
	}
	return l.word()
}

// list reads an object or an array.
func (l *lenient) list(open byte) error {
	closing, assign := open+2, byte(':') // '}' or ']'
	end := closing
	if l.python && l.depth == 0 {
		closing, assign = ')', '='
	}
	if l.depth++; l.depth > maxDepth {
		return errDepth
	}
	defer func() { l.depth-- }()
	l.i++
	l.out = append(l.out, open)
	for n := 0; ; n++ {
		l.space()
		switch {
		case l.i == len(l.in):
			return errCut
		case l.in[l.i] == closing:
			l.i++
			l.out = append(l.out, end)
			return nil
		}
		if n > 0 {
			l.out = append(l.out, ',')
		}
		if open == '{' {
			if err := l.name(assign); err != nil {
				return err
			}
		}
		if err := l.value(); err != nil {
			return err
		}
		l.space()
		switch {
		case l.i == len(l.in):
			return errCut
		case l.in[l.i] == ',':
			l.i++
		case l.in[l.i] != closing:
			return errSyntax
		}
	}
}

// name reads a member's name and the colon, or what else assigns, behind it.
func (l *lenient) name(assign byte) error {
	if c := l.in[l.i]; c == '"' || c == '\'' {
		if err := l.text(c); err != nil {
			return err
		}
	} else {
		start := l.i
		for l.i < len(l.in) && (nameByte(l.in[l.i]) && l.in[l.i] != ':' || l.in[l.i] == '-' || l.in[l.i] == '$') {
			l.i++
		}
		if start == l.i {
			return errSyntax
		}
		l.quote(l.in[start:l.i])
	}
	l.space()
	switch {
	case l.i == len(l.in):
		return errCut
	case l.in[l.i] != assign:
		return errSyntax
	}
	l.i++
	l.out = append(l.out, ':')
	return nil
}

func (l *lenient) quote(s string) {
	b, _ := json.Marshal(s)
	l.out = append(l.out, b...)
}

// text reads a text in either kind of quotes.
func (l *lenient) text(quote byte) error {
	l.i++
	l.out = append(l.out, '"')
	for l.i < len(l.in) {
		c := l.in[l.i]
		l.i++
		switch {
		case c == quote:
			l.out = append(l.out, '"')
			return nil
		case c == '"':
			l.out = append(l.out, '\\', '"')
		case c == '\\':
			if err := l.escape(); err != nil {
				return err
			}
		case c == '\n':
			l.out = append(l.out, '\\', 'n')
		case c == '\r':
			l.out = append(l.out, '\\', 'r')
		case c == '\t':
			l.out = append(l.out, '\\', 't')
		case c < ' ':
			l.out = append(l.out, `\u00`...)
			l.out = append(l.out, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			l.out = append(l.out, c)
		}
	}
	return errCut
}

// escape reads what follows a backslash.
func (l *lenient) escape() error {
	if l.i == len(l.in) {
		return errCut
	}
	c := l.in[l.i]
	switch {
	case strings.IndexByte(`"\/bfnrt`, c) >= 0:
		l.out = append(l.out, '\\', c)
	case c == 'u':
		if len(l.in)-l.i < 5 {
			return errCut
		}
		if strings.Trim(l.in[l.i+1:l.i+5], "0123456789abcdefABCDEF") != "" {
			return errSyntax
		}
		l.out = append(l.out, l.in[l.i-1:l.i+5]...)
		l.i += 4
	case c == '\n':
	case c == '\'' || c == '`' || c == '$':
		l.out = append(l.out, c)
	default: // a backslash that was meant as itself, as in a path or a pattern
		l.out = append(l.out, '\\', '\\')
		return nil
	}
	l.i++
	return nil
}

// words are the values without quotes, as JSON, JavaScript and Python have them.
var words = map[string]string{"true": "true", "false": "false", "null": "null", "True": "true", "False": "false", "None": "null", "undefined": "null"}

func (l *lenient) word() error {
	start := l.i
	for l.i < len(l.in) && strings.IndexByte(" \t\r\n,]}):", l.in[l.i]) < 0 {
		l.i++
	}
	word := l.in[start:l.i]
	if w, ok := words[word]; ok {
		word = w
	} else if word == "" || strings.IndexByte("-0123456789", word[0]) < 0 || !json.Valid([]byte(word)) {
		if l.i == len(l.in) {
			return errCut
		}
		return errSyntax
	}
	l.out = append(l.out, word...)
	return nil
}

// space passes over white space and comments.
func (l *lenient) space() {
	for l.i < len(l.in) {
		switch rest := l.in[l.i:]; {
		case strings.IndexByte(white, rest[0]) >= 0:
			l.i++
		case strings.HasPrefix(rest, "//"):
			l.i += lineLength(rest)
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				return
			}
			l.i += end + 2
		default:
			return
		}
	}
}

func lineLength(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

// readLenient reads the value that s begins with, and returns it as JSON and
// what follows it.
func readLenient(s string) (value json.RawMessage, rest string, err error) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	l := lenient{in: s}
	if err := l.value(); err != nil {
		return nil, s[l.i:], err
	}
	if !json.Valid(l.out) {
		return nil, s[l.i:], errSyntax
	}
	return l.out, s[l.i:], nil
}
