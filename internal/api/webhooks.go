package api

import (
	"context"
	"net/http"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/webhook"
)

func (a *API) webhookRoutes() {
	const tag, all, one = "Webhooks", "/api/webhooks", "/api/webhooks/{webhookId}"
	add(a, operation{id: "create-webhook", method: "POST", paths: []string{all}, tag: tag, status: 201, errors: []int{404, 409}, agents: true,
		summary: "Have an address be told what happens in a channel, in an agent's channels, or everywhere",
		about: "Everywhere takes an admin's key. The secret signs what is sent as Standard Webhooks has it (webhook-id, webhook-timestamp, webhook-signature); it is " +
			"shown in this answer and never again. An event is stored with what it tells of and sent at least once, always with the same webhook-id."}, a.createWebhook)
	add(a, operation{id: "list-webhooks", method: "GET", paths: []string{all}, tag: tag, agents: true, needs: eliza.RightWrite,
		summary: "List the webhooks that the key may change"}, a.listWebhooks)
	add(a, operation{id: "get-webhook", method: "GET", paths: []string{one}, tag: tag, errors: []int{404}, agents: true, needs: eliza.RightWrite,
		summary: "Get a webhook and how it fares"}, a.getWebhook)
	add(a, operation{id: "update-webhook", method: "PATCH", paths: []string{one}, tag: tag, errors: []int{404}, agents: true,
		summary: "Change a webhook; active true begins anew with one that the server ended"}, a.updateWebhook)
	add(a, operation{id: "delete-webhook", method: "DELETE", paths: []string{one}, tag: tag, status: 204, errors: []int{404}, agents: true,
		summary: "Delete a webhook with what it was to be told"}, a.deleteWebhook)
	add(a, operation{id: "test-webhook", method: "POST", paths: []string{one + "/test"}, tag: tag, status: 202, errors: []int{404, 409}, agents: true,
		summary: "Send the event ping to a webhook"}, a.testWebhook)
	add(a, operation{id: "list-webhook-deliveries", method: "GET", paths: []string{one + "/deliveries"}, tag: tag, errors: []int{404}, agents: true, needs: eliza.RightWrite,
		summary: "What a webhook was told and is to be told, newest first"}, a.listWebhookDeliveries)
	add(a, operation{id: "redeliver", method: "POST", paths: []string{one + "/deliveries/{webhookDeliveryId}/redeliver"}, tag: tag, status: 202, errors: []int{404, 409}, agents: true,
		summary: "Tell a webhook again what it was told, or what was given up"}, a.redeliver)
}

// Words is newsOf for webhooks: the name of an event that they may be told of,
// and what it says as JSON.
func Words(e bus.Event) (event string, payload []byte) {
	switch e.(type) {
	case bus.StreamChunk, bus.StreamFailed:
		return "", nil // the answer, and how its delivery ended, follow
	}
	return rendered(e)
}

// WebhookWish is what may be said of a webhook.
type WebhookWish struct {
	URL         *string  `json:"url,omitempty" maxLength:"2000" doc:"Of http or https; private addresses only where ELIZA_OUTBOUND_ALLOW has them"`
	Events      []string `json:"events,omitempty" maxItems:"20" enum:"messageBroadcast,messageDelivery,messageComplete,messageDeleted,channelCleared,channelUpdated,channelDeleted,sessionExpirationWarning,sessionExpired,approvalRequested,approvalDecided" doc:"All when absent or empty"`
	Secret      *string  `json:"secret,omitempty" maxLength:"200" doc:"whsec_ and 24 to 64 bytes in base64; made when absent"`
	Description *string  `json:"description,omitempty" maxLength:"500"`
	Active      *bool    `json:"active,omitempty"`
}

func (w *WebhookWish) wish() webhook.Wish {
	return webhook.Wish{URL: w.URL, Events: w.Events, Secret: w.Secret, Description: w.Description, Active: w.Active}
}

type webhookBody struct {
	Body struct {
		WebhookWish
		ChannelID ID `json:"channelId,omitempty" doc:"The only channel that it is told of"`
		AgentID   ID `json:"agentId,omitempty" doc:"It is told of the channels that this agent takes part in"`
	}
}

