package server

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
)

//go:embed eliza.json
var builtinCharacter []byte

// ErrNoCharacter says that every character file was refused; the log tells
// why for each.
var ErrNoCharacter = errors.New("none of the character files could be loaded")

// loadCharacters creates or updates the agent of each file and starts it. A
// broken file is logged and passed over. Without files, and when no agent is
// stored, the built-in Eliza serves. Agents that were active stay so.
func (s *Server) loadCharacters(ctx context.Context, files []string) error {
	loaded := 0
	for _, file := range files {
		if err := s.loadCharacter(ctx, file); err != nil {
			s.log.Error("a character file was passed over", "file", file, "error", err)
			continue
		}
		loaded++
	}
	if len(files) > 0 {
		if loaded == 0 {
			return ErrNoCharacter
		}
		return nil
	}
	stored, err := s.agents.List(ctx)
	if err != nil {
		return fmt.Errorf("list agents: %w", err)
	}
	if len(stored) > 0 {
		return nil
	}
	c, err := eliza.ParseCharacter(builtinCharacter)
	if err != nil {
		return fmt.Errorf("built-in character: %w", err)
	}
	return serve(ctx, s.agents, c)
}

func (s *Server) loadCharacter(ctx context.Context, file string) error {
	c, err := readCharacter(file)
	if err != nil {
		return err
	}
	s.mcp.Trust(eliza.NewAgent(c).ID, &c)
	if err := serve(ctx, s.agents, c); err != nil {
		return err
	}
	s.noteDocuments(file, &c)
	return nil
}

// readCharacter reads and checks a character file. The error is for a person.
func readCharacter(file string) (eliza.Character, error) {
	f, err := os.Open(file)
	if err != nil {
		return eliza.Character{}, errors.New("it cannot be opened: " + reason(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, eliza.MaxCharacterBytes+1))
	if err != nil {
		return eliza.Character{}, errors.New("it cannot be read: " + reason(err))
	}
	c, err := eliza.ParseCharacter(b)
	if err != nil {
		return eliza.Character{}, errors.New(eliza.ErrorMessage(err))
	}
	return c, nil
}

// reason is an error of a file without the file's name.
func reason(err error) string {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}

// serve makes the character's agent answer: what the file says replaces what
// was stored.
func serve(ctx context.Context, agents *agent.Service, c eliza.Character) error {
	c.ID = eliza.NewAgent(c).ID // the agent of a file keeps its id when it is renamed elsewhere
	_, err := agents.Update(ctx, c.ID, func(a *eliza.Agent) error {
		a.Character = c
		return nil
	})
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		_, err = agents.Create(ctx, c)
	}
	if err != nil {
		return err
	}
	_, err = agents.Start(ctx, c.ID)
	return err
}
