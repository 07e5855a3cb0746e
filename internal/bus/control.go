package bus

import "github.com/elizad/elizad/internal/eliza"

// Controlled asks the clients of a channel to change how they behave.
type Controlled struct {
	ChannelID eliza.ID
	Action    string // disable_input or enable_input
	Target    string // what of a client is meant; empty for all of it
}

// Channel implements Event.
func (e Controlled) Channel() eliza.ID { return e.ChannelID }