type webhookView struct {
	ID             eliza.ID     `json:"id"`
	URL            string       `json:"url"`
	ChannelID      eliza.ID     `json:"channelId,omitzero"`
	AgentID        eliza.ID     `json:"agentId,omitzero"`
	Events         []string     `json:"events" doc:"All when empty"`
	Description    string       `json:"description"`
	Active         bool         `json:"active"`
	DisabledReason string       `json:"disabledReason,omitempty" doc:"Why the server ended it"`
	Failures       int          `json:"failures" doc:"Attempts that failed since the last one that did not"`
	FailingSince   eliza.Millis `json:"failingSince,omitempty"`
	NextAttemptAt  eliza.Millis `json:"nextAttemptAt,omitempty" doc:"Of one that fails"`
	CreatedAt      eliza.Millis `json:"createdAt"`
	UpdatedAt      eliza.Millis `json:"updatedAt"`
}

func viewWebhook(w eliza.Webhook) webhookView {
	return webhookView{
		w.ID, w.URL, w.ChannelID, w.AgentID, orEmpty(w.Events), w.Description, w.Active, w.DisabledReason, w.Failures, w.FailingSince, w.NextAt, w.CreatedAt, w.UpdatedAt,
	}
}

type webhookMade struct {
	webhookView
	Secret string `json:"secret" doc:"It is not shown again"`
}

type webhookList struct {
	Webhooks []webhookView `json:"webhooks"`
}

func (a *API) createWebhook(ctx context.Context, in *webhookBody) (*answer[webhookMade], error) {
	w := in.Body.wish()
	if w.URL == nil {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "url: an address is required"))
	}
	w.ChannelID, w.AgentID = eliza.ID(in.Body.ChannelID), eliza.ID(in.Body.AgentID)
	g := visitOf(ctx).grant
	if g.Agent != eliza.NoID {
		if w.AgentID == eliza.NoID {
			w.AgentID = g.Agent // it ends where the agent's part in the channel ends
		}
		err := a.permitNamed(ctx, w.AgentID)
		if err == nil && w.ChannelID != eliza.NoID {
			err = a.permitChannel(ctx, g, w.ChannelID.String())
		}
		if err != nil {
			return nil, fail(err)
		}
	}
	if err := rules(g, &eliza.Webhook{ChannelID: w.ChannelID, AgentID: w.AgentID}); err != nil {
		return nil, fail(err)
	}
	made, err := a.Webhooks.Create(ctx, w)
	if err != nil {
		return nil, fail(err)
	}
	a.log(ctx).Info("a webhook was made", "id", made.ID, "channel", made.ChannelID, "agent", made.AgentID)
	return created(webhookMade{viewWebhook(made), made.Secret}), nil
}

// rules tells whether a key may have its way with a webhook: one of everything
// is an admin's.
func rules(g access.Grant, w *eliza.Webhook) error {
	switch {
	case g.Agent != eliza.NoID && g.Agent != w.AgentID:
		return eliza.Errorf(eliza.CodeForbidden, otherAgent)
	case w.ChannelID == eliza.NoID && w.AgentID == eliza.NoID && !g.Right.Covers(eliza.RightAdmin):
		return lacks(g, eliza.RightAdmin)
	}
	return nil
}

func (a *API) listWebhooks(ctx context.Context, _ *struct{}) (*answer[webhookList], error) {
	all, err := a.Webhooks.List(ctx)
	if err != nil {
		return nil, fail(err)
	}
	list := webhookList{[]webhookView{}}
	for _, w := range all {
		if rules(visitOf(ctx).grant, &w) == nil {
			list.Webhooks = append(list.Webhooks, viewWebhook(w))
		}
	}
	return ok(list), nil
}

// WebhookPath names a webhook in a path.
type WebhookPath struct {
	WebhookID ID `path:"webhookId"`
}

// webhook finds the one that a path names, if the key may have its way with it.
func (a *API) webhook(ctx context.Context, in WebhookPath) (eliza.Webhook, error) {
	w, err := a.Webhooks.Webhook(ctx, eliza.ID(in.WebhookID))
	if err == nil {
		err = rules(visitOf(ctx).grant, &w)
	}
	return w, err
}

