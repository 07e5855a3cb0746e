package agent

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// recorder is a turn that notes what it was given and waits to be let go.
type recorder struct {
	begun chan []waiting
	end   chan result
}

func newRecorder() *recorder {
	return &recorder{begun: make(chan []waiting), end: make(chan result)}
}

func (r *recorder) turn(ctx context.Context, batch []waiting) result {
	r.begun <- batch
	select {
	case end := <-r.end:
		return end
	case <-ctx.Done():
		return turnPaused
	}
}

func each(eliza.ID) bool   { return false }
func folded(eliza.ID) bool { return true }

func owed(l lane, seq int64) waiting {
	return waiting{delivery: eliza.Delivery{AgentID: l.agent, ChannelID: l.channel, Seq: seq}}
}

func newLane() lane { return lane{eliza.NewID(), eliza.NewID()} }

func seqs(batch []waiting) []int64 {
	var list []int64
	for _, w := range batch {
		list = append(list, w.delivery.Seq)
	}
	return list
}

func (r *recorder) expect(t *testing.T, want ...int64) {
	t.Helper()
	select {
	case batch := <-r.begun:
		if got := seqs(batch); !slices.Equal(got, want) {
			t.Fatalf("the turn is about messages %v, want %v", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("no turn about %v began", want)
	}
}

func closed(t *testing.T, s *scheduler) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s.close(ctx)
	if ctx.Err() != nil {
		t.Fatal("turns still ran")
	}
}

func TestTurnsOfALaneComeInOrderOneByOne(t *testing.T) {
	r := newRecorder()
	s := newScheduler(r.turn, each)
	l := newLane()
	s.push(owed(l, 1))
	r.expect(t, 1)
	s.push(owed(l, 3))
	s.push(owed(l, 2)) // the news of two posts may cross
	s.push(owed(l, 2)) // and come twice
	s.push(owed(l, 1))
	r.end <- turnDone
	r.expect(t, 2)
	r.end <- turnDone
	r.expect(t, 3)
	r.end <- turnDone
	closed(t, s)
}

func TestLateNewsIsNotLost(t *testing.T) {
	r := newRecorder()
	s := newScheduler(r.turn, each)
	l := newLane()
	s.push(owed(l, 2))
	r.expect(t, 2)
	s.push(owed(l, 3))
	s.push(owed(l, 1)) // crossed by the news of 2, whose turn runs
	for _, next := range []int64{1, 3} {
		r.end <- turnDone
		r.expect(t, next)
	}
	r.end <- turnDone
	closed(t, s)
}

func TestLanesRunSideBySide(t *testing.T) {
	r := newRecorder()
	s := newScheduler(r.turn, each)
	for range 50 {
		s.push(owed(newLane(), 1))
	}
	for range 50 {
		r.expect(t, 1)
	}
	for range 50 {
		r.end <- turnDone
	}
	closed(t, s)
}

func TestWaitingMessagesMayShareATurn(t *testing.T) {
	r := newRecorder()
	s := newScheduler(r.turn, folded)
	l := newLane()
	s.push(owed(l, 1))
	r.expect(t, 1)
	for seq := int64(2); seq <= 5; seq++ {
		s.push(owed(l, seq))
	}
	r.end <- turnDone
	r.expect(t, 2, 3, 4, 5)
	r.end <- turnDone
	closed(t, s)
}

func TestAStoppedAgentsLaneIsForgottenAndCanComeBack(t *testing.T) {
	r := newRecorder()
	s := newScheduler(r.turn, each)
	l := newLane()
	s.push(owed(l, 1))
	r.expect(t, 1)
	s.push(owed(l, 2))
	r.end <- turnDone
	r.expect(t, 2)
	r.end <- turnPaused
	// The lane ends on its own goroutine; the same delivery is taken again
	// once it has.
	for begun := false; !begun; {
		s.push(owed(l, 2))
		select {
		case batch := <-r.begun:
			if got := seqs(batch); !slices.Equal(got, []int64{2}) {
				t.Fatalf("the turn is about %v", got)
			}
			begun = true
		default:
			runtime.Gosched()
		}
	}
	r.end <- turnDone
	closed(t, s)
}

// An agent is started again while a turn finds that it does not run.
func TestWhatIsPushedWhileATurnPausesIsNotLost(t *testing.T) {
	for name, seqs := range map[string][]int64{"the same": {1}, "another": {1, 2}} {
		r := newRecorder()
		s := newScheduler(r.turn, each)
		l := newLane()
		s.push(owed(l, 1))
		r.expect(t, 1)
		s.push(owed(l, seqs[len(seqs)-1]))
		r.end <- turnPaused
		for _, seq := range seqs {
			r.expect(t, seq)
			r.end <- turnDone
		}
		closed(t, s)
		if s.running() != 0 {
			t.Errorf("%s: a lane is left", name)
		}
	}
}

func TestATurnThatCouldNotBeStoredIsTriedAgain(t *testing.T) {
	r := newRecorder()
	s := newScheduler(r.turn, each)
	l := newLane()
	s.push(owed(l, 1))
	r.expect(t, 1)
	s.push(owed(l, 2))
	r.end <- turnRetry
	r.expect(t, 1)
	r.end <- turnDone
	r.expect(t, 2)
	r.end <- turnDone
	closed(t, s)
}

func TestCloseBeginsNothingAndStopsWhatTakesTooLong(t *testing.T) {
	r := newRecorder()
	s := newScheduler(r.turn, each)
	l := newLane()
	s.push(owed(l, 1))
	r.expect(t, 1)
	s.push(owed(l, 2))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.close(ctx) // returns although nobody ends the turn
	s.push(owed(newLane(), 1))
	if s.running() != 0 {
		t.Error("work was taken after close")
	}
}

func TestManyPushersLoseNothing(t *testing.T) {
	var mu sync.Mutex
	got := map[lane][]int64{}
	done := make(chan struct{}, 1000)
	s := newScheduler(func(_ context.Context, batch []waiting) result {
		mu.Lock()
		defer mu.Unlock()
		for _, w := range batch {
			l := lane{w.delivery.AgentID, w.delivery.ChannelID}
			got[l] = append(got[l], w.delivery.Seq)
			done <- struct{}{}
		}
		return turnDone
	}, each)
	lanes := []lane{newLane(), newLane(), newLane(), newLane()}
	for _, l := range lanes {
		go func() {
			for seq := int64(1); seq <= 250; seq++ {
				s.push(owed(l, seq))
			}
		}()
	}
	for range 1000 {
		<-done
	}
	closed(t, s)
	for l, list := range got {
		if len(list) != 250 || !slices.IsSorted(list) {
			t.Errorf("lane %v: %d turns, sorted %v", l, len(list), slices.IsSorted(list))
		}
	}
}
