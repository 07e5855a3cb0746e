package packet

import (
	"encoding/json"
	"errors"
)

// Split cuts a JSON array into its elements, without copying them. The array
// must be valid JSON, as the Data of a decoded packet is.
func Split(array json.RawMessage) []json.RawMessage {
	inner := trim(array[1 : len(array)-1])
	if len(inner) == 0 {
		return nil
	}
	elements := make([]json.RawMessage, 0, 4)
	for {
		n := valueEnd(inner)
		elements = append(elements, trim(inner[:n]))
		if n == len(inner) {
			return elements
		}
		inner = inner[n+1:]
	}
}

// SplitEvent cuts the array of an event into its name and its arguments. A
// number is a name too: clients may send [1,"text"], and the name is then "1".
func SplitEvent(array json.RawMessage) (name string, args []json.RawMessage, err error) {
	elements := Split(array)
	if len(elements) == 0 {
		return "", nil, errors.New("event has no name")
	}
	first := elements[0]
	switch c := first[0]; {
	case c == '"':
		if plain := first[1 : len(first)-1]; !escaped(plain) {
			name = string(plain)
		} else if err := json.Unmarshal(first, &name); err != nil {
			return "", nil, errors.New("event name is not text")
		}
	case c == '-' || c >= '0' && c <= '9':
		name = string(first)
	default:
		return "", nil, errors.New("event name is neither text nor number")
	}
	return name, elements[1:], nil
}

// valueEnd is the index of the comma behind the first value of b, or len(b).
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// escaped tells whether the inside of a JSON string differs from its text.
func escaped(b []byte) bool {
	for _, c := range b {
		if c == '\\' || c >= 0x80 {
			return true
		}
	}
	return false
}
