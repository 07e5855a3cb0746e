package wire

import (
	"bytes"
	"io"
)

// Events reads the data of server-sent events (WHATWG HTML, "Server-sent
// events"). Names, ids and comments are passed over: the providers repeat the
// name within the data. Close it when done.
type Events struct {
	lines *Lines
	data  []byte
}

// NewEvents starts reading.
func NewEvents(r io.Reader) *Events { return &Events{lines: NewLines(r)} }

// Close gives the memory back; the last data is not valid any more.
func (e *Events) Close() { e.lines.Close() }

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	dataField     = []byte("data:")
)

// Next returns the data of the next event that has any, valid until the next
// call. The error is io.EOF at the end; an event that lacks its closing empty
// line there still counts, because some servers leave it out.
func (e *Events) Next() ([]byte, error) {
	e.data = e.data[:0]
	some := false
	for {
		line, err := e.lines.Next()
		if err == io.EOF && some {
			return e.data, nil
		}
		if err != nil {
			return nil, err
		}
		line = bytes.TrimPrefix(line, byteOrderMark)
		if len(line) == 0 {
			if some {
				return e.data, nil
			}
			continue
		}
		value, ok := bytes.CutPrefix(line, dataField)
		if !ok {
			continue
		}
		if len(value) > 0 && value[0] == ' ' {
			value = value[1:]
		}
		if len(e.data)+len(value) >= MaxLine {
			return nil, errLongLine
		}
		if some {
			e.data = append(e.data, '\n')
		}
		e.data = append(e.data, value...)
		some = true
	}
}
