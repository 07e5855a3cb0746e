package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/elizad/elizad/test/stubmodel"
)

const (
	// warmTime is how long a phase goes on before it is measured, at most.
	warmTime = 500 * time.Millisecond
	// settleTime is how long a server is left alone before its idle memory is
	// looked at.
	settleTime = time.Second
	// legReplies is after how many replies memory is looked at.
	legReplies = 10_000
	// legTime bounds that many replies on a slow machine.
	legTime = 30 * time.Second
	// seeded is how many messages there are in all before lists are read.
	seeded = 2000
)

// measured is a running server and what is measured of it.
type measured struct {
	*session
	server *elizad
	agent  string
	meter  meter
}

// phase returns what measures a phase of a running server; nil for the
// others.
func (r *measured) phase(name string) func(context.Context) error {
	return map[string]func(context.Context) error{
		phasePing: func(ctx context.Context) error { return r.rate(ctx, phasePing, ping(r.server)) },
		phaseAgents: func(ctx context.Context) error {
			return r.rate(ctx, phaseAgents, listAgents(r.server, r.agent))
		},
		phaseSubmit: r.submit, phaseMessages: r.messages, phaseSockets: r.sockets, phaseReply: r.reply, phaseLookUp: r.lookUp, phaseReplies: r.replies, phaseMemories: r.memories, phaseStalled: r.stalled, phaseIdle: r.idle, phaseSleepers: r.sleep,
	}[name]
}

func (r *measured) warmUp() time.Duration { return min(warmTime, r.duration/2) }

// timed runs a loop, after a warm-up, and keeps what it cost.
func (r *measured) timed(ctx context.Context, phase, of string, w *work, limit time.Duration, count int) (outcome, error) {
	if _, err := w.run(ctx, r.warmUp(), 0); err != nil {
		return outcome{}, err
	}
	before, err := r.meter.read()
	if err != nil {
		return outcome{}, err
	}
	o, err := w.run(ctx, limit, count)
	if err != nil {
		return o, err
	}
	after, err := r.meter.read()
	r.results.addCost(phase, of, after.since(before), o.done)
	return o, err
}

// rate measures requests per second, and adds p50 and p99 where the table has
// them.
func (r *measured) rate(ctx context.Context, phase string, w *work) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	defer w.close()
	o, err := r.timed(ctx, phase, "request", w, r.duration, 0)
	if err != nil {
		return err
	}
	r.keep(phase, &o)
	return nil
}

func (r *measured) keep(phase string, o *outcome) {
	r.results.add(phase+".rate", o.rate())
	r.results.addTime(phase+".p50", o.quantile(0.5))
	r.results.addTime(phase+".p99", o.quantile(0.99))
}

func (r *measured) submit(ctx context.Context) error {
	w, _, err := submitting(ctx, r.server, r.agent)
	if err != nil {
		return err
	}
	return r.rate(ctx, phaseSubmit, w)
}

// messages fills channels and reads them.
func (r *measured) messages(ctx context.Context) error {
	w, channels, err := submitting(ctx, r.server, r.agent)
	if err != nil {
		return err
	}
	if err := w.open(ctx); err != nil {
		return err
	}
	defer w.close()
	if _, err := w.run(ctx, legTime, seeded); err != nil {
		return fmt.Errorf("fill channels: %w", err)
	}
	return r.rate(ctx, phaseMessages, listMessages(r.server, channels))
}

func (r *measured) sockets(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	c, err := gather(ctx, r.server, listeners, cancel)
	if err != nil {
		cancel(nil)
		return err
	}
	defer func() {
		cancel(nil)
		c.close()
	}()
	if _, err := c.speak(ctx, speakers, r.warmUp()); err != nil {
		return err
	}
	before, err := r.meter.read()
	if err != nil {
		return err
	}
	o, err := c.speak(ctx, speakers, r.duration)
	if err != nil {
		return err
	}
	after, err := r.meter.read()
	if err != nil {
		return err
	}
	r.results.add("sockets.rate", listeners*o.rate())
	r.results.addCost(phaseSockets, "delivery", after.since(before), listeners*o.done)
	if o, err = c.speak(ctx, 1, r.duration/2); err != nil {
		return err
	}
	r.results.addTime("sockets.p50", o.quantile(0.5))
	alone, err := bare(ctx, r.duration/2)
	if err != nil {
		return err
	}
	r.results.addTime("sockets.bare", alone)
	return nil
}

