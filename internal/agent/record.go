package agent

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/reflection"
)

// emit hands on a piece of text as the model writes it.
func (t *Turn) emit(text string) {
	if t.apart && text != "" {
		text, t.held = t.held+text, ""
		if strings.TrimSpace(text) == "" {
			t.held = text
			return
		}
		t.apart = false
		if begins, _ := utf8.DecodeRuneInString(text); !unicode.IsSpace(begins) && !endsInSpace(t.text.String()) {
			text = "\n\n" + text
		}
	}
	if text == "" {
		return
	}
	t.text.WriteString(text)
	t.stream.chunk(t.service.bus, bus.StreamChunk{
		ChannelID: t.Message.ChannelID, MessageID: t.Message.ID, ReplyID: t.replyID, AgentID: t.Agent.ID, Index: t.chunks, Text: text,
	})
	t.chunks++
}

// passage begins a new passage of the reply: it is set apart from what was
// written before by white space, of which the model may write its own.
func (t *Turn) passage() { t.apart, t.held = t.text.Len() > 0, "" }

func endsInSpace(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	return unicode.IsSpace(last)
}

func (t *Turn) event(kind string, data map[string]any) {
	t.run.Events = append(t.run.Events, eliza.RunEvent{Type: kind, At: eliza.Now(), Data: data})
}

func (t *Turn) addLog(kind string, err error, body map[string]any) {
	level := "info"
	if err != nil {
		level = "error"
	}
	body = maps.Clone(body)
	body["runId"] = t.run.ID
	t.logs = append(t.logs, eliza.Log{
		ID: eliza.NewID(), AgentID: t.Agent.ID, EntityID: t.Message.AuthorID, RoomID: t.Room.ID, Type: kind, Level: level, Body: body, CreatedAt: eliza.Now(),
	})
}

// end stores the turn with its final state. When the delivery had ended
// meanwhile there is nothing to store.
func (t *Turn) end(parent context.Context, state eliza.DeliveryState, reason eliza.Reason, detail string) result {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), finishTime)
	defer cancel()
	err := t.service.messaging.Finish(ctx, t.outcome(state, reason, detail))
	switch eliza.ErrorCode(err) {
	case "":
		t.service.memory.Wake()
		t.heard(state)
		if t.run.ID != eliza.NoID {
			t.service.evaluate(t, state == eliza.Replied)
		}
		return turnDone
	case eliza.CodeConflict, eliza.CodeNotFound:
		t.service.log.Info("a turn's delivery had ended", "agent", t.Agent.Name, "agentId", t.Agent.ID, "message", t.delivery.MessageID)
		if len(t.others) > 0 { // one of them had: the rest is still owed
			return turnAgain
		}
		return turnDone
	}
	t.service.log.Error("a turn could not be stored", "agent", t.Agent.Name, "agentId", t.Agent.ID, "message", t.delivery.MessageID, "error", err)
	return turnRetry
}

func (t *Turn) outcome(state eliza.DeliveryState, reason eliza.Reason, detail string) messaging.Outcome {
	now := eliza.Now()
	d := t.delivery
	d.State, d.Reason, d.Detail, d.UpdatedAt = state, reason, detail, now
	o := messaging.Outcome{Message: t.Message, Others: t.others, Logs: t.logs, RetryAt: t.retryAt}
	t.apply(&o)
	if t.run.ID != eliza.NoID {
		d.RunID = t.run.ID
		t.run.Status, t.run.EndedAt = eliza.RunCompleted, now
		switch {
		case reason == eliza.ReasonTimeout:
			t.run.Status, t.run.Error = eliza.RunTimeout, detail
		case state == eliza.Failed:
			t.run.Status, t.run.Error = eliza.RunError, detail
		}
		t.event("RUN_ENDED", map[string]any{"status": t.run.Status, "error": t.run.Error, "durationMs": now - t.run.StartedAt})
		o.Run = &t.run
		o.Memories = t.memories(now)
	}
	if state == eliza.Replied {
		d.ReplyID = t.replyID
		t.warn(&d)
		o.Content = t.content()
		o.Reply = t.reply(o.Content, now)
		o.Memories = append(o.Memories, t.ownMemory(o.Content, now))
	} else {
		o.Content = eliza.Content{Actions: []string{"IGNORE"}, Thought: detail, InReplyTo: eliza.PerAgent(t.Message.ID, t.delivery.AgentID)}
	}
	for i := range o.Others {
		o.Others[i].UpdatedAt, o.Others[i].RunID, o.Others[i].ReplyID = now, d.RunID, d.ReplyID
	}
	o.Delivery = d
	return o
}

