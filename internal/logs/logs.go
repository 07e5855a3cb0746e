// Package logs keeps the newest lines of the server's log in memory, for the
// endpoints and sockets that show them. [Ring.Handler] is put around the
// handler that writes the log, so a line is kept exactly when it is written;
// secrets are masked in both by the same [Mask].
package logs

import (
	"log/slog"
	"slices"
	"strconv"
	"sync"

	"github.com/elizad/elizad/internal/eliza"
)

// Line is one line of the log.
type Line struct {
	Number  uint64 // 1, 2, 3 ... as lines are added to the ring
	At      eliza.Millis
	Level   int    // as ElizaOS numbers them: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal
	Text    string // the message and its attributes
	AgentID eliza.ID
	Agent   string // the agent's name; empty when the line is about none
}

// Categories of lines.
const (
	CategoryAgent  = "agent"  // it is about an agent
	CategoryServer = "server" // any other
)

// Category is one of the categories.
func (l *Line) Category() string {
	if l.AgentID != eliza.NoID || l.Agent != "" {
		return CategoryAgent
	}
	return CategoryServer
}

// Filter chooses lines. A zero field lets everything pass.
type Filter struct {
	Level    int // the least
	AgentID  eliza.ID
	Agent    string       // name
	Named    []eliza.ID   // the agents that have this name: some lines give but an id
	Category string       // one of the categories
	Since    eliza.Millis // at or after
}

// fits reports whether a line passes.
func (f *Filter) fits(l *Line) bool {
	return l.Level >= f.Level && l.At >= f.Since && (f.Category == "" || l.Category() == f.Category) &&
		(f.Agent == "" || l.Agent == f.Agent || l.AgentID != eliza.NoID && slices.Contains(f.Named, l.AgentID)) &&
		(f.AgentID == eliza.NoID || l.AgentID == f.AgentID)
}

// Ring keeps the newest lines. It is safe for concurrent use.
type Ring struct {
	mu      sync.Mutex
	lines   []Line // a circle once it is full
	next    int    // where the next line goes
	written uint64 // the number of the newest line
	size    int
	mask    Mask
	life    string // tells the ids of this ring from those of an earlier server's
	closed  bool
	readers map[*Reader]struct{}
}

// New makes a ring of so many lines, in which mask hides what is secret.
func New(size int, mask Mask) *Ring {
	life := strconv.FormatInt(int64(eliza.Now()), 36)
	return &Ring{size: size, mask: mask, life: life, readers: map[*Reader]struct{}{}}
}

// Add keeps a line and wakes the readers that want it. It waits for none.
func (r *Ring) Add(l Line) {
	if l.At == 0 {
		l.At = eliza.Now()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written++
	l.Number = r.written
	if len(r.lines) < r.size {
		r.lines = append(r.lines, l)
	} else {
		old := &r.lines[r.next]
		for reader := range r.readers {
			reader.loses(old)
		}
		*old = l
		r.next = (r.next + 1) % r.size
	}
	for reader := range r.readers {
		reader.offer(&l)
	}
}

// Keep adds a line that somebody else reports, masked as the server's own.
func (r *Ring) Keep(level int, message string, attrs ...slog.Attr) {
	l := Line{Level: level}
	h := handler{ring: r}
	for _, a := range attrs {
		h.attr(&l, nil, a)
	}
	l.Text = cut(h.message(message) + l.Text)
	r.Add(l)
}

// Lines returns the newest lines that pass, oldest first and at most limit,
// and how many lines there are in all.
func (r *Ring) Lines(f Filter, limit int) (lines []Line, total int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.lines) - 1; i >= 0 && len(lines) < limit; i-- {
		if l := &r.lines[(r.next+i)%len(r.lines)]; f.fits(l) {
			lines = append(lines, *l)
		}
	}
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	return lines, len(r.lines)
}

// Clear forgets every line. Readers are told how many they have not read.
func (r *Ring) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.lines {
		for reader := range r.readers {
			reader.loses(&r.lines[i])
		}
	}
	r.lines, r.next = nil, 0
}

// Close ends every reader, and lets no further one begin. Lines are kept all
// the same.
func (r *Ring) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for reader := range r.readers {
		reader.end()
	}
}

// ID names a line for who reads on from it later, see [Ring.Subscribe].
func (r *Ring) ID(l *Line) string { return r.life + "-" + strconv.FormatUint(l.Number, 10) }
