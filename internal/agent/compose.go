package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// conversationLength is how many messages of the channel the model reads.
const conversationLength = 20

// errPaused says that the agent does not run; its deliveries wait.
var errPaused = errors.New("the agent is stopped")

// begin gathers whom the turn is about: agent, message, room, speaker. Error
// code NOT_FOUND: agent, message or channel are gone.
func (t *Turn) begin(ctx context.Context, batch []waiting) error {
	s := t.service
	agent, err := s.Agent(ctx, t.delivery.AgentID)
	if err != nil {
		return fmt.Errorf("load agent: %w", err)
	}
	if agent.Status != eliza.Active {
		return errPaused
	}
	t.Agent = agent
	if err := t.chooseMessage(ctx, batch); err != nil {
		return err
	}
	t.Speaker = t.Message.AuthorName
	if t.Speaker == "" {
		t.Speaker = "User-" + t.Message.AuthorID.String()[:8]
	}
	if t.Room, t.world, err = s.view(ctx, &t.Agent, &t.Message, t.Speaker); err != nil {
		return fmt.Errorf("see the room: %w", err)
	}
	if t.since, err = s.presentSince(ctx, &t.Room, &t.Message); err != nil {
		return fmt.Errorf("see since when the author is there: %w", err)
	}
	if err := t.findZone(ctx); err != nil {
		return err
	}
	t.run = eliza.Run{
		ID: eliza.NewID(), AgentID: agent.ID, RoomID: t.Room.ID, EntityID: t.Message.AuthorID, MessageID: t.Message.ID,
		Status: eliza.RunStarted, StartedAt: t.Now,
	}
	t.event("RUN_STARTED", map[string]any{"source": t.Message.SourceType, "messageId": t.Message.ID})
	return t.readConversation(ctx)
}

// chooseMessage takes the newest message of the batch for the turn and ends
// the others as the agent's policy says. One that was deleted has no delivery
// any more and is passed over.
func (t *Turn) chooseMessage(ctx context.Context, batch []waiting) error {
	var here []waiting
	for _, w := range batch {
		if w.message == nil {
			m, err := t.owed(ctx, &w.delivery)
			if eliza.ErrorCode(err) == eliza.CodeNotFound {
				continue
			}
			if err != nil {
				return fmt.Errorf("load message: %w", err)
			}
			w.message = m
		}
		here = append(here, w)
	}
	if len(here) == 0 {
		return eliza.NotFound("Message")
	}
	last := len(here) - 1
	t.delivery, t.Message = here[last].delivery, *here[last].message
	for _, w := range here[:last] {
		d := w.delivery
		if t.service.policy(&t.Agent.Character) == Newest {
			d.State, d.Reason, d.Detail = eliza.Ignored, eliza.ReasonSuperseded, "A newer message took its place."
		} else {
			t.before = append(t.before, *w.message)
			d.State, d.Reason, d.Detail = eliza.Replied, eliza.ReasonFolded, "Answered together with a later message."
		}
		t.others = append(t.others, d)
	}
	return nil
}

// owed loads the message of a delivery that was found in the database. It may
// have ended since: then it is NOT_FOUND, as a deleted one is.
func (t *Turn) owed(ctx context.Context, d *eliza.Delivery) (*eliza.Message, error) {
	deliveries, err := t.service.store.Deliveries(ctx, d.MessageID)
	if err != nil {
		return nil, err
	}
	for _, now := range deliveries {
		if now.AgentID == d.AgentID && now.State == eliza.Pending && now.Owner == t.service.store.Owner() {
			m, err := t.service.store.Message(ctx, d.MessageID)
			return &m, err
		}
	}
	return nil, eliza.NotFound("Delivery")
}

// readConversation reads what was said before the message.
func (t *Turn) readConversation(ctx context.Context) error {
	newest, err := t.service.store.Conversation(ctx, t.Agent.ID, t.Message.ChannelID, t.Message.Seq, conversationLength)
	if err != nil {
		return fmt.Errorf("read the conversation: %w", err)
	}
	t.shown = make(map[eliza.ID]bool, len(newest))
	for _, m := range slices.Backward(newest) {
		if m.ID == t.Message.InReplyTo && m.AuthorID == t.Agent.ID {
			t.repliesToAgent = true
		}
		t.shown[m.ID] = true
		if m.Attached {
			t.withFiles = append(t.withFiles, eliza.Message{ID: m.ID, AuthorID: m.AuthorID})
		}
		turn := model.Turn{Role: model.RoleUser, Name: m.AuthorName, Text: m.Content}
		switch {
		case m.AuthorID != t.Agent.ID:
			t.untrust("another's message", m.AuthorID)
		case m.Asker == eliza.NoID:
			t.untrust("an answer of its own that followed from others' words", eliza.NoID)
		default:
			t.untrust("an answer of its own to another", m.Asker)
		}
		if m.AuthorID == t.Agent.ID {
			turn.Role, turn.Name = model.RoleAssistant, t.Agent.Name
		}
		t.conversation = append(t.conversation, turn)
	}
	return nil
}

// compose recalls what may help.
func (t *Turn) compose(ctx context.Context) error {
	var question strings.Builder
	for _, m := range t.before {
		question.WriteString(m.Content + "\n")
	}
	question.WriteString(t.Message.Content)
	recalled, how, err := t.service.memory.Recall(ctx, t.recallQuery(question.String()))
	if err != nil {
		return fmt.Errorf("recall: %w", err)
	}
	t.recalled = recalled
	if len(recalled) > 0 {
		for _, r := range recalled {
			t.untrustMemory(r)
		}
		t.event("RECALLED", recalledEvent(recalled, how))
	}
	return nil
}

func (t *Turn) scene() model.Scene {
	return model.Scene{
		Character: &t.Agent.Character, AgentID: t.Agent.ID, Speaker: t.Speaker, SpeakerID: t.Message.AuthorID, Now: t.Now, Zone: t.clock,
		Private: t.Room.Type.Private(), Recalled: append(t.passages(), t.recalled...),
	}
}
