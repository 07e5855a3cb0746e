package eliza

// JobStatus tells how far a job is.
type JobStatus string

// A job begins in processing and ends in one of the others. Pending is a state
// of ElizaOS that a job never has here: it is processing once it is stored.
const (
	JobPending    JobStatus = "pending"
	JobProcessing JobStatus = "processing"
	JobCompleted  JobStatus = "completed"
	JobFailed     JobStatus = "failed"
	JobTimeout    JobStatus = "timeout"
)

// Job is one message to an agent and what came of it. It has the id of its
// channel.
type Job struct {
	ID        ID             `bun:"id,pk"`
	AgentID   ID             `bun:"agent_id"`
	UserID    ID             `bun:"user_id"`
	MessageID ID             `bun:"message_id"` // chosen with the job, before the message is posted
	Status    JobStatus      `bun:"status"`
	Reason    Reason         `bun:"reason"` // why it failed
	Error     string         `bun:"error"`  // the same as a sentence
	ReplyID   ID             `bun:"reply_id,nullzero"`
	CreatedAt Millis         `bun:"created_at"`
	ExpiresAt Millis         `bun:"expires_at"`
	EndedAt   Millis         `bun:"ended_at,nullzero"`
	Prompt    string         `bun:"prompt"`
	Metadata  map[string]any `bun:"metadata"`
}
