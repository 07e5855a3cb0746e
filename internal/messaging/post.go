package messaging

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
	"github.com/elizad/elizad/internal/store"
)

// Post is a message on its way in.
type Post struct {
	ID             eliza.ID // the sender's choice; NoID for a fresh one
	ChannelID      eliza.ID
	ServerID       eliza.ID
	AuthorID       eliza.ID
	AuthorName     string
	Content        string
	Raw            json.RawMessage
	InReplyTo      eliza.ID
	SourceType     string
	SourceID       string
	Metadata       map[string]any
	IdempotencyKey string
	Hops           int // 0 for a person's message, see eliza.Message
	Origin         bus.Origin
	// Quiet keeps the message from the agents: it is stored and shown only
	// (ElizaOS's POST /submit and /action).
	Quiet bool
	// Action says that the message tells of an agent's action, so that it is
	// shown with all that came along.
	Action bool
	// CreateChannel makes the channel when it is not there: a DM when the
	// metadata say so (isDm, channelType), a group otherwise.
	CreateChannel bool
}

// Posted is a stored message and what each agent of the channel owes it.
type Posted struct {
	Message    eliza.Message
	Deliveries []eliza.Delivery
	Duplicate  bool // seen before; nothing new was stored
}

// Post stores a message with its deliveries in one transaction and tells the
// channel. When it returns, the message is on disk. A message whose id,
// idempotency key or source id was seen before answers with the first
// result. Error codes: INVALID_REQUEST, NOT_FOUND (channel or message
// server), CONFLICT (id used in another channel), DB_ERROR.
func (s *Service) Post(ctx context.Context, p Post) (Posted, error) {
	if err := p.check(); err != nil {
		return Posted{}, err
	}
	hops, err := s.hops(ctx, &p)
	if err != nil {
		return Posted{}, err
	}
	m := eliza.Message{
		ID: p.ID, ChannelID: p.ChannelID, ServerID: p.ServerID, AuthorID: p.AuthorID, AuthorName: p.AuthorName,
		Content: p.Content, Raw: p.Raw, InReplyTo: p.InReplyTo, SourceType: p.SourceType, SourceID: p.SourceID,
		Metadata: p.Metadata, KeyID: keyOf(ctx), Hops: hops, CreatedAt: eliza.Now(),
	}
	if m.ID == eliza.NoID {
		m.ID = eliza.NewID()
	}
	m.UpdatedAt = m.CreatedAt
	in := store.Incoming{Message: m, DedupeKey: p.dedupeKey(), Decide: s.guard.decide(&m)}
	if p.Quiet {
		in.Decide = nil
		in.Quiet = true
	}
	if p.CreateChannel {
		channel, participants := p.channel(m.CreatedAt)
		in.CreateChannel, in.Participants = &channel, participants
	}
	news := func(a store.Accepted) bus.Event {
		return bus.MessagePosted{Message: a.Message, Deliveries: a.Deliveries, Origin: p.Origin, Action: p.Action}
	}
	in.Notices = Notices(s, func(a store.Accepted) []bus.Event { return []bus.Event{news(a)} })
	// The news goes out in the order of the commits, which is the order of the
	// channel.
	in.Committed = func(a store.Accepted) {
		failpoint.Hit("message stored", a.Message.ID)
		if !a.Duplicate {
			s.bus.Publish(news(a))
		}
	}
	a, err := s.store.AcceptMessage(ctx, in)
	if err != nil {
		return Posted{}, fmt.Errorf("post message: %w", err)
	}
	return Posted{Message: a.Message, Deliveries: a.Deliveries, Duplicate: a.Duplicate}, nil
}

func (p *Post) check() error {
	if err := checkContent(p.Content); err != nil {
		return err
	}
	switch {
	case len(p.Raw) > eliza.MaxMetadataBytes:
		return eliza.Errorf(eliza.CodeInvalidRequest, "raw_message: longer than %d bytes", eliza.MaxMetadataBytes)
	case len(p.IdempotencyKey) > 255:
		return eliza.Errorf(eliza.CodeInvalidRequest, "Idempotency-Key: longer than 255 bytes")
	case len(p.SourceID) > 1024:
		return eliza.Errorf(eliza.CodeInvalidRequest, "source_id: longer than 1024 bytes")
	}
	return nil
}

func checkContent(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return eliza.Errorf(eliza.CodeInvalidRequest, "content: a text is required")
	case len(text) > eliza.MaxContentBytes:
		return eliza.Errorf(eliza.CodeInvalidRequest, "content: longer than %d bytes", eliza.MaxContentBytes)
	case !utf8.ValidString(text):
		return eliza.Errorf(eliza.CodeInvalidRequest, "content: not valid UTF-8")
	}
	return nil
}

// dedupeKey names the sending, so that it is stored once. A key of the client
// counts for its author, a source id for its platform, both within a channel.
func (p *Post) dedupeKey() string {
	switch {
	case p.IdempotencyKey != "":
		return "key:" + p.ChannelID.String() + ":" + p.AuthorID.String() + ":" + p.IdempotencyKey
	case p.SourceID != "":
		return "source:" + p.ChannelID.String() + ":" + p.AuthorID.String() + ":" + p.SourceType + ":" + p.SourceID
	}
	return ""
}

// channel describes the channel that the message brings along, as ElizaOS's
// servers make it.
func (p *Post) channel(at eliza.Millis) (eliza.Channel, []eliza.ID) {
	text := func(key string) string { s, _ := p.Metadata[key].(string); return s }
	isDM, _ := p.Metadata["isDm"].(bool)
	kind, name := eliza.TypeGroup, "Chat "
	if isDM || text("channelType") == "DM" || text("channel_type") == "DM" {
		kind, name = eliza.TypeDM, "DM "
	}
	participants := []eliza.ID{p.AuthorID}
	keys := []string{"targetAgentId"}
	if kind == eliza.TypeDM {
		keys = []string{"targetUserId", "recipientId", "targetAgentId"}
	}
	for _, key := range keys {
		if id, err := eliza.ParseID(text(key)); err == nil && id != p.AuthorID {
			participants = append(participants, id)
		}
	}
	return eliza.Channel{
		ID: p.ChannelID, ServerID: p.ServerID, Name: name + p.ChannelID.String()[:8], Type: kind, SourceType: "auto_created",
		Metadata: map[string]any{
			"created_by": "auto_creation", "created_for_user": p.AuthorID.String(), "created_at": at.ISO(), "channel_type": string(kind),
		},
		CreatedAt: at, UpdatedAt: at,
	}, participants
}
