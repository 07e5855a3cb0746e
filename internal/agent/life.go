package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/elizad/elizad/internal/eliza"
)

// Create stores an agent of a character, inactive, and returns it; when that
// was done before, it returns the agent as it is now. Where the id that follows
// from the name belongs to an agent that was renamed since, the new one gets an
// id of its own. Error codes: INVALID_REQUEST, CONFLICT when the agent exists
// with another character, DB_ERROR.
func (s *Service) Create(ctx context.Context, c eliza.Character) (eliza.Agent, error) {
	if err := c.Validate(); err != nil {
		return eliza.Agent{}, err
	}
	a := eliza.NewAgent(c)
	err := s.add(ctx, a)
	if eliza.ErrorCode(err) != eliza.CodeConflict {
		return a, err
	}
	there, err := s.store.Agent(ctx, a.ID)
	switch {
	case err != nil:
		return eliza.Agent{}, fmt.Errorf("create agent: %w", err)
	case sameCharacter(&there.Character, &a.Character):
		return there, nil
	case c.ID == eliza.NoID && there.Name != a.Name:
		// The id follows from a name that the other agent has given up.
		c.ID = eliza.NewID()
		a = eliza.NewAgent(c)
		return a, s.add(ctx, a)
	}
	return eliza.Agent{}, eliza.Errorf(eliza.CodeConflict, "An agent named %s with this id exists and has another character; change it with PATCH /api/agents/%s", there.Name, there.ID)
}

func (s *Service) add(ctx context.Context, a eliza.Agent) error {
	defer s.changing(a.ID)()
	if err := s.store.CreateAgent(ctx, a); err != nil {
		return fmt.Errorf("create agent: %w", err)
	}
	return nil
}

// sameCharacter reports whether two characters say the same.
func sameCharacter(a, b *eliza.Character) bool {
	one, err := json.Marshal(a)
	if err != nil {
		return false
	}
	other, err := json.Marshal(b)
	return err == nil && bytes.Equal(one, other)
}

// Agent returns an agent. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Agent(ctx context.Context, id eliza.ID) (eliza.Agent, error) {
	if a, ok := s.agents.Get(id); ok {
		a.used.Store(int64(eliza.Now()))
		return a.Agent, nil
	}
	since := s.changed.since()
	a, err := s.store.Agent(ctx, id)
	if err != nil {
		return eliza.Agent{}, err
	}
	w := &wakeful{Agent: a}
	w.used.Store(int64(eliza.Now()))
	s.changed.keep(since, func() { s.agents.Add(id, w) })
	return a, nil
}

// wakeful is an agent that is kept in memory.
type wakeful struct {
	eliza.Agent
	used atomic.Int64 // when, in milliseconds
}

// Hibernate lets go of the agents that nobody asked for in a while. They cost
// a row then, and wake when the next message reads it. It is due every minute
// or so.
func (s *Service) Hibernate(context.Context) error {
	before := eliza.Now() - eliza.Millis(idleTime.Milliseconds())
	for {
		id, oldest, any := s.agents.GetOldest()
		if !any || oldest.used.Load() > int64(before) {
			return nil
		}
		s.agents.Remove(id)
	}
}

// List returns what a list shows of every agent, the oldest first. It is
// shared and must not be changed.
func (s *Service) List(ctx context.Context) ([]eliza.AgentEntry, error) {
	if list := s.listed.Load(); list != nil {
		return *list, nil
	}
	since := s.changed.since()
	list, err := s.store.AgentEntries(ctx)
	if err == nil && s.store.Sole() {
		s.changed.keep(since, func() { s.listed.Store(&list) })
	}
	return list, err
}

// changed counts the changes of agents, so that what was read from the
// database before one, or while it was under way, is not kept in memory after
// it. Changes of several agents go on at once and share a commit.
type changed struct {
	mu    sync.Mutex
	under int
	done  int
}

func (c *changed) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under++
}

func (c *changed) end(forget func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under--
	c.done++
	forget()
}

// since is what keep wants to know of the moment before a read.
func (c *changed) since() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done
}

// keep has something that was read kept, unless it may be out of date.
func (c *changed) keep(since int, do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under == 0 && c.done == since {
		do()
	}
}

// changing is held while an agent changes: nothing that was read before stays
// in memory.
func (s *Service) changing(id eliza.ID) (done func()) {
	s.changed.begin()
	return func() {
		s.changed.end(func() {
			s.agents.Remove(id)
			s.listed.Store(nil)
		})
		s.holds.release(id)
		if s.options.MCP != nil {
			s.options.MCP.Forget(id)
		}
	}
}

// Update changes an agent; running turns keep what they began with, the next
// one sees the change. Error codes: NOT_FOUND, those of change, DB_ERROR.
func (s *Service) Update(ctx context.Context, id eliza.ID, change func(*eliza.Agent) error) (eliza.Agent, error) {
	defer s.changing(id)()
	a, err := s.store.UpdateAgent(ctx, id, func(a *eliza.Agent) error {
		if err := change(a); err != nil {
			return err
		}
		if err := a.Character.Validate(); err != nil {
			return err
		}
		a.Name, a.UpdatedAt = a.Character.Name, eliza.Now()
		return nil
	})
	if err != nil {
		return eliza.Agent{}, fmt.Errorf("update agent: %w", err)
	}
	return a, nil
}

// Start lets an agent take part: it answers what comes, and what waited when
// it was stopped. It joins the default message server. Error codes: NOT_FOUND,
// DB_ERROR.
func (s *Service) Start(ctx context.Context, id eliza.ID) (eliza.Agent, error) {
	a, err := s.setStatus(ctx, id, eliza.Active)
	if err != nil {
		return eliza.Agent{}, err
	}
	if err := s.store.AddServerAgent(ctx, eliza.DefaultServerID, id); err != nil {
		return eliza.Agent{}, fmt.Errorf("join the default message server: %w", err)
	}
	return a, s.resume(ctx, id)
}

// Stop ends an agent's part: its running turns end, what waits stays pending
// until it is started again, what comes from now on is ignored. Error codes:
// NOT_FOUND (also when it does not run), DB_ERROR.
func (s *Service) Stop(ctx context.Context, id eliza.ID) (eliza.Agent, error) {
	a, err := s.Agent(ctx, id)
	if err == nil && a.Status != eliza.Active {
		err = eliza.NotFound("Agent")
	}
	if err != nil {
		return eliza.Agent{}, err
	}
	return s.setStatus(ctx, id, eliza.Inactive)
}

// Delete removes an agent with everything it owns, and ends what it was about
// to answer; its words stay in the channels. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Delete(ctx context.Context, id eliza.ID) error {
	defer s.changing(id)()
	return s.messaging.DeleteAgent(ctx, id)
}

func (s *Service) setStatus(ctx context.Context, id eliza.ID, status eliza.AgentStatus) (eliza.Agent, error) {
	return s.Update(ctx, id, func(a *eliza.Agent) error {
		a.Status = status
		return nil
	})
}

// resume queues what an agent owes on this node.
func (s *Service) resume(ctx context.Context, id eliza.ID) error {
	owed, err := s.store.OwnedDeliveries(ctx, 100000)
	if err != nil {
		return fmt.Errorf("find what waits: %w", err)
	}
	for _, d := range owed {
		if d.AgentID == id {
			s.scheduler.push(waiting{delivery: d})
		}
	}
	return nil
}
