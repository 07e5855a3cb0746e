package messaging

import (
	"cmp"
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Member is someone who takes part in a channel.
type Member struct {
	ID       eliza.ID
	Name     string // as it is known in the channel
	Agent    bool
	JoinedAt eliza.Millis
}

// recentNames is how many of a channel's newest messages tell the names of
// those who wrote them.
const recentNames = 200

// Members returns who takes part in a channel, those who came first first. An
// agent is called by its name, a person as in the channel's newest messages, or
// as an agent of the channel knows them. Error codes: NOT_FOUND (channel),
// DB_ERROR.
func (s *Service) Members(ctx context.Context, channel eliza.ID) ([]Member, error) {
	if _, err := s.store.Channel(ctx, channel); err != nil {
		return nil, err
	}
	participants, err := s.store.Participants(ctx, channel)
	if err != nil || len(participants) == 0 {
		return nil, err
	}
	agents, err := s.store.ChannelAgents(ctx, channel)
	if err != nil {
		return nil, err
	}
	isAgent := map[eliza.ID]bool{}
	for _, a := range agents {
		isAgent[a.ID] = true
	}
	names, err := s.names(ctx, channel, participants, agents)
	if err != nil {
		return nil, err
	}
	list := make([]Member, len(participants))
	for i, p := range participants {
		list[i] = Member{p.EntityID, cmp.Or(names[p.EntityID], "User-"+p.EntityID.String()[:8]), isAgent[p.EntityID], p.JoinedAt}
	}
	return list, nil
}

// names collects what the participants of a channel are called.
func (s *Service) names(ctx context.Context, channel eliza.ID, participants []store.Participant, agents []store.AgentRef) (map[eliza.ID]string, error) {
	names := map[eliza.ID]string{}
	for _, a := range agents {
		names[a.ID] = a.Name
	}
	messages, err := s.store.Messages(ctx, channel, store.MessageQuery{Limit: recentNames})
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		names[m.AuthorID] = cmp.Or(names[m.AuthorID], m.AuthorName)
	}
	for _, a := range agents {
		var unnamed []eliza.ID
		for _, p := range participants {
			if names[p.EntityID] == "" {
				unnamed = append(unnamed, p.EntityID)
			}
		}
		if len(unnamed) == 0 {
			break
		}
		known, err := s.store.Entities(ctx, a.ID, unnamed)
		if err != nil {
			return nil, err
		}
		for _, e := range known {
			if len(e.Names) > 0 {
				names[e.ID] = e.Names[0]
			}
		}
	}
	return names, nil
}
