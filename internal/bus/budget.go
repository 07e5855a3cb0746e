package bus

import "github.com/elizad/elizad/internal/eliza"

// BudgetWarning says that a budget is nearly spent, or more than spent. The
// channel is the one in which that was noticed.
type BudgetWarning struct {
	ChannelID eliza.ID
	AgentID   eliza.ID
	Budget    eliza.Budget
	Target    eliza.ID // whose account it is; none: the server's
	Used      int64
	ResetsAt  eliza.Millis
	Text      string // for a person
}

// DeliveryHeld says that a delivery stays pending and why; ResumesAt is when
// it goes on by itself.
type DeliveryHeld struct {
	Delivery  eliza.Delivery
	ResumesAt eliza.Millis
}

// Channel implements Event.
func (e BudgetWarning) Channel() eliza.ID { return e.ChannelID }

// Channel implements Event.
func (e DeliveryHeld) Channel() eliza.ID { return e.Delivery.ChannelID }
