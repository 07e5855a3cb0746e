package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

// sendMessage says something in another channel in which both the agent and
// the person who asks take part, or to somebody whom they meet in such a
// channel. Its id follows from the turn, so that a turn that is begun again
// says it once.
func sendMessage(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	target, err := argument(arguments, "target")
	if err != nil {
		return "", err
	}
	text, err := argument(arguments, "text")
	if err != nil {
		return "", err
	}
	channel, name, err := t.destination(ctx, strings.TrimPrefix(strings.TrimSpace(target), "#"))
	if err != nil {
		return "", err
	}
	now := eliza.Now()
	posted, err := t.service.messaging.Post(ctx, messaging.Post{
		ID: eliza.NameID(t.Message.ID.String() + ":" + t.Agent.ID.String() + ":send:" + channel.ID.String() + ":" + text), ChannelID: channel.ID, ServerID: channel.ServerID,
		AuthorID: t.Agent.ID, AuthorName: t.Agent.Name, Content: text, SourceType: eliza.SourceAgent, Hops: t.Message.Hops + 1,
		Metadata: map[string]any{"agent_id": t.Agent.ID, "agentName": t.Agent.Name, "askedBy": t.Message.AuthorID, eliza.Untrusted: true},
	})
	if err != nil {
		return "", err
	}
	t.effects.Sent = append(t.effects.Sent, eliza.Memory{
		ID: posted.Message.ID, AgentID: t.Agent.ID, Type: eliza.MemoryMessages, EntityID: t.Agent.ID, RoomID: eliza.PerAgent(channel.ID, t.Agent.ID),
		WorldID: eliza.PerAgent(channel.ServerID, t.Agent.ID), MessageID: posted.Message.ID, Content: eliza.Content{Text: text, Source: eliza.SourceAgent, ChannelType: channel.Type},
		Metadata: map[string]any{"type": "message", "source": eliza.SourceAgent, "senderId": t.Agent.ID, "senderName": t.Agent.Name}, Unique: true, CreatedAt: now,
	})
	return fmt.Sprintf("I have sent it to %s.", name), nil
}

// destination finds the channel that is meant, and says whose it is.
func (t *Turn) destination(ctx context.Context, target string) (eliza.Channel, string, error) {
	rooms, err := t.service.store.Rooms(ctx, t.Agent.ID)
	if err != nil {
		return eliza.Channel{}, "", err
	}
	id, _ := eliza.ParseID(target)
	var shared []eliza.Room
	var people []eliza.ID
	for _, room := range rooms {
		if room.ChannelID == eliza.NoID {
			continue
		}
		members, err := t.service.messaging.Participants(ctx, room.ChannelID)
		if eliza.ErrorCode(err) == eliza.CodeNotFound || err == nil && !(slices.Contains(members, t.Agent.ID) && slices.Contains(members, t.Message.AuthorID)) {
			continue
		}
		if err != nil {
			return eliza.Channel{}, "", err
		}
		people = append(people, members...)
		if id != eliza.NoID && (room.ChannelID == id || room.ID == id) {
			channel, err := t.service.messaging.Channel(ctx, room.ChannelID)
			return channel, channel.Name, err
		}
		shared = append(shared, room)
	}
	found := analysis.Called(shared, target, func(r eliza.Room) []string { return []string{r.Name} })
	switch len(found) {
	case 0:
		return t.direct(ctx, target, people)
	case 1:
		channel, err := t.service.messaging.Channel(ctx, found[0].ChannelID)
		return channel, channel.Name, err
	}
	return eliza.Channel{}, "", eliza.Errorf(eliza.CodeConflict, "several channels are called %q: name the id", target)
}

// direct finds or makes the private channel with one of these people.
func (t *Turn) direct(ctx context.Context, target string, people []eliza.ID) (eliza.Channel, string, error) {
	slices.SortFunc(people, func(a, b eliza.ID) int { return strings.Compare(a.String(), b.String()) })
	known, err := t.service.acquainted(ctx, t.Agent.ID, slices.Compact(people))
	if err != nil {
		return eliza.Channel{}, "", err
	}
	found := called(slices.DeleteFunc(known, func(p eliza.Entity) bool { return p.ID == t.Agent.ID }), target)
	switch len(found) {
	case 0:
		return eliza.Channel{}, "", eliza.Errorf(eliza.CodeNotFound, "there is no channel or person %q that you both know", target)
	case 1:
		channel, err := t.service.messaging.DirectChannel(ctx, t.Message.ServerID, t.Agent.ID, found[0].ID)
		return channel, nameOf(found[0]), err
	}
	return eliza.Channel{}, "", eliza.Errorf(eliza.CodeConflict, "several people are called %q: name the id", target)
}
