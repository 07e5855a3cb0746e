package conversation

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

// Duration is how long all that was said lasts.
func (r *Reply) Duration() time.Duration {
	if len(r.Said) == 0 {
		return 0
	}
	last := &r.Said[len(r.Said)-1]
	return last.Start + last.length
}

// HeardText is what a person heard who listened for so long: every sentence
// that was over, and of the one that was not the words that fell into the
// time, as if each letter took the same.
func (r *Reply) HeardText(listened time.Duration) string {
	var heard strings.Builder
	for i := range r.Said {
		s := &r.Said[i]
		if listened >= s.Start+s.length {
			heard.WriteString(s.Text)
			continue
		}
		heard.WriteString(beginning(s.Text, float64(listened-s.Start)/float64(s.length)))
		break
	}
	return strings.TrimSpace(heard.String())
}

// beginning is the whole words within a part of a text.
func beginning(text string, part float64) string {
	runes := []rune(text)
	n := int(part * float64(len(runes)))
	if n <= 0 {
		return ""
	}
	if n >= len(runes) {
		return text
	}
	for n > 0 && !unicode.IsSpace(runes[n]) {
		n--
	}
	return string(runes[:n])
}

// Interrupt has the agent stop answering, after the person listened for so
// long, and makes the stored answer, in the channel and in the agent's memory,
// what was heard. One of which nothing was heard is removed. The talk must be
// over or end at once: cancel its context. It returns what was heard.
func (s *Service) Interrupt(ctx context.Context, r *Reply, listened time.Duration) (string, error) {
	agent, message := r.agent, r.Heard.Message
	heard := r.HeardText(listened)
	if r.Delivery.State == "" {
		ended, err := s.stop(ctx, agent, message, heard)
		if err != nil {
			return heard, err
		}
		r.Delivery = ended
	}
	if r.Delivery.ReplyID == eliza.NoID {
		return "", nil
	}
	reply, err := s.messaging.Message(ctx, r.Delivery.ReplyID)
	switch {
	case eliza.ErrorCode(err) == eliza.CodeNotFound:
		return "", nil
	case err != nil:
		return heard, err
	case heard == strings.TrimSpace(reply.Content):
		return heard, nil
	case heard == "":
		return "", s.remove(ctx, agent, reply)
	}
	return heard, s.shorten(ctx, agent, reply, heard)
}

// stop ends a turn that is running and returns its delivery.
func (s *Service) stop(ctx context.Context, agent eliza.ID, message eliza.Message, heard string) (eliza.Delivery, error) {
	follower, err := s.messaging.Follow(ctx, message)
	if err != nil {
		return eliza.Delivery{}, err
	}
	defer follower.Close()
	s.agents.Interrupt(agent, message.ID, heard)
	for {
		e, err := follower.Next(ctx)
		if err != nil {
			return eliza.Delivery{}, fmt.Errorf("interrupt the agent: %w", err)
		}
		if ended, is := e.(bus.DeliveryEnded); is && ended.Delivery.AgentID == agent {
			return ended.Delivery, nil
		}
		if e == nil {
			return eliza.Delivery{}, nil
		}
	}
}

func (s *Service) remove(ctx context.Context, agent eliza.ID, reply eliza.Message) error {
	if err := s.messaging.DeleteMessage(ctx, reply.ChannelID, reply.ID); err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
		return err
	}
	if err := s.agents.DeleteMemory(ctx, agent, reply.ID); err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
		return err
	}
	return nil
}

func (s *Service) shorten(ctx context.Context, agent eliza.ID, reply eliza.Message, heard string) error {
	raw := map[string]any{}
	// What an agent stored as raw message is an object.
	_ = json.Unmarshal(reply.Raw, &raw)
	raw["text"], raw["interrupted"] = heard, true
	kept, err := json.Marshal(raw)
	if err != nil {
		return fmt.Errorf("shorten an answer: %w", err)
	}
	if _, err := s.messaging.EditMessage(ctx, reply.ID, messaging.Edit{Content: &heard, Raw: kept}); err != nil {
		return err
	}
	_, err = s.agents.EditMemory(ctx, agent, reply.ID, eliza.NoID, func(m *eliza.Memory) { m.Content.Text = heard })
	if eliza.ErrorCode(err) == eliza.CodeNotFound { // forgotten meanwhile
		return nil
	}
	return err
}
