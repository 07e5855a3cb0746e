// Package job answers one question each: a job is a message to an agent, in a
// channel of its own that has the job's id, and what becomes of the message's
// delivery. The delivery is the truth; a job only waits for it until a
// deadline, and remembers how it ended. Both lie in the database, so a job
// outlives its server.
//
// The facts are those of the jobs API of ElizaOS's server 1.7.2. There no job
// ever completes; here the agent's reply completes it.
package job

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/store"
)

// Limits of a job.
const (
	MaxPrompt   = 50_000 // characters
	MaxMetadata = 10_000 // bytes of JSON
	MinTimeout  = time.Second
	MaxTimeout  = 5 * time.Minute
	// DefaultTimeout is the one of a job that names none.
	DefaultTimeout = 30 * time.Second

	// MaxJobs is how many jobs are kept. When there are so many, the oldest
	// tenth makes room, of those that have ended.
	MaxJobs = 10_000
	// kept is for how long a job is remembered that has ended.
	kept = time.Hour

	sourceType = "job_request"
)

// Options are what tests change.
type Options struct {
	Now     func() time.Time // nil: time.Now
	MaxJobs int              // 0: MaxJobs
}

// Service is the room of jobs. It is safe for concurrent use.
type Service struct {
	store     *store.Store
	messaging *messaging.Service
	options   Options
}

// New makes the room. Work begins it, Tick is due about every second.
func New(s *store.Store, m *messaging.Service, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxJobs == 0 {
		o.MaxJobs = MaxJobs
	}
	return &Service{store: s, messaging: m, options: o}
}

// Request asks for a job.
type Request struct {
	AgentID  eliza.ID // NoID: an agent that runs
	UserID   eliza.ID
	Prompt   string
	Timeout  time.Duration // 0: DefaultTimeout
	Metadata map[string]any
}

// Job is a job with the agent's answer, while that is there.
type Job struct {
	eliza.Job
	Reply *eliza.Message
}

// Create stores a job and posts its message. When it returns, both are on
// disk. Error codes: INVALID_REQUEST, AGENT_NOT_FOUND (also when it does not
// run), RATE_LIMIT_EXCEEDED when too many jobs run, DB_ERROR.
func (s *Service) Create(ctx context.Context, r Request) (Job, error) {
	if r.Timeout == 0 {
		r.Timeout = DefaultTimeout
	}
	if r.Metadata == nil {
		r.Metadata = map[string]any{}
	}
	if err := r.check(); err != nil {
		return Job{}, err
	}
	agent, err := s.agent(ctx, r.AgentID)
	if err != nil {
		return Job{}, err
	}
	if agent == r.UserID {
		return Job{}, eliza.Errorf(eliza.CodeInvalidRequest, "userId: an agent has no jobs for itself")
	}
	if err := s.makeRoom(ctx); err != nil {
		return Job{}, err
	}
	now := s.now()
	row := eliza.Job{
		ID: eliza.NewID(), AgentID: agent, UserID: r.UserID, MessageID: eliza.NewID(), Status: eliza.JobProcessing,
		CreatedAt: now, ExpiresAt: now + eliza.Millis(r.Timeout.Milliseconds()), Prompt: r.Prompt, Metadata: r.Metadata,
	}
	channel := eliza.Channel{
		ID: row.ID, ServerID: eliza.DefaultServerID, Name: "job-" + row.ID.String(), Type: eliza.TypeDM,
		Metadata: with(row.Metadata, map[string]any{
			"jobId": row.ID.String(), "agentId": agent.String(), "userId": row.UserID.String(), "isJobChannel": true,
		}),
		CreatedAt: now, UpdatedAt: now,
	}
	if err := s.store.CreateJob(ctx, row, channel, []eliza.ID{row.UserID, agent}); err != nil {
		return Job{}, fmt.Errorf("create job: %w", err)
	}
	if err := s.post(ctx, &row); err != nil {
		// The job goes with its channel. Should that fail too, the next start
		// posts its message.
		_ = s.messaging.DeleteChannel(context.WithoutCancel(ctx), row.ID)
		return Job{}, err
	}
	return Job{Job: row}, nil
}

func (r *Request) check() error {
	if r.Timeout < MinTimeout || r.Timeout > MaxTimeout {
		return eliza.Errorf(eliza.CodeInvalidRequest, "timeoutMs: must be between %d and %d", MinTimeout.Milliseconds(), MaxTimeout.Milliseconds())
	}
	b, err := json.Marshal(r.Metadata)
	if err != nil {
		return &eliza.Error{Code: eliza.CodeInvalidRequest, Message: "metadata: cannot be written as JSON", Err: err}
	}
	if len(b) > MaxMetadata {
		return eliza.Errorf(eliza.CodeInvalidRequest, "metadata: longer than %d bytes", MaxMetadata)
	}
	return nil
}

// agent returns the agent that is asked for, or else the first that runs.
func (s *Service) agent(ctx context.Context, id eliza.ID) (eliza.ID, error) {
	if id != eliza.NoID {
		a, err := s.store.Agent(ctx, id)
		if eliza.ErrorCode(err) == eliza.CodeNotFound || err == nil && a.Status != eliza.Active {
			err = eliza.Errorf(eliza.CodeAgentUnavailable, "Agent %s not found", id)
		}
		return id, err
	}
	all, err := s.store.AgentEntries(ctx)
	if err != nil {
		return id, fmt.Errorf("choose the job's agent: %w", err)
	}
	for _, a := range all {
		if a.Status == eliza.Active {
			return a.ID, nil
		}
	}
	return id, eliza.Errorf(eliza.CodeAgentUnavailable, "No agents available on server")
}

// post posts a job's message, once however often it is called.
func (s *Service) post(ctx context.Context, row *eliza.Job) error {
	raw, err := json.Marshal(map[string]string{"content": row.Prompt})
	if err != nil {
		return fmt.Errorf("encode the job's message: %w", err)
	}
	_, err = s.messaging.Post(ctx, messaging.Post{
		ID: row.MessageID, ChannelID: row.ID, ServerID: eliza.DefaultServerID, AuthorID: row.UserID, Content: row.Prompt, Raw: raw,
		SourceType: sourceType, Metadata: with(row.Metadata, map[string]any{"jobId": row.ID.String(), "isJobMessage": true}),
	})
	if err != nil {
		return fmt.Errorf("post the job's message: %w", err)
	}
	return nil
}

// with puts own over metadata.
func with(metadata, own map[string]any) map[string]any {
	all := maps.Clone(metadata)
	maps.Copy(all, own)
	return all
}

// makeRoom keeps the number of jobs within its limit.
func (s *Service) makeRoom(ctx context.Context) error {
	total, err := s.store.JobTotal(ctx, eliza.NoID)
	if err != nil || total < s.options.MaxJobs {
		return err
	}
	if err := s.settle(ctx, eliza.NoID); err != nil {
		return err
	}
	dropped, err := s.store.DropOldestJobs(ctx, max(1, s.options.MaxJobs/10))
	if err == nil && dropped == 0 {
		err = eliza.Errorf(eliza.CodeRateLimit, "%d jobs are running; try again when one has ended", total)
	}
	return err
}

func (s *Service) now() eliza.Millis { return eliza.Millis(s.options.Now().UnixMilli()) }
