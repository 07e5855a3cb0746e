package messaging

import (
	"context"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// knownAuthors bounds how many people are known to be no agents.
const knownAuthors = 20_000

// authors remembers who is no agent, so that a person's message costs no look
// at the database. An agent that is made with the id of a person who has
// spoken before counts as that person until the server starts anew.
type authors struct {
	people *lru.Cache[eliza.ID, struct{}]
}

func newAuthors() authors {
	people, _ := lru.New[eliza.ID, struct{}](knownAuthors)
	return authors{people}
}

// hops tells how many messages of agents in a row a message ends. One that
// was posted in the name of an agent from outside goes on where the message
// that it answers was, or the newest of the channel.
func (s *Service) hops(ctx context.Context, p *Post) (int, error) {
	if p.Hops > 0 || p.Quiet || s.authors.people.Contains(p.AuthorID) {
		return p.Hops, nil
	}
	_, err := s.store.Agent(ctx, p.AuthorID)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		s.authors.people.Add(p.AuthorID, struct{}{})
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look whether an agent speaks: %w", err)
	}
	before := 0
	if p.InReplyTo != eliza.NoID {
		answered, err := s.store.Message(ctx, p.InReplyTo)
		if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
			return 0, fmt.Errorf("find the message that an agent answers: %w", err)
		}
		before = answered.Hops
	}
	newest, err := s.store.Messages(ctx, p.ChannelID, store.MessageQuery{Limit: 1})
	if err != nil {
		return 0, fmt.Errorf("find the message before an agent's: %w", err)
	}
	if len(newest) > 0 {
		before = max(before, newest[0].Hops)
	}
	return before + 1, nil
}