// content is the agent's answer in ElizaOS's words.
func (t *Turn) content() eliza.Content {
	actions := []string{"REPLY"}
	for _, name := range t.done {
		if name != "REPLY" && name != "IGNORE" && name != "NONE" {
			actions = append(actions, name)
		}
	}
	return eliza.Content{Text: t.text.String(), Thought: t.thought, Reasoned: t.thinking.Reasoned, Actions: actions, Source: t.Message.SourceType, InReplyTo: eliza.PerAgent(t.Message.ID, t.Agent.ID), ChannelType: t.Room.Type, Attachments: t.effects.Pictures}
}

func (t *Turn) reply(c eliza.Content, now eliza.Millis) *eliza.Message {
	said := map[string]any{"text": c.Text, "thought": c.Thought, "actions": c.Actions}
	if c.Reasoned {
		said["reasoned"] = true
	}
	raw, _ := json.Marshal(said)
	m := &eliza.Message{
		ID: t.replyID, ChannelID: t.Message.ChannelID, ServerID: t.Message.ServerID, AuthorID: t.Agent.ID, AuthorName: t.Agent.Name,
		Content: c.Text, Raw: raw, InReplyTo: t.Message.ID, SourceType: eliza.SourceAgent, CreatedAt: now, UpdatedAt: now,
		Metadata: map[string]any{
			"agent_id": t.Agent.ID, "agentName": t.Agent.Name, "channelType": t.Room.Type, "isDm": t.Room.Type == eliza.TypeDM,
		},
	}
	if len(c.Attachments) > 0 {
		m.Metadata["attachments"] = c.Attachments
	}
	if len(t.read) > 0 {
		m.Metadata[eliza.Untrusted] = true
	}
	return m
}

// memories are what the agent keeps of what it heard: the messages, and the
// facts it was asked to remember.
func (t *Turn) memories(now eliza.Millis) []eliza.Memory {
	var all []eliza.Memory
	for _, m := range append(t.before, t.Message) {
		all = append(all, eliza.Memory{
			ID: m.MemoryID(t.Agent.ID), AgentID: t.Agent.ID, Type: eliza.MemoryMessages, EntityID: m.AuthorID, RoomID: t.Room.ID, WorldID: t.world.ID, MessageID: m.ID,
			Content: eliza.Content{
				Text: m.Content, Source: m.SourceType, ChannelType: t.Room.Type, Attachments: t.attached(&m),
				InReplyTo: perAgentOrNone(m.InReplyTo, t.Agent.ID),
			},
			Metadata: map[string]any{"type": "message", "source": m.SourceType, "sourceId": m.ID, "senderId": m.AuthorID, "senderName": t.senderName(&m), "channelId": m.ChannelID, "trust": trustOf(&m)},
			Unique:   true, CreatedAt: m.CreatedAt,
		})
	}
	for _, text := range t.effects.Facts {
		fact := eliza.Memory{
			ID: eliza.FactID(t.Message.ID, t.Agent.ID, text), AgentID: t.Agent.ID, Type: eliza.MemoryFacts,
			EntityID: t.Message.AuthorID, RoomID: t.Room.ID, WorldID: t.world.ID, MessageID: t.Message.ID,
			Content: eliza.Content{Text: text, Source: t.Message.SourceType},
			Metadata: map[string]any{
				"type": "custom", "sourceId": t.Message.ID, "senderId": t.Message.AuthorID, "senderName": t.Speaker, "channelId": t.Message.ChannelID,
				"trust": trustOf(&t.Message), "confidence": 1.0, "subject": reflection.SubjectOf(text),
			},
			Unique: true, CreatedAt: now,
		}
		if len(t.read) > 0 { // it may be another's word
			fact.Metadata["trust"] = eliza.TrustInferred
		}
		all = append(all, fact)
	}
	return append(all, t.effects.Sent...)
}

func (t *Turn) ownMemory(c eliza.Content, now eliza.Millis) eliza.Memory {
	return eliza.Memory{
		ID: t.replyID, AgentID: t.Agent.ID, Type: eliza.MemoryMessages, EntityID: t.Agent.ID, RoomID: t.Room.ID, WorldID: t.world.ID, MessageID: t.replyID,
		Content: c, Metadata: map[string]any{
			"type": "message", "source": eliza.SourceAgent, "senderId": t.Agent.ID, "senderName": t.Agent.Name, "channelId": t.Message.ChannelID,
			"trust": eliza.TrustAgent,
		},
		Unique: true, CreatedAt: now,
	}
}

// trustOf is what the words of a message are worth.
func trustOf(m *eliza.Message) eliza.Trust {
	if m.SourceType == eliza.SourceAgent || m.Hops > 0 {
		return eliza.TrustAgent
	}
	return eliza.TrustSaid
}

func (t *Turn) senderName(m *eliza.Message) string {
	if m.ID == t.Message.ID || m.AuthorName == "" {
		return t.Speaker
	}
	return m.AuthorName
}

func perAgentOrNone(id, agent eliza.ID) eliza.ID {
	if id == eliza.NoID {
		return id
	}
	return eliza.PerAgent(id, agent)
}
