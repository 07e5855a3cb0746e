package socketio

import (
	"runtime/debug"
	"sync"
)

// What may wait for the handlers of one socket, before its client is read no
// further: until there is space, the client feels the pressure.
const (
	laneJobs  = 1024
	laneBytes = 4 << 20
)

// A job is one thing for the handlers of a socket to do: an event, its end, or,
// when it is neither, its beginning.
type job struct {
	event *Event
	ended Reason
	size  int // bytes that the event holds
}

// A lane holds what the handlers of one socket have to do, in order. A goroutine
// works on it as long as there is something to do.
type lane struct {
	mu      sync.Mutex
	jobs    []job
	bytes   int
	working bool
	space   chan struct{} // closed when jobs were taken, nil when nobody waits
}

// run puts a job behind the others. An event waits for space.
func (s *Socket) run(j job) {
	l := &s.lane
	l.mu.Lock()
	for j.event != nil && len(l.jobs) > 0 && (len(l.jobs) >= laneJobs || l.bytes+j.size > laneBytes) {
		if l.space == nil {
			l.space = make(chan struct{})
		}
		space := l.space
		l.mu.Unlock()
		<-space
		l.mu.Lock()
	}
	l.jobs = append(l.jobs, j)
	l.bytes += j.size
	if !l.working {
		l.working = true
		s.namespace.server.work.Go(s.work)
	}
	l.mu.Unlock()
}

// work does the jobs until none is left.
func (s *Socket) work() {
	l := &s.lane
	var jobs []job
	for {
		l.mu.Lock()
		jobs, l.jobs = l.jobs, nil
		l.bytes = 0
		if l.space != nil {
			close(l.space)
			l.space = nil
		}
		if len(jobs) == 0 {
			l.working = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		for _, j := range jobs {
			s.do(j)
		}
	}
}

// do runs the handlers that a job is for. One that panics ends the client's
// connection.
func (s *Socket) do(j job) {
	defer func() {
		if p := recover(); p != nil {
			s.namespace.server.logger().Error("socket handler panicked", "namespace", s.namespace.name,
				"socket", s.id, "panic", p, "stack", string(debug.Stack()))
			s.client.conn.Close()
		}
	}()
	h := s.namespace.handlers.Load()
	switch {
	case j.event != nil:
		if s.refused() {
			return
		}
		if f := h.events[j.event.Name]; f != nil {
			f(s.ctx, j.event)
		} else if h.other != nil {
			h.other(s.ctx, j.event)
		}
	case j.ended != "":
		if !s.ended(j.ended) {
			return
		}
		if s.gone != nil {
			defer close(s.gone)
		}
		for _, f := range h.disconnect {
			f(s, j.ended)
		}
	default:
		s.begin(h)
	}
}

func (s *Socket) refused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == stateRefused
}
