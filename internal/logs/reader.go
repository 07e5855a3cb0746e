package logs

// waiting is how many lines wait for a reader before further ones are dropped.
const waiting = 256

// Reader hears lines as they are written. One that is slow loses lines, and
// holds up nobody.
type Reader struct {
	ring   *Ring
	filter Filter // guarded by the ring's lock
	lines  chan Line
}

// Subscribe lets a reader hear the lines that pass, from now until Close.
func (r *Ring) Subscribe(f Filter) *Reader {
	reader := &Reader{ring: r, filter: f, lines: make(chan Line, waiting)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readers[reader] = struct{}{}
	return reader
}

// Lines is where they arrive; it is closed by Close.
func (r *Reader) Lines() <-chan Line { return r.lines }

// Filter has other lines pass from now on.
func (r *Reader) Filter(f Filter) {
	r.ring.mu.Lock()
	defer r.ring.mu.Unlock()
	r.filter = f
}

// Close ends the hearing. Closing again does nothing.
func (r *Reader) Close() {
	r.ring.mu.Lock()
	defer r.ring.mu.Unlock()
	if _, hears := r.ring.readers[r]; hears {
		delete(r.ring.readers, r)
		close(r.lines)
	}
}

// offer is called under the ring's lock, which also keeps Close away.
func (r *Reader) offer(l *Line) {
	if !r.filter.fits(l) {
		return
	}
	select {
	case r.lines <- *l:
	default:
	}
}
