package server

import (
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/session"
)

func TestSessionsGoOnUnlessTheyAreToBeCleared(t *testing.T) {
	for name, clear := range map[string]bool{"kept": false, "cleared": true} {
		t.Run(name, func(t *testing.T) {
			cfg := settings(t)
			cfg.Sessions.Clear = clear
			var begun session.Session
			serveUntilStopped(t, cfg, func(s *Server) {
				agents, err := s.Agents(t.Context())
				if err != nil || len(agents) != 1 {
					t.Fatal(agents, err)
				}
				if begun, err = s.sessions.Create(t.Context(), session.Request{AgentID: agents[0].ID, UserID: eliza.NewID()}); err != nil {
					t.Fatal(err)
				}
			})
			serveUntilStopped(t, cfg, func(s *Server) {
				if _, err := s.sessions.Session(t.Context(), begun.ID); (eliza.ErrorCode(err) == eliza.CodeSessionNotFound) != clear {
					t.Error(err)
				}
			})
		})
	}
}
