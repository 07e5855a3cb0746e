package eliza

import "slices"

// Webhook is an address that wants to be told what happens.
type Webhook struct {
	ID          ID       `bun:"id,pk"`
	ChannelID   ID       `bun:"channel_id,nullzero"` // of this channel only; none: of every one
	AgentID     ID       `bun:"agent_id,nullzero"`   // of channels that this agent takes part in; none: of every one
	URL         string   `bun:"url"`
	Events      []string `bun:"events"` // names; none: all
	Secret      string   `bun:"secret"` // signs what is sent; sealed in the database
	Description string   `bun:"description"`
	Active      bool     `bun:"active"`
	// DisabledReason says why the server ended a webhook that is not active.
	DisabledReason string `bun:"disabled_reason"`
	Failures       int    `bun:"failures"`               // attempts that failed since the last one that did not
	FailingSince   Millis `bun:"failing_since,nullzero"` // the first of them; 0: none
	NextAt         Millis `bun:"next_at"`                // not before then is the next attempt
	Owner          string `bun:"owner,nullzero"`         // the node that sends now
	CreatedAt      Millis `bun:"created_at"`
	UpdatedAt      Millis `bun:"updated_at"`
}

// Wants reports whether a webhook is told of events of a name.
func (w *Webhook) Wants(event string) bool {
	return len(w.Events) == 0 || slices.Contains(w.Events, event)
}

// WebhookState tells how far an event is on its way to a webhook.
type WebhookState string

// A delivery is pending until the address has taken it or enough was tried.
const (
	WebhookPending   WebhookState = "pending"
	WebhookDelivered WebhookState = "delivered"
	WebhookFailed    WebhookState = "failed"
)

// WebhookDelivery is one event that a webhook is told of.
type WebhookDelivery struct {
	N           int64        `bun:"n,pk,autoincrement"` // the order in which a webhook is told
	ID          ID           `bun:"id"`                 // the same in every attempt
	WebhookID   ID           `bun:"webhook_id"`
	Event       string       `bun:"event"`
	Payload     string       `bun:"payload"` // JSON
	State       WebhookState `bun:"state"`
	Attempts    int          `bun:"attempts"`
	LastStatus  int          `bun:"last_status"` // of HTTP; 0 when there was no answer
	LastError   string       `bun:"last_error"`  // for a person
	CreatedAt   Millis       `bun:"created_at"`
	AttemptedAt Millis       `bun:"attempted_at,nullzero"`
	EndedAt     Millis       `bun:"ended_at,nullzero"`
}