func (a *API) getWebhook(ctx context.Context, in *WebhookPath) (*answer[webhookView], error) {
	w, err := a.webhook(ctx, *in)
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewWebhook(w)), nil
}

type webhookChange struct {
	WebhookPath
	Body WebhookWish
}

func (a *API) updateWebhook(ctx context.Context, in *webhookChange) (*answer[webhookView], error) {
	if _, err := a.webhook(ctx, in.WebhookPath); err != nil {
		return nil, fail(err)
	}
	w, err := a.Webhooks.Update(ctx, eliza.ID(in.WebhookID), in.Body.wish())
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewWebhook(w)), nil
}

func (a *API) deleteWebhook(ctx context.Context, in *WebhookPath) (*none, error) {
	_, err := a.webhook(ctx, *in)
	if err == nil {
		err = a.Webhooks.Delete(ctx, eliza.ID(in.WebhookID))
	}
	if err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

type webhookDeliveryView struct {
	ID          eliza.ID           `json:"id" doc:"What webhook-id says"`
	WebhookID   eliza.ID           `json:"webhookId"`
	Event       string             `json:"event"`
	State       eliza.WebhookState `json:"state" enum:"pending,delivered,failed"`
	Attempts    int                `json:"attempts"`
	LastStatus  int                `json:"lastStatus,omitempty" doc:"What the address answered last"`
	LastError   string             `json:"lastError,omitempty"`
	CreatedAt   eliza.Millis       `json:"createdAt"`
	AttemptedAt eliza.Millis       `json:"attemptedAt,omitempty"`
	EndedAt     eliza.Millis       `json:"endedAt,omitempty"`
}

func viewWebhookDelivery(d eliza.WebhookDelivery) webhookDeliveryView {
	return webhookDeliveryView{d.ID, d.WebhookID, d.Event, d.State, d.Attempts, d.LastStatus, d.LastError, d.CreatedAt, d.AttemptedAt, d.EndedAt}
}

func (a *API) testWebhook(ctx context.Context, in *WebhookPath) (*answer[webhookDeliveryView], error) {
	_, err := a.webhook(ctx, *in)
	if err != nil {
		return nil, fail(err)
	}
	d, err := a.Webhooks.Ping(ctx, eliza.ID(in.WebhookID))
	return underway(d, err)
}

func underway(d eliza.WebhookDelivery, err error) (*answer[webhookDeliveryView], error) {
	if err != nil {
		return nil, fail(err)
	}
	out := ok(viewWebhookDelivery(d))
	out.Status = http.StatusAccepted
	return out, nil
}

type webhookDeliveryQuery struct {
	WebhookPath
	State  eliza.WebhookState `query:"state" enum:"pending,delivered,failed" doc:"Only those in this state"`
	Limit  int                `query:"limit" default:"50" minimum:"1" maximum:"100"`
	Offset int                `query:"offset" minimum:"0" maximum:"100000"`
}

type webhookDeliveryList struct {
	Deliveries []webhookDeliveryView `json:"deliveries"`
}

func (a *API) listWebhookDeliveries(ctx context.Context, in *webhookDeliveryQuery) (*answer[webhookDeliveryList], error) {
	if _, err := a.webhook(ctx, in.WebhookPath); err != nil {
		return nil, fail(err)
	}
	list, err := a.Webhooks.Deliveries(ctx, eliza.ID(in.WebhookID), webhook.Query{State: in.State, Limit: in.Limit, Offset: in.Offset})
	if err != nil {
		return nil, fail(err)
	}
	return ok(webhookDeliveryList{views(list, viewWebhookDelivery)}), nil
}

type webhookDeliveryPath struct {
	WebhookPath
	DeliveryID ID `path:"webhookDeliveryId"`
}

func (a *API) redeliver(ctx context.Context, in *webhookDeliveryPath) (*answer[webhookDeliveryView], error) {
	if _, err := a.webhook(ctx, in.WebhookPath); err != nil {
		return nil, fail(err)
	}
	d, err := a.Webhooks.Redeliver(ctx, eliza.ID(in.WebhookID), eliza.ID(in.DeliveryID))
	return underway(d, err)
}
