package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"
)

const (
	channels = 20
	groups   = 5 // of the channels; in the others a person speaks with one agent
	speakers = 2 // persons in each channel, who speak at the same time
	budget   = 4 // notes of each person between two kills
)

// talk is a channel and what was said and seen in it.
type talk struct {
	id      string
	agents  []string
	people  []*person
	notes   []*note // acknowledged; under the trial's lock
	mu      sync.Mutex
	history []porcupine.Operation
}

type person struct {
	id     string
	number int
	talk   *talk
	prefix string
	said   int
}

// note is a message of a person. Its text, which no other message has, is its
// idempotency key too.
type note struct {
	talk      *talk
	author    *person
	text      string
	transport string
	tries     int

	acknowledge func(id string)
	id          string            // once it is acknowledged
	answers     []answer          // that the client was told
	replied     map[string]string // ids of the replies by agent, once it is settled
}

// transports says how often each is used: most clients do not wait.
var transports = []string{"websocket", "websocket", "websocket", "http", "sse"}

func (p *person) next() *note {
	p.said++
	return &note{talk: p.talk, author: p, text: fmt.Sprintf("note %s-%d", p.prefix, p.said), transport: transports[rand.N(len(transports))]}
}

// openTalks makes the channels of a round.
func (t *trial) openTalks(ctx context.Context) error {
	address, err := t.gate.wait(ctx)
	if err != nil {
		return err
	}
	t.round++
	t.talks = nil
	for i := range channels {
		talk, kind := &talk{agents: t.agents[i%len(t.agents) : i%len(t.agents)+1]}, "DM"
		if i < groups {
			talk.agents, kind = t.agents, "GROUP"
		}
		members := append([]string(nil), talk.agents...)
		for j := range speakers {
			p := &person{id: uuid.NewString(), number: j, talk: talk, prefix: fmt.Sprintf("%d-%d-%d", t.round, i, j)}
			talk.people = append(talk.people, p)
			members = append(members, p.id)
		}
		var made struct{ ID string }
		body := map[string]any{"name": fmt.Sprint("talk ", i), "type": kind, "participantCentralUserIds": members}
		if err := t.client.do(ctx, http.MethodPost, address+"/api/messaging/channels", nil, body, data(&made)); err != nil {
			return fmt.Errorf("make a channel: %w", err)
		}
		talk.id = made.ID
		t.talks = append(t.talks, talk)
	}
	return nil
}

// speak has every person say some notes, one after another, and now and then
// read the channel. They go on, over any number of kills, until all of it is
// said; the returned channel is closed then.
func (t *trial) speak(ctx context.Context) (said <-chan struct{}) {
	var group sync.WaitGroup
	for _, talk := range t.talks {
		for _, p := range talk.people {
			group.Go(func() {
				for range budget {
					if !t.say(ctx, p) {
						return
					}
					if rand.N(5) == 0 {
						t.look(ctx, p)
					}
				}
			})
		}
	}
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	return done
}

// say posts a note until it is acknowledged, again with the same key whenever
// the connection is lost.
func (t *trial) say(ctx context.Context, p *person) bool {
	n := p.next()
	var acknowledged int64
	n.acknowledge = func(id string) {
		acknowledged = t.now()
		n.id = id
	}
	call := t.now()
	err := t.insist(ctx, func(address string) error {
		n.tries++
		err := t.client.post(ctx, address, n)
		var refused *refusal
		if n.id != "" && err != nil && !errors.As(err, &refused) {
			return nil // it is safe; only the answer was cut off
		}
		return err
	})
	if n.id == "" {
		p.talk.record(porcupine.Operation{ClientId: p.number, Input: appending(n.text), Call: call, Return: never})
		t.fault(refused, "%s was never acknowledged: %v", n.text, err)
		return false
	}
	if err != nil {
		t.fault(refused, "%v", err)
	}
	p.talk.record(porcupine.Operation{ClientId: p.number, Input: appending(n.text), Call: call, Return: acknowledged})
	t.keep(n)
	return true
}

// insist tries until the connection is not lost.
func (t *trial) insist(ctx context.Context, try func(address string) error) error {
	for {
		address, err := t.gate.wait(ctx)
		if err != nil {
			return err
		}
		var refused *refusal
		if err = try(address); err == nil || errors.As(err, &refused) || ctx.Err() != nil {
			return err
		}
	}
}

// look reads a channel, once: a read that was cut off tells nothing.
func (t *trial) look(ctx context.Context, p *person) {
	address, err := t.gate.wait(ctx)
	if err != nil {
		return
	}
	call := t.now()
	messages, err := t.client.messages(ctx, address, p.talk.id)
	var what *refusal
	switch {
	case errors.As(err, &what):
		t.fault(refused, "%v", err)
	case err == nil:
		p.talk.record(porcupine.Operation{ClientId: p.number, Input: reading{}, Output: listOf(p.talk.spoken(messages)), Call: call, Return: t.now()})
	}
}

// spoken are the texts of what people said.
func (talk *talk) spoken(messages []message) (texts []string) {
	for _, m := range messages {
		if !talk.hasAgent(m.AuthorID) {
			texts = append(texts, m.Content)
		}
	}
	return texts
}

func (talk *talk) hasAgent(id string) bool {
	return slices.Contains(talk.agents, id)
}

func (talk *talk) record(o porcupine.Operation) {
	talk.mu.Lock()
	defer talk.mu.Unlock()
	talk.history = append(talk.history, o)
}

// now is a clock that never goes back.
func (t *trial) now() int64 { return int64(time.Since(t.begun)) }
