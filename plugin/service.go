package plugin

import "context"

// Service is something that goes on beside the agents, such as a watch over
// another server. Start is called when every plugin has been initialised, in
// their order, and Stop in the reverse order when the server stops.
type Service struct {
	Name string
	// Start begins it and returns; what goes on is begun by Host.Go. An error
	// keeps the server from starting.
	Start func(ctx context.Context) error
	// Stop lets go of what Start took; nil when there is nothing.
	Stop func(ctx context.Context) error
}
