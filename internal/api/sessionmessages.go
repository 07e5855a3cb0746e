package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/session"
)

type sessionMessage struct {
	SessionPath
	LastEventID
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"A message sent again with the same key is stored once"`
	Body           struct {
		Content     string         `json:"content" minLength:"1" maxLength:"4000"`
		Attachments []any          `json:"attachments,omitempty"`
		Metadata    map[string]any `json:"metadata,omitempty" doc:"At most 10240 bytes of JSON"`
		Transport   string         `json:"transport,omitempty" enum:"http,sse,websocket,sync,stream" doc:"websocket when absent; sync and stream are older names of http and sse"`
		Mode        string         `json:"mode,omitempty" enum:"http,sse,websocket,sync,stream" doc:"Older name of transport"`
	}
}

// post makes the message of a session.
func (in *sessionMessage) post(s *eliza.Session) (messaging.Post, error) {
	b := &in.Body
	raw := map[string]any{"content": b.Content}
	metadata := session.MessageMetadata(s, b.Metadata)
	if len(b.Attachments) > 0 {
		raw["attachments"], metadata["attachments"] = b.Attachments, b.Attachments
	}
	encoded, err := json.Marshal(raw)
	if err != nil {
		return messaging.Post{}, fmt.Errorf("encode a session's message: %w", err)
	}
	shown, _ := b.Metadata["user_display_name"].(string)
	known, _ := s.Metadata["username"].(string)
	return messaging.Post{
		ChannelID: s.ID, ServerID: eliza.DefaultServerID, AuthorID: s.UserID, AuthorName: cmp.Or(shown, known), Content: b.Content, Raw: encoded,
		SourceType: "user", Metadata: metadata, IdempotencyKey: in.IdempotencyKey,
	}, nil
}

type sessionStatus struct {
	ExpiresAt        string `json:"expiresAt" format:"date-time"`
	RenewalCount     int    `json:"renewalCount"`
	WasRenewed       bool   `json:"wasRenewed"`
	IsNearExpiration bool   `json:"isNearExpiration"`
}

// sessionSaid is a message of a session as OpenAPI 1.2.0 has it.
type sessionSaid struct {
	ID            eliza.ID       `json:"id"`
	Content       string         `json:"content"`
	AuthorID      eliza.ID       `json:"authorId"`
	CreatedAt     string         `json:"createdAt" format:"date-time"`
	Metadata      map[string]any `json:"metadata"`
	SessionStatus sessionStatus  `json:"sessionStatus"`
}

// sessionSent is the answer to a message. It holds what OpenAPI 1.2.0 says
// and what server 1.7.2 says, and both again in data, which is all that
// @elizaos/api-client sees of a success.
type sessionSent struct {
	Success bool `json:"success"`
	sessionSentData
	Deliveries []deliveryView  `json:"deliveries"`
	Data       sessionSentData `json:"data"`
}

type sessionSentData struct {
	sessionSaid
	UserMessage   busMessage      `json:"userMessage"`
	AgentResponse json.RawMessage `json:"agentResponse,omitempty"` // absent when it was not waited for, null when none came
}

func viewSessionSent(m eliza.Message, deliveries []deliveryView, status sessionStatus, answer json.RawMessage) sessionSent {
	data := sessionSentData{
		sessionSaid:   sessionSaid{m.ID, m.Content, m.AuthorID, m.CreatedAt.ISO(), m.Metadata, status},
		UserMessage:   viewBus(m),
		AgentResponse: answer,
	}
	return sessionSent{Success: true, sessionSentData: data, Deliveries: orEmpty(deliveries), Data: data}
}

func (a *API) sendSessionMessage(ctx context.Context, in *sessionMessage) (*huma.StreamResponse, error) {
	id, err := in.id()
	if err == nil {
		err = session.CheckMetadata(in.Body.Metadata)
	}
	if err != nil {
		return nil, fail(err)
	}
	s, renewed, err := a.Sessions.Touch(ctx, id)
	if err != nil {
		return nil, fail(err)
	}
	post, err := in.post(&s.Session)
	if err != nil {
		return nil, fail(err)
	}
	status := sessionStatus{s.ExpiresAt.ISO(), s.RenewalCount, renewed, s.Near()}
	switch cmp.Or(in.Body.Transport, in.Body.Mode) {
	case "http", "sync":
		m, o, err := a.answered(ctx, post)
		if err != nil {
			return nil, sessionFailure(err)
		}
		answer, err := json.Marshal(o.answer)
		if err != nil {
			return nil, fail(fmt.Errorf("encode an answer: %w", err))
		}
		return jsonResponse(http.StatusCreated, viewSessionSent(m, o.deliveries, status, answer)), nil
	case "sse", "stream":
		stream, err := a.answerOverSSE(ctx, post, in.LastEventID)
		if err != nil {
			return nil, sessionFailure(err)
		}
		return stream, nil
	}
	posted, err := a.Messaging.Post(ctx, post)
	if err != nil {
		return nil, sessionFailure(err)
	}
	return jsonResponse(http.StatusCreated, viewSessionSent(posted.Message, views(posted.Deliveries, viewDelivery), status, nil)), nil
}

type sessionMessagesQuery struct {
	SessionPath
	Limit  int    `query:"limit" default:"50" doc:"From 1 to 100; what is beyond counts as the nearest of them"`
	Before Moment `query:"before" doc:"Only messages before this moment"`
	After  Moment `query:"after" doc:"Only messages after this moment"`
}

type sessionHeard struct {
	ID        eliza.ID       `json:"id"`
	Content   string         `json:"content"`
	AuthorID  eliza.ID       `json:"authorId"`
	IsAgent   bool           `json:"isAgent"`
	CreatedAt string         `json:"createdAt" format:"date-time"`
	Metadata  map[string]any `json:"metadata"`
}

type sessionCursors struct {
	Before eliza.Millis `json:"before" doc:"When the oldest of them was made"`
	After  eliza.Millis `json:"after" doc:"When the newest of them was made"`
}

type sessionHistory struct {
	Messages []sessionHeard  `json:"messages"`
	HasMore  bool            `json:"hasMore" doc:"There are older ones"`
	Cursors  *sessionCursors `json:"cursors,omitempty"`
}

func (a *API) listSessionMessages(ctx context.Context, in *sessionMessagesQuery) (*bare[sessionHistory], error) {
	id, err := in.id()
	if err == nil {
		_, err = a.Sessions.Session(ctx, id)
	}
	if err != nil {
		return nil, fail(err)
	}
	limit := max(1, min(in.Limit, 100))
	messages, err := a.Messaging.Messages(ctx, id, messaging.Page{Limit: limit + 1, Before: in.Before.at, After: in.After.at})
	if err != nil {
		return nil, fail(err)
	}
	out := sessionHistory{HasMore: len(messages) > limit}
	messages = messages[:min(limit, len(messages))]
	out.Messages = views(messages, func(m eliza.Message) sessionHeard {
		v := viewListed(m)
		return sessionHeard{m.ID, m.Content, m.AuthorID, m.SourceType == eliza.SourceAgent, v.CreatedAt, v.Metadata}
	})
	if n := len(messages); n > 0 {
		out.Cursors = &sessionCursors{Before: messages[n-1].CreatedAt, After: messages[0].CreatedAt}
	}
	return plain(out), nil
}
