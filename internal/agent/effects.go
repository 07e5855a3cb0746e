package agent

import (
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/store"
)

// Effects are all that the actions of a turn change. They are stored with the
// end of the turn, in one transaction, and kept with a turn that waits for an
// approval: whatever a turn may change is a field here, encoded as JSON.
type Effects struct {
	Facts     []string          `json:"facts,omitempty"`    // to remember
	Pictures  []map[string]any  `json:"pictures,omitempty"` // that the agent made, to go with the reply
	Forget    []eliza.ID        `json:"forget,omitempty"`   // memories
	Sent      []eliza.Memory    `json:"sent,omitempty"`     // of messages to other channels
	RoomState *eliza.RoomState  `json:"roomState,omitempty"`
	Roles     map[string]string `json:"roles,omitempty"`    // in the world, by the entity's id
	Settings  map[string]any    `json:"settings,omitempty"` // of the world
	Contacts  []contact         `json:"contacts,omitempty"`
	Zone      *string           `json:"zone,omitempty"` // the speaker's time zone; empty to forget it
	NewTasks  []eliza.Task      `json:"newTasks,omitempty"`
	DropTasks []eliza.ID        `json:"dropTasks,omitempty"`
	Choices   []chosen          `json:"choices,omitempty"`
}

// chosen is an option of a task that a person chose.
type chosen struct {
	Task   eliza.ID `json:"task"`
	Option string   `json:"option"`
	By     eliza.ID `json:"by"`
}

// apply adds what the turn changes to what is stored at its end. Facts and what
// was sent are among the turn's memories, see memories; pictures go with the
// reply, see content.
func (t *Turn) apply(o *messaging.Outcome) {
	e := &t.effects
	o.Forget, o.Changes = e.Forget, t.changes()
	o.Room, o.RoomState = t.Room.ID, e.RoomState
	o.Tasks = store.TaskChanges{New: e.NewTasks, Drop: e.DropTasks}
	for _, c := range e.Choices {
		o.Tasks.Change = append(o.Tasks.Change, t.service.options.Tasks.Choosing(c.Task, c.Option, c.By))
	}
}
