package agent

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// FactFilter chooses facts of an agent; a zero field asks for nothing.
type FactFilter struct {
	Room     eliza.ID // of the agent's room, or of the channel that it sees there
	EntityID eliza.ID // whose they are
	Current  bool     // only those that hold
	Limit    int
	Offset   int
}

// Facts lists what an agent knows of people, the newest first, and how many
// facts there are in all. Error codes: NOT_FOUND (agent), DB_ERROR.
func (s *Service) Facts(ctx context.Context, agent eliza.ID, f FactFilter) ([]eliza.Memory, int, error) {
	return s.Memories(ctx, agent, MemoryFilter{
		Type: eliza.MemoryFacts, Room: f.Room, EntityID: f.EntityID, Current: f.Current, Limit: f.Limit, Offset: f.Offset,
	})
}

// Fact returns one fact. Error codes: NOT_FOUND (agent, fact), DB_ERROR.
func (s *Service) Fact(ctx context.Context, agent, id eliza.ID) (eliza.Memory, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Memory{}, err
	}
	m, err := s.store.Memory(ctx, agent, id)
	if eliza.ErrorCode(err) == eliza.CodeNotFound || err == nil && m.Type != eliza.MemoryFacts {
		return eliza.Memory{}, eliza.NotFound("Fact")
	}
	return m, err
}

// FactChange is what an edit changes of a fact; nil leaves a field as it is.
type FactChange struct {
	Text       *string
	Subject    *string
	Confidence *float64
	// Current says whether the fact holds.
	Current *bool
}

// EditFact changes a fact. Whose it is, and who said it where, stays. Error
// codes: NOT_FOUND (agent, fact), DB_ERROR.
func (s *Service) EditFact(ctx context.Context, agent, id eliza.ID, c FactChange) (eliza.Memory, error) {
	if _, err := s.Fact(ctx, agent, id); err != nil {
		return eliza.Memory{}, err
	}
	return s.EditMemory(ctx, agent, id, eliza.NoID, func(m *eliza.Memory) {
		m.Metadata = maps.Clone(m.Metadata)
		if m.Metadata == nil {
			m.Metadata = map[string]any{}
		}
		if c.Text != nil {
			m.Content.Text = *c.Text
		}
		if c.Subject != nil {
			m.Metadata["subject"] = *c.Subject
		}
		if c.Confidence != nil {
			m.Metadata["confidence"] = *c.Confidence
		}
		switch {
		case c.Current == nil:
		case *c.Current:
			m.ValidUntil = 0
			delete(m.Metadata, "supersededBy")
		case m.ValidUntil == 0:
			m.ValidUntil = eliza.Now()
		}
	})
}

// DeleteFact deletes a fact. Error codes: NOT_FOUND (agent, fact), DB_ERROR.
func (s *Service) DeleteFact(ctx context.Context, agent, id eliza.ID) error {
	if _, err := s.Fact(ctx, agent, id); err != nil {
		return err
	}
	return s.DeleteMemory(ctx, agent, id)
}

// Provenance is where a memory comes from and what became of it.
type Provenance struct {
	Memory     eliza.Memory
	Author     string       // display name of who said it
	Channel    eliza.ID     // where; NoID when in no channel
	RoomName   string       // of the room
	Messages   []eliza.ID   // that say it
	Excerpt    string       // of the first of them that is still there
	SaidAt     eliza.Millis // when that was said
	Supersedes []eliza.ID   // facts whose place it took
	Uses       []Use        // the newest first, at most 50
	Looked     int          // how many runs were looked at for Uses
}

// Use is a run that recalled a memory.
type Use struct {
	RunID, MessageID, RoomID eliza.ID
	At                       eliza.Millis
}

const (
	maxUses     = 50
	lookedRuns  = 5000 // the newest runs, in which uses are looked for
	excerptSize = 300  // characters
)

