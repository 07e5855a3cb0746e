package transport

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// event is one event of a stream, in the words of the HTML standard.
type event struct {
	name, data string
	id         string
	hasID      bool
	retry      time.Duration // 0: none
}

// events reads a stream of server-sent events.
type events struct {
	lines *bufio.Reader
}

func newEvents(r io.Reader) *events { return &events{bufio.NewReader(r)} }

// next returns the next event that has a name, data or an id. What stands
// behind the last empty line is no event.
func (e *events) next() (event, error) {
	var ev event
	var data []string
	size := 0
	for {
		line, err := readLine(e.lines, maxMessage)
		if err != nil {
			return event{}, err
		}
		if size += len(line); size > maxMessage {
			return event{}, ErrTooLong
		}
		if line == "" {
			if data == nil && ev == (event{}) {
				continue
			}
			ev.data = strings.Join(data, "\n")
			return ev, nil
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			ev.name = value
		case "data":
			data = append(data, value)
		case "id":
			if !strings.Contains(value, "\x00") {
				ev.id, ev.hasID = value, true
			}
		case "retry":
			if ms, err := strconv.ParseUint(value, 10, 31); err == nil {
				ev.retry = time.Duration(ms) * time.Millisecond
			}
		}
	}
}

// readLine reads a line without its end. A line that is longer than most is
// read to its end and told as ErrTooLong.
func readLine(r *bufio.Reader, most int) (string, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > most; !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
			return "", err
		}
		if long {
			return "", ErrTooLong
		}
		return strings.TrimRight(string(line), "\r\n"), nil
	}
}
