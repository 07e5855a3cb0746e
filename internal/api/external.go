package api

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) externalRoutes() {
	add(a, operation{id: "post-external-message", bridge: true, method: "POST", paths: []string{"/api/messaging/external-messages"}, tag: "Messages",
		summary: "Pass a message of another platform to an agent and wait for its answer", errors: []int{404, 408, 409},
		about: "Channel and user are named by the platform's own ids, or by ids of here; a channel that is new is made. metadata.agentId names the agent; " +
			"without it the first one that runs takes part in a new channel."}, a.postExternal)
}

// externalMessage is one of the messages of a platform.
type externalMessage struct {
	ID        string         `json:"id" minLength:"1" maxLength:"1024"`
	AuthorID  string         `json:"authorId" minLength:"1" maxLength:"1024"`
	Content   string         `json:"content" minLength:"1"`
	Timestamp float64        `json:"timestamp,omitempty" doc:"When it was said there, in milliseconds"`
	Metadata  map[string]any `json:"metadata,omitempty"`
}

// platformID is the id here of something that a platform names.
func platformID(platform, name string) eliza.ID {
	if id, err := eliza.ParseID(name); err == nil {
		return id
	}
	return eliza.NameID(platform + ":" + name)
}

// ingestPlatform takes in many messages of one channel and returns how many.
func (a *API) ingestPlatform(ctx context.Context, b *IngestBody) (int, error) {
	switch {
	case b.Platform == "":
		return 0, eliza.Errorf(eliza.CodeInvalidRequest, "platform: a text is required")
	case b.ChannelOfPlatform == "":
		return 0, eliza.Errorf(eliza.CodeInvalidRequest, "channelId: a text is required")
	case len(b.Messages) == 0:
		return 0, eliza.Errorf(eliza.CodeInvalidRequest, "messages: at least one is required")
	}
	channel, err := a.ensurePlatform(ctx, b.Platform, b.ChannelOfPlatform, eliza.TypeGroup, b.Metadata)
	if err != nil {
		return 0, err
	}
	for i, m := range b.Messages {
		metadata := maps.Clone(m.Metadata)
		if metadata == nil {
			metadata = map[string]any{}
		}
		metadata["platform"] = b.Platform
		if m.Timestamp != 0 {
			metadata["timestamp"] = m.Timestamp
		}
		name, _ := metadata["authorDisplayName"].(string)
		_, err := a.Messaging.Post(ctx, messaging.Post{
			ChannelID: channel, AuthorID: platformID(b.Platform, m.AuthorID), AuthorName: name, Content: m.Content,
			SourceType: b.Platform, SourceID: m.ID, Metadata: metadata,
		})
		if err != nil {
			return i, err
		}
	}
	return len(b.Messages), nil
}

// ensurePlatform makes sure of the channel of a platform's one. A new one has
// the agent that the metadata name, or else the first that runs.
func (a *API) ensurePlatform(ctx context.Context, platform, name string, kind eliza.ChannelType, metadata map[string]any) (eliza.ID, error) {
	id := platformID(platform, name)
	named, err := namedAgent(metadata)
	if err != nil {
		return eliza.NoID, err
	}
	_, err = a.Messaging.Channel(ctx, id)
	if known := err == nil; known && named == eliza.NoID {
		return id, nil
	}
	if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
		return eliza.NoID, err
	}
	var participants []eliza.ID
	if named != eliza.NoID {
		if _, err := a.Agents.Agent(ctx, named); err != nil {
			return eliza.NoID, err
		}
		participants = []eliza.ID{named}
	} else {
		agents, err := a.Agents.List(ctx)
		if err != nil {
			return eliza.NoID, fmt.Errorf("choose an agent: %w", err)
		}
		if len(agents) > 0 && agents[0].Status == eliza.Active {
			participants = []eliza.ID{agents[0].ID}
		}
	}
	short := name
	if runes := []rune(name); len(runes) > 100 {
		short = string(runes[:100])
	}
	return id, a.Messaging.EnsureChannel(ctx, eliza.Channel{ID: id, Name: platform + " " + short, Type: kind, SourceType: platform, SourceID: name}, participants)
}

func namedAgent(metadata map[string]any) (eliza.ID, error) {
	for _, key := range []string{"agentId", "agent_id", "targetAgentId"} {
		if text, is := metadata[key].(string); is && text != "" {
			id, err := eliza.ParseID(text)
			if err != nil {
				return eliza.NoID, eliza.Errorf(eliza.CodeInvalidRequest, "metadata.%s: not an id", key)
			}
			return id, nil
		}
	}
	return eliza.NoID, nil
}

type externalPost struct {
	Body struct {
		Platform    string           `json:"platform" minLength:"1" maxLength:"200"`
		MessageID   string           `json:"messageId" minLength:"1" maxLength:"1024" doc:"The platform's own id; a message that comes again with it is stored once and answered alike"`
		ChannelID   string           `json:"channelId" minLength:"1" maxLength:"1024"`
		UserID      string           `json:"userId" minLength:"1" maxLength:"1024"`
		Content     string           `json:"content" minLength:"1"`
		UserName    string           `json:"userName,omitempty" maxLength:"500"`
		Attachments []map[string]any `json:"attachments,omitempty" maxItems:"100"`
		Metadata    map[string]any   `json:"metadata,omitempty"`
	}
}

type externalAnswer struct {
	MessageID eliza.ID `json:"messageId" doc:"Of the message that was stored"`
	ChannelID eliza.ID `json:"channelId"`
	Response  string   `json:"response" doc:"Empty when no agent had anything to say"`
	AgentID   eliza.ID `json:"agentId,omitzero"`
}

func (a *API) postExternal(ctx context.Context, in *externalPost) (*answer[externalAnswer], error) {
	b := &in.Body
	channel, err := a.ensurePlatform(ctx, b.Platform, b.ChannelID, eliza.TypeDM, b.Metadata)
	if err != nil {
		return nil, fail(err)
	}
	metadata := maps.Clone(b.Metadata)
	if metadata == nil {
		metadata = map[string]any{}
	}
	metadata["platform"] = b.Platform
	if len(b.Attachments) > 0 {
		metadata["attachments"] = b.Attachments
	}
	name, _ := metadata["authorDisplayName"].(string)
	m, o, err := a.answered(ctx, messaging.Post{
		ChannelID: channel, AuthorID: platformID(b.Platform, b.UserID), AuthorName: cmp.Or(b.UserName, name), Content: b.Content,
		SourceType: b.Platform, SourceID: b.MessageID, Metadata: metadata,
	})
	if err == nil {
		err = o.waiting()
	}
	if err != nil {
		return nil, err
	}
	said := externalAnswer{MessageID: m.ID, ChannelID: m.ChannelID}
	if o.answer != nil {
		said.Response, said.AgentID = o.answer.Text, o.answer.AgentID
	}
	return ok(said), nil
}
