package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
)

// maxStray is how much is read of an answer that is no answer of a model.
const maxStray = 4 << 10

// ReadAnswer reads the body of an answer of success, whatever its content type
// says: the data of server-sent events, or JSON values one after another. Each
// goes to add, which reports when it has the whole answer. The error is io.EOF
// when the body ended before that.
func (p Peer) ReadAnswer(resp *http.Response, add func(data []byte) (done bool, err error)) error {
	lines := NewLines(resp.Body)
	defer lines.Close()
	first, err := lines.peek()
	switch {
	case err != nil:
		return err
	case first[0] == '{' || first[0] == '[':
		return p.readValues(lines.r, add)
	case isField(first):
		return readEvents(&Events{lines: lines}, add)
	}
	return p.stray(resp, lines.r)
}

// isField reports whether a stream's first bytes begin a line of server-sent
// events.
func isField(first []byte) bool {
	for _, field := range []string{":", "data:", "event:", "id:", "retry:"} {
		if bytes.HasPrefix(first, []byte(field)) {
			return true
		}
	}
	return false
}

// peek passes over white space and a byte order mark, and returns the first
// bytes without reading them: six, or fewer when there are no more.
func (l *Lines) peek() ([]byte, error) {
	for {
		first, err := l.r.Peek(1)
		if err != nil {
			return nil, err
		}
		switch c := first[0]; {
		case strings.IndexByte(white, c) >= 0 || c == byteOrderMark[0]:
			n := 1
			if c == byteOrderMark[0] {
				n = len(byteOrderMark)
			}
			if _, err := l.r.Discard(n); err != nil {
				return nil, err
			}
		case c == '{' || c == '[' || c == ':' || c == '<':
			return first, nil
		default:
			first, err = l.r.Peek(len("event:"))
			if err != nil && len(first) == 0 {
				return nil, err
			}
			return first, nil
		}
	}
}

func readEvents(events *Events, add func([]byte) (bool, error)) error {
	for {
		data, err := events.Next()
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(data)) == 0 {
			continue // keeps the connection open
		}
		if done, err := add(data); done || err != nil {
			return err
		}
	}
}

func (p Peer) readValues(r io.Reader, add func([]byte) (bool, error)) error {
	decoder := json.NewDecoder(r)
	var value json.RawMessage
	for {
		value = value[:0]
		err := decoder.Decode(&value)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return p.Nonsense("a part of the answer", err)
		}
		if err != nil {
			return err
		}
		if done, err := add(value); done || err != nil {
			return err
		}
	}
}

// stray words an answer that is neither events nor JSON.
func (p Peer) stray(resp *http.Response, r io.Reader) error {
	body, err := io.ReadAll(io.LimitReader(r, maxStray))
	if err != nil {
		return err
	}
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if body[0] == '<' || mediaType == "text/html" {
		return p.WrongType("text/html")
	}
	return &model.CallError{Provider: p.Provider, Message: "it answered with a text that is no answer of a model: " + p.clean(string(body))}
}

// valid checks JSON. gjson's check is the faster one but recurses as deep as
// its input goes, so that a long one goes to encoding/json's.
func valid(data []byte) bool {
	if len(data) > 64<<10 {
		return json.Valid(data)
	}
	return gjson.ValidBytes(data)
}

// Object reads a part of an answer, which is one JSON object.
func (p Peer) Object(data []byte) (gjson.Result, error) {
	if !valid(data) {
		return gjson.Result{}, p.Nonsense("a part of the answer", nil)
	}
	v := gjson.ParseBytes(data)
	if v.IsArray() { // Gemini's OpenAI endpoint wraps its errors in a list
		if v = v.Get("0"); !IsFault(v) {
			v = gjson.Result{}
		}
	}
	if !v.IsObject() {
		return v, p.Nonsense("a part of the answer", nil)
	}
	return v, nil
}
