package agent

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/store"
)

// MemoryFilter chooses memories of an agent; a zero field asks for nothing.
type MemoryFilter struct {
	Type     eliza.MemoryType
	Room     eliza.ID // of the agent's room, or of the channel that it sees there
	EntityID eliza.ID
	Before   eliza.Millis // made before this moment
	After    eliza.Millis // made after this moment
	Unique   bool         // only those marked unique
	Current  bool         // not facts that something newer took the place of
	Limit    int
	Offset   int
	NoTotal  bool // spare the counting
}

// Memories lists what an agent keeps, newest first, and how many there are in
// all. A room that the agent never was in holds none. Error codes: NOT_FOUND
// (agent), DB_ERROR.
func (s *Service) Memories(ctx context.Context, agent eliza.ID, f MemoryFilter) ([]eliza.Memory, int, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, 0, err
	}
	if f.Room != eliza.NoID {
		room, err := s.findRoom(ctx, agent, f.Room)
		if eliza.ErrorCode(err) == eliza.CodeNotFound {
			return nil, 0, nil
		}
		if err != nil {
			return nil, 0, err
		}
		f.Room = room.ID
	}
	return s.store.Memories(ctx, agent, store.MemoryQuery{
		Type: f.Type, RoomID: f.Room, EntityID: f.EntityID, Before: f.Before, After: f.After, Unique: f.Unique, Current: f.Current, Limit: f.Limit, Offset: f.Offset, NoTotal: f.NoTotal,
	})
}

// RoomMemories is Memories of a room that must exist, or of a channel that
// must. Error codes: NOT_FOUND (agent, room), DB_ERROR.
func (s *Service) RoomMemories(ctx context.Context, agent, room eliza.ID, f MemoryFilter) ([]eliza.Memory, int, error) {
	found, err := s.Room(ctx, agent, room)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		if _, noChannel := s.store.Channel(ctx, room); noChannel == nil {
			_, err = s.Agent(ctx, agent)
		}
		return nil, 0, err
	}
	if err != nil {
		return nil, 0, err
	}
	f.Room = found.ID
	return s.Memories(ctx, agent, f)
}

// Memory returns one memory of an agent. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Memory(ctx context.Context, agent, id eliza.ID) (eliza.Memory, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Memory{}, err
	}
	return s.store.Memory(ctx, agent, id)
}

// Vectors returns the vectors that some of these memories have.
func (s *Service) Vectors(ctx context.Context, memories []eliza.Memory) (map[eliza.ID][]float32, error) {
	return s.memory.Vectors(ctx, memories)
}

// MemoryStatus tells how far an agent's memories have vectors, of the model in
// use and of others that were. Error codes: NOT_FOUND (agent), DB_ERROR.
func (s *Service) MemoryStatus(ctx context.Context, agent eliza.ID) ([]memory.ModelVectors, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, err
	}
	return s.memory.Status(ctx, agent)
}

// VectorHealth tells how the making of vectors stands.
func (s *Service) VectorHealth() memory.Health { return s.memory.Health() }

// CreateMemory gives an agent a memory. Its room is one of the agent's, or a
// channel, whose room is made when the agent was never there; when it says
// nothing of who and when, it is the agent itself and now. Error codes:
// NOT_FOUND (agent, room), DB_ERROR.
func (s *Service) CreateMemory(ctx context.Context, m eliza.Memory) (eliza.Memory, error) {
	room, err := s.EnterRoom(ctx, m.AgentID, m.RoomID)
	if err != nil {
		return eliza.Memory{}, err
	}
	m.ID, m.RoomID, m.WorldID = eliza.NewID(), room.ID, room.WorldID
	if m.EntityID == eliza.NoID {
		m.EntityID = m.AgentID
	}
	if m.CreatedAt == 0 {
		m.CreatedAt = eliza.Now()
	}
	if err := s.store.CreateMemory(ctx, m); err != nil {
		return eliza.Memory{}, fmt.Errorf("create memory: %w", err)
	}
	s.memory.Wake()
	return m, nil
}

// EditMemory changes a memory of an agent; a room that change sets must be one
// of the agent's. Error codes: NOT_FOUND (agent, memory, room), DB_ERROR.
func (s *Service) EditMemory(ctx context.Context, agent, id, room eliza.ID, change func(*eliza.Memory)) (eliza.Memory, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Memory{}, err
	}
	var moved eliza.Room
	if room != eliza.NoID {
		var err error
		if moved, err = s.findRoom(ctx, agent, room); err != nil {
			return eliza.Memory{}, err
		}
	}
	m, err := s.store.UpdateMemory(ctx, agent, id, func(m *eliza.Memory) error {
		change(m)
		if moved.ID != eliza.NoID {
			m.RoomID, m.WorldID = moved.ID, moved.WorldID
		}
		return nil
	})
	if err != nil {
		return eliza.Memory{}, fmt.Errorf("change memory: %w", err)
	}
	s.memory.Wake()
	return m, nil
}

// DeleteMemory deletes one memory of an agent. Error codes: NOT_FOUND,
// DB_ERROR.
func (s *Service) DeleteMemory(ctx context.Context, agent, id eliza.ID) error {
	if _, err := s.Agent(ctx, agent); err != nil {
		return err
	}
	return s.store.DeleteMemory(ctx, agent, id)
}

// ClearMemories deletes all that an agent keeps and tells how much it was.
// Error codes: NOT_FOUND (agent), DB_ERROR.
func (s *Service) ClearMemories(ctx context.Context, agent eliza.ID) (int, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return 0, err
	}
	n, err := s.store.DeleteMemoriesWhere(ctx, agent, store.MemoryQuery{})
	if err != nil {
		return 0, fmt.Errorf("clear memories: %w", err)
	}
	return n, nil
}

// ClearRoom deletes what an agent keeps of a room or channel. Error codes:
// NOT_FOUND (agent, room), DB_ERROR.
func (s *Service) ClearRoom(ctx context.Context, agent, id eliza.ID) error {
	room, err := s.Room(ctx, agent, id)
	if err != nil {
		return err
	}
	if _, err := s.store.DeleteMemoriesWhere(ctx, agent, store.MemoryQuery{RoomID: room.ID}); err != nil {
		return fmt.Errorf("clear memories of a room: %w", err)
	}
	return nil
}

// SearchMemories finds what an agent keeps about a text, best first, and tells
// how: "text" or "text and vectors". A room that the agent never was in holds
// none. Error codes: NOT_FOUND (agent), DB_ERROR.
func (s *Service) SearchMemories(ctx context.Context, q memory.Query) ([]memory.Found, string, error) {
	if _, err := s.Agent(ctx, q.AgentID); err != nil {
		return nil, "", err
	}
	if q.RoomID != eliza.NoID {
		room, err := s.findRoom(ctx, q.AgentID, q.RoomID)
		if eliza.ErrorCode(err) == eliza.CodeNotFound {
			return nil, "text", nil
		}
		if err != nil {
			return nil, "", err
		}
		q.RoomID = room.ID
	}
	return s.memory.Search(ctx, q)
}
