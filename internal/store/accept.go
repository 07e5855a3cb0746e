package store

import (
	"context"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
)

// errSeen undoes the acceptance of a message that was accepted before.
var errSeen = errors.New("message was seen before")

// AcceptMessage stores a message and, for every agent among the channel's
// participants but the author, a delivery: in one transaction, so that an
// accepted message is answered. A message whose id or DedupeKey was seen
// before changes nothing and is answered with the first one. Error codes:
// NOT_FOUND for an absent channel or server, CONFLICT when the first one is of
// another channel, INVALID_REQUEST when Raw is not JSON.
func (s *Store) AcceptMessage(ctx context.Context, in Incoming) (Accepted, error) {
	row, err := encode(in.Message, in.DedupeKey)
	if err != nil {
		return Accepted{}, err
	}
	leave, err := s.enter(ctx, in.Message.ChannelID)
	if err != nil {
		return Accepted{}, err
	}
	defer leave()
	var out Accepted
	err = s.write(ctx, "accept message", func(ctx context.Context, t *tx) (err error) {
		out = Accepted{Message: row.Message}
		if in.Committed != nil {
			t.after = func() { in.Committed(out) }
		}
		decide := orDefault(in.Decide)
		if in.Quiet {
			decide = nil
		}
		out.Deliveries, err = s.post(ctx, t, row, &out.Message, decide)
		if errors.Is(err, errNoChannel) && in.CreateChannel != nil {
			err = s.createFor(ctx, t, in)
			if err == nil {
				out.Deliveries, err = s.post(ctx, t, row, &out.Message, decide)
			}
		}
		if errors.Is(err, errNoChannel) {
			return eliza.NotFound("Channel")
		}
		failpoint.Hit("message uncommitted", row.ID)
		if err == nil {
			err = announce(ctx, s, t, row.ChannelID, out, in.Notices)
		}
		return err
	})
	if errors.Is(err, errSeen) {
		return s.acceptedBefore(ctx, in)
	}
	return out, err
}

// createFor makes the channel of a message, unless another message does so at
// the same moment.
func (s *Store) createFor(ctx context.Context, t *tx, in Incoming) error {
	channel := *in.CreateChannel
	channel.ID = in.Message.ChannelID
	err := s.createChannel(ctx, t, channel, in.Participants)
	switch eliza.ErrorCode(err) {
	case eliza.CodeConflict:
		return nil
	case eliza.CodeNotFound:
		return eliza.Errorf(eliza.CodeNotFound, "Server %s does not exist", channel.ServerID)
	}
	return err
}

func (s *Store) acceptedBefore(ctx context.Context, in Incoming) (Accepted, error) {
	first, err := s.seen(ctx, in.Message.ID, clean(in.DedupeKey))
	if err != nil {
		return Accepted{}, err
	}
	if first.ChannelID != in.Message.ChannelID {
		return Accepted{}, eliza.Errorf(eliza.CodeConflict, "A message with this id is in another channel")
	}
	deliveries, err := s.Deliveries(ctx, first.ID)
	return Accepted{Message: first, Deliveries: deliveries, Duplicate: true}, err
}

// encoded is a message made ready before its transaction begins.
type encoded struct {
	eliza.Message
	raw, metadata, key any
}

func encode(m eliza.Message, key string) (encoded, error) {
	if err := checkRaw(m.Raw); err != nil {
		return encoded{}, err
	}
	m.AuthorName, m.Content, m.SourceType, m.SourceID = clean(m.AuthorName), clean(m.Content), clean(m.SourceType), clean(m.SourceID)
	e := encoded{Message: m}
	if m.Raw != nil {
		e.raw = cleanJSON(string(m.Raw))
	}
	if key = clean(key); key != "" {
		e.key = key
	}
	metadata, err := toJSON(m.Metadata)
	e.metadata = metadata
	return e, err
}

func checkRaw(raw []byte) error {
	if raw != nil && (!json.Valid(raw) || !utf8.Valid(raw)) {
		return eliza.Errorf(eliza.CodeInvalidRequest, "raw_message is not JSON")
	}
	return nil
}

// toJSON encodes a value for a column.
func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", &eliza.Error{Code: eliza.CodeInvalidRequest, Message: "A value cannot be written as JSON", Err: err}
	}
	return cleanJSON(string(b)), nil
}