// Why tells where a memory comes from, and which runs recalled it: the newest
// runs are looked at, so that remembering it costs a turn nothing. Error codes:
// NOT_FOUND (agent, memory), DB_ERROR.
func (s *Service) Why(ctx context.Context, agent, id eliza.ID) (Provenance, error) {
	m, err := s.Memory(ctx, agent, id)
	if err != nil {
		return Provenance{}, err
	}
	p := Provenance{Memory: m}
	p.Author, _ = m.Metadata["senderName"].(string)
	if p.Author == "" {
		known, err := s.acquainted(ctx, agent, []eliza.ID{m.EntityID})
		if err != nil {
			return p, err
		}
		if len(known[0].Names) > 0 {
			p.Author = known[0].Names[0]
		}
	}
	room, err := s.store.Room(ctx, agent, m.RoomID)
	if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
		return p, err
	}
	p.Channel, p.RoomName = room.ChannelID, room.Name
	if err := s.saidIn(ctx, &p); err != nil {
		return p, err
	}
	runs, looked, err := s.store.RecalledIn(ctx, agent, m.ID, m.CreatedAt, lookedRuns, maxUses)
	if err != nil {
		return p, err
	}
	p.Looked = looked
	for _, r := range runs {
		p.Uses = append(p.Uses, Use{r.ID, r.MessageID, r.RoomID, r.StartedAt})
	}
	return p, nil
}

// saidIn finds the messages that a memory comes from.
func (s *Service) saidIn(ctx context.Context, p *Provenance) (err error) {
	m := &p.Memory
	if m.Type == eliza.MemoryFacts {
		if p.Messages, err = s.store.Sources(ctx, m.ID); err != nil {
			return err
		}
		if p.Supersedes, err = s.store.Supersedes(ctx, m.AgentID, m.EntityID, m.ID); err != nil {
			return err
		}
	}
	if len(p.Messages) == 0 && m.MessageID != eliza.NoID {
		p.Messages = []eliza.ID{m.MessageID}
	}
	for _, id := range p.Messages {
		said, err := s.store.Message(ctx, id)
		if eliza.ErrorCode(err) == eliza.CodeNotFound {
			continue
		}
		if err != nil {
			return err
		}
		p.Excerpt, p.SaidAt = said.Content, said.CreatedAt
		break
	}
	if runes := []rune(p.Excerpt); len(runes) > excerptSize {
		p.Excerpt = string(runes[:excerptSize]) + " …"
	}
	p.SaidAt = cmp.Or(p.SaidAt, m.CreatedAt)
	return nil
}

// Entities lists whom an agent knows, those it met first first. Error codes:
// NOT_FOUND (agent), DB_ERROR.
func (s *Service) Entities(ctx context.Context, agent eliza.ID, limit, offset int) ([]eliza.Entity, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, err
	}
	return s.store.EntityPage(ctx, agent, limit, offset)
}

// Entity returns someone whom an agent knows. Error codes: NOT_FOUND (agent,
// entity), DB_ERROR.
func (s *Service) Entity(ctx context.Context, agent, id eliza.ID) (eliza.Entity, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Entity{}, err
	}
	return s.store.Entity(ctx, agent, id)
}

// UpdateEntity changes someone whom an agent knows. Error codes: NOT_FOUND
// (agent, entity), DB_ERROR.
func (s *Service) UpdateEntity(ctx context.Context, agent, id eliza.ID, change func(*eliza.Entity) error) (eliza.Entity, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Entity{}, err
	}
	e, err := s.store.UpdateEntity(ctx, agent, id, change)
	if err != nil {
		return eliza.Entity{}, fmt.Errorf("change entity: %w", err)
	}
	return e, nil
}

// Relationships lists what an agent knows of who is what to whom. Error codes:
// NOT_FOUND (agent), DB_ERROR.
func (s *Service) Relationships(ctx context.Context, agent, entity eliza.ID, limit, offset int) ([]eliza.Relationship, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, err
	}
	return s.store.Relationships(ctx, agent, store.RelationshipQuery{EntityID: entity, Limit: limit, Offset: offset})
}

// UpdateRelationship changes the tags and metadata of a relationship. Error
// codes: NOT_FOUND (agent, relationship), DB_ERROR.
func (s *Service) UpdateRelationship(ctx context.Context, agent, id eliza.ID, change func(*eliza.Relationship) error) (eliza.Relationship, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Relationship{}, err
	}
	r, err := s.store.UpdateRelationship(ctx, agent, id, change)
	if err != nil {
		return eliza.Relationship{}, fmt.Errorf("change relationship: %w", err)
	}
	return r, nil
}

// DeleteRelationship deletes a relationship. Error codes: NOT_FOUND (agent,
// relationship), DB_ERROR.
func (s *Service) DeleteRelationship(ctx context.Context, agent, id eliza.ID) error {
	if _, err := s.Agent(ctx, agent); err != nil {
		return err
	}
	return s.store.DeleteRelationship(ctx, agent, id)
}
