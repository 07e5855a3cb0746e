package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// Authority is what it takes to have an action done without asking anybody.
//
// The gate looks at who asks and at whose words the model has read, never at
// what the words say: what was remembered, quoted or found gives nobody the
// right to anything. Whatever the authority does not cover waits for a
// person's yes (approval.go).
type Authority int

// The authorities, from the least.
const (
	// ByAnyone is for what does no harm: whoever may talk to the agent.
	ByAnyone Authority = iota
	// ByRequester is for what a person may have done in the own name: the
	// model has read nobody else's words in this turn.
	ByRequester
	// ByOwner is for what concerns others: an owner or admin of the world asks,
	// and the model has read the words of such people only.
	ByOwner
	// ByApproval asks a person each time.
	ByApproval
)

// source is text of somebody else that the model has read in a turn.
type source struct {
	What string   `json:"what"`
	By   eliza.ID `json:"by"` // who wrote it; none: nobody answers for it
}

// untrust notes that the model reads words of somebody else than the person
// who asks: what they are, and whose.
func (t *Turn) untrust(what string, by eliza.ID) {
	if by == t.Message.AuthorID && by != eliza.NoID {
		return
	}
	s := source{what, by}
	if !slices.Contains(t.read, s) {
		t.read = append(t.read, s)
	}
}

// hinders returns why the gate does not let an action pass by itself, or "".
func (t *Turn) hinders(ctx context.Context, needs Authority) (string, error) {
	if t.service.ungated || needs == ByAnyone {
		return "", nil
	}
	if needs == ByApproval {
		return "It is always asked for.", nil
	}
	roles := map[eliza.ID]string{}
	if needs == ByOwner {
		var err error
		if roles, err = t.roles(ctx); err != nil {
			return "", err
		}
	}
	switch {
	case t.Message.Hops > 0 || t.service.isAgent(ctx, t.Message.AuthorID):
		return "Another agent asked for it.", nil
	case needs == ByOwner && roles[t.Message.AuthorID] == "":
		return t.Speaker + " is neither an owner nor an admin of this world.", nil
	}
	var others []string
	for _, s := range t.read {
		trusted := s.By != eliza.NoID && roles[s.By] != "" && !t.service.isAgent(ctx, s.By)
		if !trusted && !slices.Contains(others, s.What) {
			others = append(others, s.What)
		}
	}
	if len(others) == 0 {
		return "", nil
	}
	return fmt.Sprintf("The agent has read what others wrote: %s.", strings.Join(others, ", ")), nil
}

// isAgent reports whether somebody is an agent of this server, and holds for
// one whoever cannot be looked up.
func (s *Service) isAgent(ctx context.Context, id eliza.ID) bool {
	_, err := s.Agent(ctx, id)
	return eliza.ErrorCode(err) != eliza.CodeNotFound
}

// untrustMemory notes that a memory is read. What the person said is the
// person's own word; all else is somebody's, or nobody answers for it.
func (t *Turn) untrustMemory(r model.Recollection) {
	switch {
	case r.Type == eliza.MemoryMessages && t.shown[r.MessageID]: // counted with the conversation
	case r.Type == eliza.MemoryMessages && r.AuthorID != t.Agent.ID:
		t.untrust("a memory of what another said", r.AuthorID)
	default:
		t.untrust("a memory that may follow from others' words", eliza.NoID)
	}
}
