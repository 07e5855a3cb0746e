package packet

import (
	"encoding/json"
	"errors"
	"fmt"
)

// MaxElements bounds the elements of an event or acknowledgement, so that a
// short text cannot stand for a long list.
const MaxElements = 1000

// Split cuts a JSON array into its elements, without copying them. The array
// must be valid JSON, as the Data of a decoded packet is. One of more than
// MaxElements is malformed.
func Split(array json.RawMessage) ([]json.RawMessage, error) {
	inner := trim(array[1 : len(array)-1])
	if len(inner) == 0 {
		return nil, nil
	}
	elements := make([]json.RawMessage, 0, 4)
	for {
		if len(elements) == MaxElements {
			return nil, fmt.Errorf("%w: more than %d elements", ErrMalformed, MaxElements)
		}
		n := valueEnd(inner)
		elements = append(elements, trim(inner[:n]))
		if n == len(inner) {
			return elements, nil
		}
		inner = inner[n+1:]
	}
}

// SplitEvent cuts the array of an event into its name and its arguments. A
// number is a name too: clients may send [1,"text"], and the name is then "1".
func SplitEvent(array json.RawMessage) (name string, args []json.RawMessage, err error) {
	if name, err = eventName(array); err != nil {
		return "", nil, err
	}
	elements, err := Split(array)
	if err != nil {
		return "", nil, err
	}
	return name, elements[1:], nil
}

// eventName reads the first element of an event's array.
func eventName(array json.RawMessage) (name string, err error) {
	inner := trim(array[1 : len(array)-1])
	first := trim(inner[:valueEnd(inner)])
	if len(first) == 0 {
		return "", errors.New("event has no name")
	}
	switch c := first[0]; {
	case c == '"' && !escaped(first):
		return string(first[1 : len(first)-1]), nil
	case c == '"':
		err = json.Unmarshal(first, &name)
		return name, err
	case c == '-' || c >= '0' && c <= '9':
		return string(first), nil
	}
	return "", errors.New("event name is neither text nor number")
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

// escaped tells whether a JSON string may differ from its text.
func escaped(b []byte) bool {
	for _, c := range b {
		if c == '\\' || c >= 0x80 {
			return true
		}
	}
	return false
}
