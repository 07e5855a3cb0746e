package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// window is a stretch of the server's work in which it is to be killed.
type window struct {
	name  string
	stops bool // it takes a build with failpoints
	// kill waits for the window, kills the server in it, and returns what
	// must turn out later if it was that window; errHollow when it was missed.
	kill func(ctx context.Context, t *trial, s *server, said <-chan struct{}) (*proof, error)
}

// errHollow says that a kill fell outside its window; it does not count.
var errHollow = errors.New("the kill fell outside its window")

// proof is what the kill left behind, looked at when all is settled.
type proof struct {
	message string // id of the message it was about; or
	text    string // its text
	absent  bool   // the message was not stored then, and is not now
	retried bool   // its sender was not told and had to send it again
	calls   int    // of the model, all in all, when a person spoke with one agent; 0 is any
	total   int64  // of the model, about any message; 0 is any
}

func (p *proof) check(ctx context.Context, t *trial, s *server) error {
	if total := t.model.stub.Count(); p.total > 0 && p.total != total {
		return fmt.Errorf("the model was called %d times more", total-p.total)
	}
	if p.message != "" {
		stored, err := t.client.stored(ctx, s.address, p.message)
		if err != nil {
			return err
		}
		if stored == p.absent {
			return fmt.Errorf("message %s is stored: %v", p.message, stored)
		}
	}
	n := t.note(p)
	switch {
	case n == nil && p.message != "" && !p.absent:
		return fmt.Errorf("message %s was never acknowledged", p.message)
	case n == nil:
		return nil
	case p.retried && n.tries < 2:
		return fmt.Errorf("%s was sent once only", n.text)
	case p.calls > 0 && len(n.talk.agents) == 1 && t.model.askedAbout(n.text) != p.calls:
		return fmt.Errorf("the model was asked %d times about %s, not %d", t.model.askedAbout(n.text), n.text, p.calls)
	}
	return nil
}

// note is what the proof is about, nil when nobody knows it.
func (t *trial) note(p *proof) *note {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.text == "" {
		return t.byID[p.message]
	}
	i := slices.IndexFunc(t.acked, func(n *note) bool { return n.text == p.text })
	if i < 0 {
		return nil
	}
	return t.acked[i]
}

const during = "during the model call"

var anyInstant = &window{"at any instant, model calls in flight", false, killAtAnyInstant}

// windows are the stretches between two steps of a message's way.
var windows = []*window{
	{"message not yet committed", true, killAt("message uncommitted", proof{absent: true})},
	{"message stored, sender not told", true, killAt("message stored", proof{retried: true, calls: 1})},
	{"before the model call", true, killAt("before the model", proof{calls: 1})},
	{during, false, killDuringCall},
	{"after the model call, before the reply's row", true, killAt("after the model", proof{calls: 2})},
	{"reply's row not yet committed", true, killAt("reply uncommitted", proof{calls: 2})},
	{"reply stored, nobody told", true, killAt("reply stored", proof{calls: 1})},
	{"while it takes up what it owed", true, killWhileTakingUp},
	{"idle", false, killIdle},
}

// someWork waits until a random part of what the people have to say is
// acknowledged.
func (t *trial) someWork(ctx context.Context) error {
	goal := t.acknowledged() + rand.N(channels*speakers*budget*6/10)
	return t.until(ctx, func() bool { return t.acknowledged() >= goal })
}

// until polls for a condition.
func (t *trial) until(ctx context.Context, holds func() bool) error {
	tick := time.NewTicker(200 * time.Microsecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			return errors.New("what was waited for did not happen")
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// strike kills the server and waits until the model has noticed, too. It
// returns how many of the model's calls were cut off.
func (t *trial) strike(ctx context.Context, s *server) (cut int64, err error) {
	before := t.model.cut.Load()
	t.gate.shut()
	s.kill()
	t.model.release()
	err = t.until(ctx, func() bool { return t.model.inFlight.Load() == 0 })
	return t.model.cut.Load() - before, err
}

func killAtAnyInstant(ctx context.Context, t *trial, s *server, said <-chan struct{}) (*proof, error) {
	if err := t.someWork(ctx); err != nil {
		return nil, err
	}
	select {
	case <-time.After(rand.N(50 * time.Millisecond)):
	case <-said:
	}
	// When everything is said there may be no more calls; the kill is hollow then.
	quiet := time.Now().Add(reach)
	err := t.until(ctx, func() bool { return t.model.inFlight.Load() > 0 || time.Now().After(quiet) })
	if err != nil {
		return nil, err
	}
	cut, err := t.strike(ctx, s)
	if err == nil && cut == 0 {
		err = errHollow
	}
	return nil, err
}

// reach is how long the server may take to come to a point while people speak.
const reach = 5 * time.Second

func killAt(point string, p proof) func(context.Context, *trial, *server, <-chan struct{}) (*proof, error) {
	return func(ctx context.Context, t *trial, s *server, _ <-chan struct{}) (*proof, error) {
		if err := t.someWork(ctx); err != nil {
			return nil, err
		}
		if err := s.points.arm(point); err != nil {
			return nil, fmt.Errorf("arm %s: %w", point, err)
		}
		p := p
		p.message = s.points.hit(point, reach)
		_, err := t.strike(ctx, s)
		if err == nil && p.message == "" {
			err = errHollow
		}
		return &p, err
	}
}

func killDuringCall(ctx context.Context, t *trial, s *server, said <-chan struct{}) (*proof, error) {
	if err := t.someWork(ctx); err != nil {
		return nil, err
	}
	t.model.hold()
	p := &proof{calls: 2}
	select {
	case p.text = <-t.model.held:
	case <-time.After(reach):
	case <-said:
	}
	cut, err := t.strike(ctx, s)
	if err == nil && (cut == 0 || p.text == "") {
		err = errHollow
	}
	return p, err
}

// killWhileTakingUp kills twice: first during a model call, so that something
// is owed, and again when the next life has begun on it. No client can reach
// that life, so what it works on is from before.
func killWhileTakingUp(ctx context.Context, t *trial, s *server, said <-chan struct{}) (*proof, error) {
	if _, err := killDuringCall(ctx, t, s, said); err != nil {
		return nil, err
	}
	t.figures.kills[during]++
	const point = "before the model"
	next, err := t.live(ctx, t.stopping, true, point)
	if err != nil {
		return nil, err
	}
	message := next.points.hit(point, reach)
	_, err = t.strike(ctx, next)
	t.figures.errors = append(t.figures.errors, next.errors()...)
	if err == nil && message == "" {
		err = errHollow
	}
	return &proof{message: message}, err
}

// killIdle kills when everything is said and answered: nothing is left to do
// for the next life.
func killIdle(ctx context.Context, t *trial, s *server, said <-chan struct{}) (*proof, error) {
	select {
	case <-said:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if err := t.settle(ctx, s, t.owed()); err != nil {
		return nil, err
	}
	if err := t.check(ctx, s); err != nil {
		return nil, err
	}
	if _, err := t.strike(ctx, s); err != nil {
		return nil, err
	}
	return &proof{total: t.model.stub.Count()}, nil
}
