package eliza

import "slices"

// TaskState tells how far a task is.
type TaskState string

// A task waits for its moment, is done by a worker, and is gone then, or waits
// again when it repeats. A paused one, one that failed for good and one that
// nobody put into the queue wait for a person.
const (
	TaskWaiting  TaskState = "waiting"
	TaskRunning  TaskState = "running"
	TaskPaused   TaskState = "paused"
	TaskFailed   TaskState = "failed"
	TaskChoosing TaskState = "awaiting_choice"
	TaskIdle     TaskState = "idle"
)

// The tags of ElizaOS that mean something (CONCEPTS, "Tasks").
const (
	TagQueue     = "queue"           // the service runs it when its moment comes
	TagRepeat    = "repeat"          // and again, else it is deleted then
	TagImmediate = "immediate"       // its first moment is now
	TagChoice    = "AWAITING_CHOICE" // it runs when somebody has chosen one of its options
	TagReminder  = "reminder"        // an agent was asked to remind somebody
)

// Task is something that an agent does at a moment, or when somebody has
// chosen.
type Task struct {
	ID          ID             `bun:"id,pk"`
	AgentID     ID             `bun:"agent_id"`
	Name        string         `bun:"name"` // of the worker that does it
	Description string         `bun:"description"`
	RoomID      ID             `bun:"room_id,nullzero"` // the agent's; the task is deleted with it
	WorldID     ID             `bun:"world_id,nullzero"`
	EntityID    ID             `bun:"entity_id,nullzero"` // for whom
	Tags        []string       `bun:"tags"`
	Metadata    map[string]any `bun:"metadata"`
	State       TaskState      `bun:"state"`
	DueAt       Millis         `bun:"due_at,nullzero"` // the moment that it is for
	RunAt       Millis         `bun:"run_at,nullzero"` // when it is tried next; later than DueAt after a failure, 0 when it waits for a person
	Attempts    int            `bun:"attempts"`        // for this moment
	LastRunAt   Millis         `bun:"last_run_at,nullzero"`
	LastError   string         `bun:"last_error"`
	Owner       string         `bun:"owner,nullzero"` // the node that does it now
	CreatedAt   Millis         `bun:"created_at"`
	UpdatedAt   Millis         `bun:"updated_at"`
}

// Tagged reports whether a task has a tag.
func (t *Task) Tagged(tag string) bool { return slices.Contains(t.Tags, tag) }

// MetaText returns a text from the metadata, "" when absent or of another type.
func (t *Task) MetaText(key string) string {
	s, _ := t.Metadata[key].(string)
	return s
}

// Option is something that may be chosen.
type Option struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// Options are what may be chosen of a task: metadata.options.
func (t *Task) Options() (list []Option) {
	given, _ := t.Metadata["options"].([]any)
	for _, each := range given {
		switch v := each.(type) {
		case string:
			list = append(list, Option{Name: v})
		case map[string]any:
			name, _ := v["name"].(string)
			about, _ := v["description"].(string)
			if name != "" {
				list = append(list, Option{name, about})
			}
		}
	}
	return list
}
