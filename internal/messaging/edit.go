package messaging

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Edit is what is to change about a message; nil leaves a part as it is.
type Edit struct {
	Content    *string
	Raw        []byte // JSON
	Metadata   map[string]any
	AuthorID   *eliza.ID
	SourceType *string
	SourceID   *string
	InReplyTo  *eliza.ID
}

// EditMessage changes a message and tells its channel. What agents made of it
// stays as it is. Error codes: INVALID_REQUEST, NOT_FOUND, DB_ERROR.
func (s *Service) EditMessage(ctx context.Context, id eliza.ID, e Edit) (eliza.Message, error) {
	if e.Content != nil {
		if err := checkContent(*e.Content); err != nil {
			return eliza.Message{}, err
		}
	}
	if len(e.Raw) > eliza.MaxMetadataBytes {
		return eliza.Message{}, eliza.Errorf(eliza.CodeInvalidRequest, "raw_message: longer than %d bytes", eliza.MaxMetadataBytes)
	}
	sender, _ := e.Metadata["agentName"].(string)
	news := func(m eliza.Message) bus.Event { return bus.MessageEdited{Message: m, Sender: sender} }
	m, err := s.store.EditMessage(ctx, id, store.MessageEdit(e), Notices(s, func(m eliza.Message) []bus.Event { return []bus.Event{news(m)} }))
	if err != nil {
		return eliza.Message{}, fmt.Errorf("edit message: %w", err)
	}
	s.bus.Publish(news(m))
	return m, nil
}

// DeleteMessagesOf removes what an author said in a channel and returns how
// much it was. Error codes: NOT_FOUND (channel), DB_ERROR.
func (s *Service) DeleteMessagesOf(ctx context.Context, channel, author eliza.ID) (int, error) {
	news := func(gone store.Deleted[[]eliza.ID]) (list []bus.Event) {
		for _, id := range gone.Of {
			list = append(list, bus.MessageDeleted{ChannelID: channel, MessageID: id})
		}
		return append(list, messageDeleted.of(gone.Pending)...)
	}
	gone, err := s.store.DeleteMessagesOf(ctx, channel, author, onDelete(s, news))
	if err != nil {
		return 0, fmt.Errorf("delete an author's messages: %w", err)
	}
	return len(gone), nil
}

// ReportTurn tells a channel that somebody outside has finished with it, or
// with one of its messages. Error codes: NOT_FOUND (message), DB_ERROR.
func (s *Service) ReportTurn(ctx context.Context, t bus.TurnReported) error {
	if t.MessageID != eliza.NoID {
		m, err := s.store.Message(ctx, t.MessageID)
		if err != nil {
			return fmt.Errorf("report turn: %w", err)
		}
		t.ChannelID, t.ServerID = m.ChannelID, m.ServerID
	}
	s.bus.Publish(t)
	return nil
}
