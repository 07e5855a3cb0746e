package agent

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// maxTurns bounds the turns that run at once; most of them wait for a model.
const maxTurns = 1024

// lane is one agent in one channel: its turns come one after another.
type lane struct{ agent, channel eliza.ID }

// waiting is a delivery whose turn has not begun. The message is kept for one
// that has just been posted and read from the database for any other.
type waiting struct {
	delivery eliza.Delivery
	message  *eliza.Message
}

// result tells the scheduler what became of a turn.
type result int

const (
	turnDone result = iota
	turnPaused
	turnRetry
	turnAgain // at once, about what is still owed of it
)

// scheduler runs turns: in order within a lane, side by side otherwise.
type scheduler struct {
	turn  func(ctx context.Context, batch []waiting) result
	batch func(agent eliza.ID) bool // whether all that waits goes into one turn

	slots chan struct{}
	turns context.Context // ends when running turns must stop
	abort context.CancelFunc
	group sync.WaitGroup

	mu     sync.Mutex
	lanes  map[lane][]waiting // a lane that is here has a goroutine
	active map[lane]int64     // seq of the newest message whose turn has begun
	news   map[lane]bool      // something was pushed since that turn began
	closed bool
}

func newScheduler(turn func(context.Context, []waiting) result, batch func(eliza.ID) bool) *scheduler {
	s := &scheduler{turn: turn, batch: batch, slots: make(chan struct{}, maxTurns), lanes: map[lane][]waiting{}, active: map[lane]int64{}, news: map[lane]bool{}}
	s.turns, s.abort = context.WithCancel(context.Background())
	return s
}

// push queues a delivery in the order of its lane. One that is queued or
// running already is not queued again; one whose news comes late, when a later
// message's turn has begun, is next.
func (s *scheduler) push(w waiting) {
	l := lane{w.delivery.AgentID, w.delivery.ChannelID}
	s.mu.Lock()
	defer s.mu.Unlock()
	queue, running := s.lanes[l]
	if running {
		s.news[l] = true
	}
	resumed := w.delivery.Reason == eliza.ReasonApprovalDecided // its turn ended when it was parked
	if s.closed || running && s.active[l] == w.delivery.Seq && !resumed {
		return
	}
	at, found := slices.BinarySearchFunc(queue, w.delivery.Seq, func(w waiting, seq int64) int { return int(w.delivery.Seq - seq) })
	if found {
		return
	}
	s.lanes[l] = slices.Insert(queue, at, w)
	if !running {
		s.group.Go(func() { s.run(l) })
	}
}

// run serves a lane until nothing waits in it.
func (s *scheduler) run(l lane) {
	backoff := time.Second
	for {
		batch := s.take(l)
		if len(batch) == 0 {
			return
		}
		select {
		case s.slots <- struct{}{}:
		case <-s.turns.Done():
			s.drop(l)
			return
		}
		r := s.turn(s.turns, batch)
		<-s.slots
		switch r {
		case turnDone:
			backoff = time.Second
		case turnPaused:
			if s.dropQuiet(l) {
				return
			}
			s.putBack(l, batch) // its agent may have been started meanwhile
		case turnAgain:
			s.putBack(l, batch)
		case turnRetry:
			select {
			case <-time.After(backoff):
			case <-s.turns.Done():
				s.drop(l)
				return
			}
			backoff = min(2*backoff, 30*time.Second)
			s.putBack(l, batch)
		}
	}
}

// take removes what the lane's next turn is about; nil ends the lane.
func (s *scheduler) take(l lane) []waiting {
	all := s.batch(l.agent)
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.lanes[l]
	if len(queue) == 0 || s.closed {
		s.forget(l)
		return nil
	}
	delete(s.news, l)
	n := 1
	if all {
		n = together(queue)
	}
	batch := queue[:n:n]
	s.lanes[l] = queue[n:]
	s.active[l] = batch[n-1].delivery.Seq
	return batch
}

// together is how many of what waits may go into one turn: one that waited for
// a person goes on by itself.
func together(queue []waiting) int {
	n := slices.IndexFunc(queue, func(w waiting) bool { return w.delivery.Reason == eliza.ReasonApprovalDecided })
	if n < 0 {
		return len(queue)
	}
	return max(n, 1)
}

// putBack has a batch begin anew. Whether it is all still owed is read from the
// database then.
func (s *scheduler) putBack(l lane, batch []waiting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch {
		batch[i].message = nil
	}
	s.lanes[l] = append(batch, s.lanes[l]...)
	s.active[l] = batch[0].delivery.Seq - 1
}

// remove forgets a message that waits in a lane.
func (s *scheduler) remove(l lane, message eliza.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if queue, there := s.lanes[l]; there {
		s.lanes[l] = slices.DeleteFunc(queue, func(w waiting) bool { return w.delivery.MessageID == message })
	}
}

// drop forgets what waits in a lane; it stays pending in the database.
func (s *scheduler) drop(l lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(l)
}

// dropQuiet is drop, unless something was pushed since the lane's turn began.
func (s *scheduler) dropQuiet(l lane) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.news[l] {
		return false
	}
	s.forget(l)
	return true
}

// forget ends a lane; the caller holds the lock.
func (s *scheduler) forget(l lane) {
	delete(s.lanes, l)
	delete(s.active, l)
	delete(s.news, l)
}

// running counts the lanes that have work.
func (s *scheduler) running() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lanes)
}

// close begins no more turns and waits for the running ones until ctx ends;
// then it stops them.
func (s *scheduler) close(ctx context.Context) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.group.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	s.abort()
	<-done
}
