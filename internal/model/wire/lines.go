package wire

import (
	"bufio"
	"errors"
	"io"
	"sync"
)

// MaxLine bounds one line of a stream.
const MaxLine = 4 << 20

var errLongLine = errors.New("a line of the stream is too long")

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}

// Lines reads a stream line by line; each line of Ollama's stream is a JSON
// object. Close it when done.
type Lines struct {
	r    *bufio.Reader
	long []byte // a line that did not fit the reader
}

// NewLines starts reading.
func NewLines(r io.Reader) *Lines {
	l := &Lines{r: readers.Get().(*bufio.Reader)}
	l.r.Reset(r)
	return l
}

// Close gives the memory back; the last line is not valid any more.
func (l *Lines) Close() {
	l.r.Reset(nil)
	readers.Put(l.r)
	l.r = nil
}

// Next returns the next line without its end, valid until the next call. The
// error is io.EOF after the last line, which may lack its end.
func (l *Lines) Next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], line...)
		for err == bufio.ErrBufferFull {
			line, err = l.r.ReadSlice('\n')
			if len(l.long)+len(line) > MaxLine {
				return nil, errLongLine
			}
			l.long = append(l.long, line...)
		}
		line = l.long
	}
	if err == io.EOF && len(line) > 0 {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if n := len(line); line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}
