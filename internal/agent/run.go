package agent

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// RunFilter chooses runs; a zero field asks for nothing.
type RunFilter struct {
	RoomID   eliza.ID
	Status   eliza.RunStatus
	From, To eliza.Millis
	Limit    int
}

// Runs lists an agent's runs, newest first, and how many there are in all.
// Error codes: NOT_FOUND (agent), DB_ERROR.
func (s *Service) Runs(ctx context.Context, agent eliza.ID, f RunFilter) ([]eliza.Run, int, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, 0, err
	}
	return s.store.Runs(ctx, agent, store.RunQuery{RoomID: f.RoomID, Status: f.Status, From: f.From, To: f.To, Limit: f.Limit})
}

// Run returns one run of an agent. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Run(ctx context.Context, agent, id eliza.ID) (eliza.Run, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Run{}, err
	}
	return s.store.Run(ctx, agent, id)
}
