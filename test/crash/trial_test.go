package crash

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// kind is a promise that was broken.
type kind string

const (
	missing    kind = "acknowledged and lost"
	unanswered kind = "not answered"
	doubled    kind = "there twice"
	disorder   kind = "out of order"
	wrong      kind = "not what it should be"
	refused    kind = "refused"
	failed     kind = "failure of the server"
	nonlinear  kind = "no order explains what clients saw"
)

// trial is one database that servers are killed over.
type trial struct {
	place    place
	normal   string // the program
	stopping string // the program with failpoints
	model    *model
	client   client
	gate     *gate
	agents   []string
	settling time.Duration // how long agents may take for all that they owe
	begun    time.Time
	log      func(format string, args ...any)
	cancel   context.CancelCauseFunc // ends everything, with the reason

	talks []*talk
	round int

	mu      sync.Mutex
	acked   []*note
	byID    map[string]*note
	faults  map[kind][]string
	figures figures

	settled int             // so many of acked are known to have ended
	ended   map[string]bool // messages of agents whose deliveries have ended
}

func newTrial(t *testing.T, b builds, postgres string, settling time.Duration) *trial {
	m := startModel(t)
	tr := &trial{
		place:    place{dir: t.TempDir(), postgres: postgres, model: m.address, points: listenForPoints(t)},
		normal:   b.normal,
		stopping: b.stopping, model: m, client: newClient(settling), gate: newGate(), settling: settling, begun: time.Now(), log: t.Logf,
		byID: map[string]*note{}, faults: map[kind][]string{}, ended: map[string]bool{},
	}
	tr.figures.kills = map[string]int{}
	for _, name := range []string{"Ada", "Grace"} {
		tr.place.characters = append(tr.place.characters, writeCharacter(t, name))
		tr.agents = append(tr.agents, eliza.NameID(name).String())
	}
	return tr
}

// fault notes a broken promise.
func (t *trial) fault(k kind, format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if what := fmt.Sprintf(format, args...); !slices.Contains(t.faults[k], what) { // each check finds it again
		t.faults[k] = append(t.faults[k], what)
	}
}

// keep enters an acknowledged note in the ledger.
func (t *trial) keep(n *note) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n.talk.notes = append(n.talk.notes, n)
	if first := t.byID[n.id]; first != nil {
		t.faults[wrong] = append(t.faults[wrong], fmt.Sprintf("%s and %s were acknowledged as one message", first.text, n.text))
	}
	t.byID[n.id] = n
	t.acked = append(t.acked, n)
}

// owed are the acknowledged notes that are not known to be answered.
func (t *trial) owed() []*note {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.acked[t.settled:])
}

func (t *trial) acknowledged() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.acked)
}

// roundLength is how many kills the same channels are used for.
const roundLength = 10

// run kills the server as planned and checks after each start what is there.
func (t *trial) run(ctx context.Context, plan []*window) error {
	ctx, t.cancel = context.WithCancelCause(ctx)
	defer t.cancel(nil)
	var before *proof
	var said <-chan struct{}
	for i, hollow := 0, 0; ; {
		last := i == len(plan)
		binary, stops := t.normal, false
		if !last && plan[i].stops {
			binary, stops = t.stopping, true
		}
		s, err := t.live(ctx, binary, stops, "")
		if err != nil {
			return err
		}
		if err := t.recover(ctx, s, said, before); err != nil {
			return t.abandon(s, err)
		}
		if last {
			return t.finish(s)
		}
		if i%roundLength == 0 && hollow == 0 {
			if err := t.newRound(ctx); err != nil {
				return t.abandon(s, err)
			}
		}
		said = t.speak(ctx)
		before, err = plan[i].kill(ctx, t, s, said)
		t.figures.errors = append(t.figures.errors, s.errors()...)
		if errors.Is(err, errHollow) {
			if hollow++; hollow == 20 {
				return fmt.Errorf("%s: the kill fell outside its window %d times: %w", plan[i].name, hollow, err)
			}
			t.figures.hollow++
			before = nil
			continue
		}
		if err != nil {
			return t.abandon(s, fmt.Errorf("%s: %w", plan[i].name, err))
		}
		t.figures.kills[plan[i].name]++
		hollow = 0
		if i++; i%100 == 0 {
			t.log("%s: %d kills, %d messages, %d faults", time.Since(t.begun).Round(time.Second), i, t.acknowledged(), len(t.faults))
		}
	}
}

// live starts a server. If it ends by itself the trial is over.
func (t *trial) live(ctx context.Context, binary string, stops bool, armed string) (*server, error) {
	s, err := t.place.start(ctx, binary, stops, armed)
	if err != nil {
		return nil, err
	}
	t.figures.ready = append(t.figures.ready, s.ready)
	go func() {
		<-s.ended
		if !s.dying.Load() {
			t.cancel(fmt.Errorf("elizad ended by itself: %s\n%s", s.cmd.ProcessState, s.said.Bytes()))
		}
	}()
	return s, nil
}

// recover lets the server and the clients go on after a kill, measures how
// long the server needs for what it owed, and checks everything.
func (t *trial) recover(ctx context.Context, s *server, said <-chan struct{}, before *proof) error {
	owed := t.owed()
	t.gate.open(s.address)
	if said == nil {
		return nil
	}
	if err := t.settle(ctx, s, owed); err != nil {
		return err
	}
	t.figures.answered = append(t.figures.answered, time.Since(s.begun))
	t.figures.owed += len(owed)
	select {
	case <-said:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := t.settle(ctx, s, t.owed()); err != nil {
		return err
	}
	t.mu.Lock()
	t.settled = len(t.acked)
	t.mu.Unlock()
	if err := t.check(ctx, s); err != nil || before == nil {
		return err
	}
	if err := before.check(ctx, t, s); err != nil {
		return fmt.Errorf("the last kill proves nothing: %w", err)
	}
	return nil
}

// newRound judges the histories of the channels and goes on in new ones.
func (t *trial) newRound(ctx context.Context) error {
	t.judge()
	return t.openTalks(ctx)
}

func (t *trial) judge() {
	for _, talk := range t.talks {
		t.figures.operations += len(talk.history)
		if !linearizable(talk.history) {
			t.fault(nonlinear, "channel %s, %d operations", talk.people[0].prefix, len(talk.history))
		}
	}
}

// finish ends the trial with a server that stops by itself.
func (t *trial) finish(s *server) error {
	t.judge()
	t.gate.shut()
	err := s.stop()
	t.figures.errors = append(t.figures.errors, s.errors()...)
	for _, line := range t.figures.errors {
		t.fault(failed, "%s", line)
	}
	return err
}

func (t *trial) abandon(s *server, err error) error {
	t.gate.shut()
	s.kill()
	return fmt.Errorf("%w\n%s", err, s.said.Bytes())
}
