package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Bounds of the arguments of one tool call, in bytes, and of what is repeated
// of them to the model, in characters.
const (
	maxArguments = 1 << 20
	maxExcerpt   = 120
)

var (
	errLarge   = fmt.Errorf("they are longer than %d bytes", maxArguments)
	errArray   = errors.New("they are an array")
	errNoName  = errors.New("it names no tool")
	errNoShape = errors.New("they are not an object")
)

// readArguments reads the arguments that a model wrote for a tool. What can
// mean one object only is repaired: no arguments at all, an object within a
// text or a code block, an empty object in front, and all that lenient reads.
func readArguments(raw []byte) (json.RawMessage, error) {
	if len(raw) > maxArguments {
		return nil, errLarge
	}
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '{' && json.Valid(raw) && !tooDeep(raw) {
		return raw, nil
	}
	return repaired(string(raw), 0)
}

func repaired(s string, level int) (json.RawMessage, error) {
	s = unfenced(strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")))
	if s == "" {
		return json.RawMessage("{}"), nil
	}
	value, rest, err := readLenient(s)
	if err != nil && strings.IndexByte("{[\"'", s[0]) < 0 {
		return nil, errNoShape
	}
	if err != nil {
		return nil, err
	}
	switch value[0] {
	case '{':
	case '"':
		var inner string
		if err := json.Unmarshal(value, &inner); err != nil || level >= 3 || endOf(rest) != "" {
			return nil, errNoShape
		}
		inner = strings.TrimSpace(inner)
		if inner != "" && strings.IndexByte("{\"`", inner[0]) < 0 {
			return nil, errNoShape
		}
		return repaired(inner, level+1)
	case '[':
		return nil, errArray
	default:
		if string(value) == "null" && endOf(rest) == "" {
			return json.RawMessage("{}"), nil
		}
		return nil, errNoShape
	}
	if rest = endOf(rest); rest == "" {
		return value, nil
	}
	// A server that begins with {} and then sends the object, or sends it twice.
	next, after, err := readLenient(rest)
	if err != nil || endOf(after) != "" || string(value) != "{}" && !bytes.Equal(value, next) || next[0] != '{' {
		return nil, errAfterward
	}
	return next, nil
}

// endOf is what follows an object without what means nothing there.
func endOf(rest string) string { return strings.TrimLeft(rest, white+"};") }

// unfenced takes a text out of a Markdown code block.
func unfenced(s string) string {
	inner, ok := strings.CutPrefix(s, "```")
	if !ok {
		return s
	}
	if inner, ok = strings.CutSuffix(strings.TrimRight(inner, white), "```"); !ok {
		return s
	}
	return strings.TrimSpace(strings.TrimLeftFunc(inner, unicode.IsLetter))
}

// tooDeep reports whether valid JSON is nested too deeply.
func tooDeep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// problem tells a model what is wrong with the arguments that it wrote.
func problem(name, raw string, err error) string {
	if errors.Is(err, errNoName) {
		return fmt.Sprintf("This tool call was not run: %v. You wrote: %s. Call a tool by its exact name.", err, excerpt(raw))
	}
	return fmt.Sprintf("%s was not run, because its arguments could not be read: %v. You wrote: %s. Send the arguments as one JSON object that fits the tool's parameters.",
		name, err, excerpt(raw))
}

// excerpt is the beginning and the end of a text, in one line.
func excerpt(s string) string {
	s = strings.Join(strings.FieldsFunc(s[:min(len(s), maxArguments)], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	s = strings.ToValidUTF8(s, "")
	if s == "" {
		return "nothing"
	}
	if r := []rune(s); len(r) > maxExcerpt {
		return string(r[:maxExcerpt*2/3]) + " … " + string(r[len(r)-maxExcerpt/3:])
	}
	return s
}
