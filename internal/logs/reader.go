package logs

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	// MaxReaders is how many may follow the log at once.
	MaxReaders = 256
	// batch is how many lines a reader gets at once.
	batch = 100
)

// ErrClosed says that a reader hears nothing more.
var ErrClosed = errors.New("the log is followed no longer")

// Reader hears lines as they are written, out of the ring: it holds none of its
// own. One that is slow loses the lines that the ring forgets, is told how many
// it lost, and holds up nobody.
type Reader struct {
	ring *Ring
	wake chan struct{} // capacity 1: there may be something to read

	// What follows is guarded by the ring's lock.
	filter Filter
	next   uint64 // the number of the line to read next
	missed int    // lines that the ring forgot before they were read
	ended  bool
}

// Subscribe lets a reader hear the lines that pass until Close: from now on, or,
// when after is the id of a line, those that are kept after that one. After an
// id that this ring did not give it hears all that are kept. Error code:
// UNAVAILABLE when too many read.
func (r *Ring) Subscribe(f Filter, after string) (*Reader, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || len(r.readers) >= MaxReaders {
		return nil, eliza.Errorf(eliza.CodeUnavailable, "Too many follow the log")
	}
	reader := &Reader{ring: r, filter: f, wake: make(chan struct{}, 1), next: r.written + 1}
	if after != "" {
		life, number, _ := strings.Cut(after, "-")
		last, err := strconv.ParseUint(number, 10, 64)
		oldest := r.written - uint64(len(r.lines)) + 1
		switch {
		case life != r.life || err != nil:
			reader.next = oldest
		case last < r.written:
			reader.next = last + 1
			reader.missed = int(max(oldest, reader.next) - reader.next)
		}
	}
	r.readers[reader] = struct{}{}
	return reader, nil
}

// ID names the line before the next one that is read, for who reads on from
// there.
func (r *Reader) ID() string {
	r.ring.mu.Lock()
	defer r.ring.mu.Unlock()
	return r.ring.ID(&Line{Number: r.next - 1})
}

// Next waits for lines, and returns them with the number of those that were lost
// before them. It returns ErrClosed after Close, or the error of ctx.
func (r *Reader) Next(ctx context.Context) (lines []Line, missed int, err error) {
	for {
		if lines, missed, err = r.take(); err != nil || missed > 0 || len(lines) > 0 {
			return lines, missed, err
		}
		select {
		case <-r.wake:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
}

// take reads what there is.
func (r *Reader) take() (lines []Line, missed int, err error) {
	ring := r.ring
	ring.mu.Lock()
	defer ring.mu.Unlock()
	if r.ended {
		return nil, 0, ErrClosed
	}
	missed, r.missed = r.missed, 0
	oldest := ring.written - uint64(len(ring.lines)) + 1
	for r.next = max(r.next, oldest); r.next <= ring.written && len(lines) < batch; r.next++ {
		l := &ring.lines[(ring.next+int(r.next-oldest))%len(ring.lines)]
		if r.filter.fits(l) {
			lines = append(lines, *l)
		}
	}
	return lines, missed, nil
}

// Filter has other lines pass from now on; what was not yet read is passed over.
func (r *Reader) Filter(f Filter) {
	r.ring.mu.Lock()
	defer r.ring.mu.Unlock()
	r.filter, r.next, r.missed = f, r.ring.written+1, 0
}

// Close ends the hearing. Closing again does nothing.
func (r *Reader) Close() {
	r.ring.mu.Lock()
	defer r.ring.mu.Unlock()
	r.end()
}

// The rest is called under the ring's lock.

func (r *Reader) end() {
	r.ended = true
	delete(r.ring.readers, r)
	r.stir()
}

func (r *Reader) stir() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Reader) offer(l *Line) {
	if r.filter.fits(l) {
		r.stir()
	}
}

// loses counts a line that the ring forgets, if it was to be read.
func (r *Reader) loses(l *Line) {
	if l.Number >= r.next && r.filter.fits(l) {
		r.missed++
		r.stir()
	}
}