func (r *measured) reply(ctx context.Context) error { return r.replyOf(ctx, phaseReply, r.agent) }

// lookUp measures turns in which the model asks for state before it answers.
func (r *measured) lookUp(ctx context.Context) error {
	agent, err := r.server.newAgent(ctx, "Looks up", map[string]string{"model": stubmodel.LookUp})
	if err != nil {
		return err
	}
	if err := r.server.ask(ctx, post(nil, r.server.address, "/api/agents/"+agent+"/start", []byte("{}")), 200, &struct{}{}); err != nil {
		return fmt.Errorf("start an agent: %w", err)
	}
	return r.replyOf(ctx, phaseLookUp, agent)
}

// replyOf measures replies of one agent, one after another, and how often it
// called its model for the last of them.
func (r *measured) replyOf(ctx context.Context, phase, agent string) error {
	w, err := talk(ctx, r.server, agent, 1)
	if err != nil {
		return err
	}
	if err := w.open(ctx); err != nil {
		return err
	}
	defer w.close()
	o, err := r.timed(ctx, phase, "reply", w, r.duration, 0)
	if err != nil {
		return err
	}
	r.keep(phase, &o)
	calls, err := r.server.callsOfATurn(ctx, agent)
	if err != nil {
		return err
	}
	r.results.add(phase+".calls", calls)
	return nil
}

// replies measures the first 10,000 and, for the memory, 10,000 more.
func (r *measured) replies(ctx context.Context) error {
	w, err := talk(ctx, r.server, r.agent, wide)
	if err != nil {
		return err
	}
	if err := w.open(ctx); err != nil {
		return err
	}
	defer w.close()
	o, err := r.timed(ctx, phaseReplies, "reply", w, legTime, legReplies)
	if err != nil {
		return err
	}
	r.keep(phaseReplies, &o)
	first, err := resident(r.server.pid())
	if err != nil {
		return err
	}
	more, err := w.run(ctx, legTime, legReplies)
	if err != nil {
		return err
	}
	second, err := resident(r.server.pid())
	if err != nil {
		return err
	}
	if o.done < legReplies || more.done < legReplies {
		r.results.note(fmt.Sprintf("In %s there were only %d and %d replies; memory was looked at then.", legTime, o.done, more.done))
	}
	r.results.add("memory.10k", megabytes(first))
	r.results.add("memory.20k", megabytes(second))
	r.results.add("memory.growth", megabytes(second-first)/float64(more.done)*1000)
	return nil
}

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// measureStart starts a server without a model on a new folder and again on
// the same, and one with a model for the first reply.
func (s *session) measureStart(ctx context.Context, name string) error {
	bare, err := s.fresh(ctx, name)
	if err != nil {
		return err
	}
	bare.model = ""
	server, err := bare.start(ctx)
	if err != nil {
		return err
	}
	defer server.kill()
	s.results.addTime("ready.new", server.ready)
	select {
	case <-time.After(settleTime):
	case <-ctx.Done():
		return ctx.Err()
	}
	idle, err := resident(server.pid())
	if err != nil {
		return err
	}
	s.results.add("memory.idle", megabytes(idle))
	if err := server.stop(); err != nil {
		return err
	}
	if err := s.measureRestart(ctx, bare, "ready.old"); err != nil {
		return err
	}
	return s.measureFirstReply(ctx, name+"-reply")
}

func (s *session) measureRestart(ctx context.Context, p place, key string) error {
	server, err := p.start(ctx)
	if err != nil {
		return err
	}
	defer server.kill()
	s.results.addTime(key, server.ready)
	return server.stop()
}

// measureFirstReply takes the time from exec until a person who came as early
// as possible has an answer.
func (s *session) measureFirstReply(ctx context.Context, name string) error {
	p, err := s.fresh(ctx, name)
	if err != nil {
		return err
	}
	server, err := p.start(ctx)
	if err != nil {
		return err
	}
	defer server.kill()
	ready := time.Now()
	agent, err := server.agent(ctx)
	if err != nil {
		return err
	}
	w, err := talk(ctx, server, agent, 1)
	if err != nil {
		return err
	}
	status, body, err := server.once(ctx, w.request(nil, 0, 0))
	if err != nil {
		return err
	}
	if err := w.check(0, 0, status, bytes.Clone(body)); err != nil {
		return err
	}
	s.results.addTime("answer.first", server.ready+time.Since(ready))
	return server.stop()
}
