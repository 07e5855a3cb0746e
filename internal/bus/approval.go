package bus

import "github.com/elizad/elizad/internal/eliza"

// ApprovalRequested says that an agent asks whether it may do something.
type ApprovalRequested struct{ Approval eliza.Approval }

// ApprovalDecided says what became of such a request.
type ApprovalDecided struct{ Approval eliza.Approval }

// Channel implements Event.
func (e ApprovalRequested) Channel() eliza.ID { return e.Approval.ChannelID }

// Channel implements Event.
func (e ApprovalDecided) Channel() eliza.ID { return e.Approval.ChannelID }
