package agent

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// LogFilter chooses log rows of an agent; a zero field asks for nothing.
type LogFilter struct {
	Room         eliza.ID // of the agent's room, or of the channel that it sees there
	Type         string
	Level        string
	ExcludeTypes []string // types, or parts of a row's modelType, to leave out
	From, To     eliza.Millis
	Search       string // contained in the type or the body, in any case
	Limit        int
	Offset       int
}

// Logs lists an agent's log rows, newest first. Error codes: NOT_FOUND
// (agent), DB_ERROR.
func (s *Service) Logs(ctx context.Context, agent eliza.ID, f LogFilter) ([]eliza.Log, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, err
	}
	if f.Room != eliza.NoID {
		room, err := s.findRoom(ctx, agent, f.Room)
		if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
			return nil, err
		}
		if err == nil {
			f.Room = room.ID
		}
	}
	return s.store.Logs(ctx, agent, store.LogQuery{
		RoomID: f.Room, Type: f.Type, Level: f.Level, ExcludeTypes: f.ExcludeTypes, From: f.From, To: f.To, Search: f.Search, Limit: f.Limit, Offset: f.Offset,
	})
}

// Log returns one log row of an agent. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Log(ctx context.Context, agent, id eliza.ID) (eliza.Log, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Log{}, err
	}
	return s.store.Log(ctx, agent, id)
}

// DeleteLog deletes one log row of an agent. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) DeleteLog(ctx context.Context, agent, id eliza.ID) error {
	if _, err := s.Agent(ctx, agent); err != nil {
		return err
	}
	return s.store.DeleteLog(ctx, agent, id)
}
