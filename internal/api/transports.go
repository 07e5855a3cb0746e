package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

// answerTime bounds how long a request waits for an answer; the message is
// answered all the same.
const answerTime = 10 * time.Minute

// Sent answers a post.
type Sent struct {
	Success     bool           `json:"success"`
	UserMessage busMessage     `json:"userMessage"`
	Deliveries  []deliveryView `json:"deliveries"`
	Data        MessageView    `json:"data"` // the message again: all that @elizaos/api-client sees of a success
}

func sent(m eliza.Message, deliveries []deliveryView) Sent {
	return Sent{Success: true, UserMessage: viewBus(m), Deliveries: orEmpty(deliveries), Data: viewMessage(m)}
}

// answered is Sent with the agent's answer, null when none came.
type answered struct {
	Sent
	AgentResponse *agentResponse `json:"agentResponse"`
}

// postAnswer is what a post is answered with, for the reference: agentResponse
// is there with transport http.
type postAnswer struct {
	Sent
	AgentResponse responseOrNull `json:"agentResponse" required:"false"`
}

type responseOrNull struct{}

// Schema implements huma.SchemaProvider.
func (responseOrNull) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{r.Schema(reflect.TypeFor[agentResponse](), true, "AgentResponse"), {Type: "null"}}}
}

// agentResponse is what an agent said or decided, as ElizaOS returns it.
type agentResponse struct {
	Thought    string       `json:"thought"`
	Actions    []string     `json:"actions"`
	Providers  []string     `json:"providers"`
	Text       string       `json:"text"`
	Simple     bool         `json:"simple"`
	ResponseID eliza.ID     `json:"responseId,omitzero"`
	MessageID  eliza.ID     `json:"messageId,omitzero"`
	AgentID    eliza.ID     `json:"agentId"`
	InReplyTo  eliza.ID     `json:"inReplyTo,omitzero"`
	Reason     eliza.Reason `json:"reason,omitempty"`
	// Attachments are what goes with the answer, such as a picture that the
	// agent made.
	Attachments []map[string]any `json:"attachments,omitempty"`
}

func viewResponse(e bus.DeliveryEnded) *agentResponse {
	r := &agentResponse{
		Thought: e.Content.Thought, Actions: orEmpty(e.Content.Actions), Providers: orEmpty(e.Content.Providers), Text: e.Content.Text,
		ResponseID: e.Delivery.ReplyID, MessageID: e.Delivery.ReplyID, AgentID: e.Delivery.AgentID, Reason: e.Delivery.Reason,
		InReplyTo: eliza.PerAgent(e.Delivery.MessageID, e.Delivery.AgentID), Attachments: e.Content.Attachments,
	}
	if e.Content.Reasoned {
		r.Thought = "" // it is kept with the message and its memory, not handed to whoever waits for the answer
	}
	if len(r.Actions) == 0 && e.Delivery.State == eliza.Ignored {
		r.Actions, r.Thought = []string{"IGNORE"}, e.Delivery.Detail
	}
	r.Simple = len(r.Actions) == 1 && (r.Actions[0] == "REPLY" || r.Actions[0] == "IGNORE")
	return r
}

// outcome is what came of a message: the first answer, else the first
// silence, else the failure.
type outcome struct {
	answer     *agentResponse
	failed     *eliza.Delivery
	retryAt    eliza.Millis
	held       map[eliza.ID]deliveryView // those that wait for a budget, by agent
	deliveries []deliveryView
}

// hold notes a delivery that waits.
func (o *outcome) hold(e bus.DeliveryHeld) {
	if o.held == nil {
		o.held = map[eliza.ID]deliveryView{}
	}
	o.held[e.Delivery.AgentID] = viewDelivery(e.Delivery)
}

func (o *outcome) add(e bus.DeliveryEnded) {
	delete(o.held, e.Delivery.AgentID)
	o.deliveries = append(o.deliveries, viewDelivery(e.Delivery))
	switch {
	case e.Delivery.State == eliza.Failed:
		if o.failed == nil {
			o.failed, o.retryAt = &e.Delivery, e.RetryAt
		}
	case o.answer == nil || e.Reply != nil && o.answer.Text == "":
		o.answer = viewResponse(e)
	}
}

// err words a failure when nobody answered.
func (o *outcome) err() error {
	if o.failed == nil || o.answer != nil && o.answer.Text != "" {
		return nil
	}
	err := fail(eliza.Errorf(o.failed.Reason.Code(), "%s", o.failed.Detail))
	if o.retryAt == 0 {
		return err
	}
	wait := max(1, (o.retryAt-eliza.Now()+999)/1000)
	return huma.ErrorWithHeaders(err, http.Header{"Retry-After": {strconv.FormatInt(int64(wait), 10)}})
}

// waiting is the error that tells of a message that waits for a budget, where
// an answer has no place for its deliveries.
func (o *outcome) waiting() error {
	for _, held := range o.held {
		return fail(eliza.Errorf(eliza.CodeRateLimit, "%s The message is stored and will be answered then.", held.Detail))
	}
	return nil
}

// waits reports whether all of so many deliveries that have not ended wait for
// a budget. The deliveries say so then.
func (o *outcome) waits(pending int) bool {
	if len(o.held) == 0 || len(o.held) < pending {
		return false
	}
	for _, held := range o.held {
		o.deliveries = append(o.deliveries, held)
	}
	return true
}

func (a *API) answerOverHTTP(ctx context.Context, post messaging.Post) (*huma.StreamResponse, error) {
	m, o, err := a.answered(ctx, post)
	if err != nil {
		return nil, err
	}
	return jsonResponse(http.StatusCreated, answered{Sent: sent(m, o.deliveries), AgentResponse: o.answer}), nil
}

// answered posts a message and waits until every agent has dealt with it.
func (a *API) answered(ctx context.Context, post messaging.Post) (eliza.Message, outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var o outcome
	posted, follower, err := a.Messaging.PostAndFollow(ctx, post)
	if err != nil {
		return eliza.Message{}, o, fail(err)
	}
	defer follower.Close()
	for {
		e, err := follower.Next(ctx)
		if err != nil {
			return posted.Message, o, fail(eliza.Errorf(eliza.CodeTimeout, "No agent has answered yet; the message is stored and will be answered"))
		}
		if e == nil {
			return posted.Message, o, o.err()
		}
		switch e := e.(type) {
		case bus.DeliveryEnded:
			o.add(e)
		case bus.DeliveryHeld:
			if o.hold(e); o.waits(follower.Pending()) {
				return posted.Message, o, o.err()
			}
		}
	}
}

// jsonResponse is an answer of an operation that may also stream.
func jsonResponse(status int, v any) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(h huma.Context) {
		h.SetHeader("Content-Type", "application/json")
		h.SetStatus(status)
		e := json.NewEncoder(h.BodyWriter())
		e.SetEscapeHTML(false)
		_ = e.Encode(v)
	}}
}
