package eliza

// RunStatus tells how a run ended.
type RunStatus string

// The states of a run.
const (
	RunStarted   RunStatus = "started"
	RunCompleted RunStatus = "completed"
	RunTimeout   RunStatus = "timeout"
	RunError     RunStatus = "error"
)

// RunEvent is one step of a run, named in ElizaOS's words: RUN_STARTED,
// MODEL_USED, ACTION_STARTED, ACTION_COMPLETED, EVALUATOR_COMPLETED, RUN_ENDED,
// and in words of its own what ElizaOS does not tell: SHOULD_RESPOND,
// CONTEXT_TRIMMED, ACTION_REPEATED and others.
type RunEvent struct {
	Type string         `json:"type"`
	At   Millis         `json:"timestamp"`
	Data map[string]any `json:"data,omitempty"`
}

// Run is the record of one turn of an agent.
type Run struct {
	ID        ID         `bun:"id,pk"`
	AgentID   ID         `bun:"agent_id"`
	RoomID    ID         `bun:"room_id"`
	EntityID  ID         `bun:"entity_id"`
	MessageID ID         `bun:"message_id"`
	Status    RunStatus  `bun:"status"`
	StartedAt Millis     `bun:"started_at"`
	EndedAt   Millis     `bun:"ended_at"`
	Usage     Usage      `bun:"usage"`
	Events    []RunEvent `bun:"events"`
	Error     string     `bun:"error"` // empty when it went well
}

// Log is one row of an agent's log, as ElizaOS's table of that name has it.
type Log struct {
	ID        ID             `bun:"id,pk"`
	AgentID   ID             `bun:"agent_id"`
	EntityID  ID             `bun:"entity_id"`
	RoomID    ID             `bun:"room_id"`
	Type      string         `bun:"type"`  // "useModel:TEXT_LARGE", "action", "run_event" ...
	Level     string         `bun:"level"` // error, warn, info or debug
	Body      map[string]any `bun:"body"`
	CreatedAt Millis         `bun:"created_at"`
}
