package api

import (
	"context"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/job"
)

func (a *API) jobRoutes() {
	const tag, all = "Jobs", "/api/messaging/jobs"
	add(a, operation{id: "create-job", agents: true, method: "POST", paths: []string{all}, tag: tag, status: 201, errors: []int{404, 429},
		summary: "Ask an agent something and come back for the answer",
		about: "The question is a message in a channel that has the job's id. The agent's reply completes the job; without one it fails with the reason of its delivery, " +
			"or times out when timeoutMs have passed. A job outlives a restart of the server."}, a.createJob)
	add(a, operation{id: "list-jobs", method: "GET", paths: []string{all}, tag: tag, summary: "List jobs, the newest first"}, a.listJobs)
	add(a, operation{id: "job-health", method: "GET", paths: []string{all + "/health"}, tag: tag, summary: "How the jobs are"}, a.jobHealth)
	add(a, operation{id: "get-job", method: "GET", paths: []string{all + "/{jobId}"}, tag: tag, summary: "Get a job with its answer", errors: []int{404}}, a.getJob)
}

type jobBody struct {
	Body struct {
		UserID    ID             `json:"userId"`
		AgentID   ID             `json:"agentId,omitempty" doc:"The first agent that runs when absent"`
		Content   string         `json:"content" minLength:"1" maxLength:"50000"`
		TimeoutMs int64          `json:"timeoutMs,omitempty" minimum:"1000" maximum:"300000" doc:"30000 when absent"`
		Metadata  map[string]any `json:"metadata,omitempty" doc:"At most 10000 bytes of JSON"`
	}
}

// JobBegun is a job at its beginning.
type JobBegun struct {
	JobID     eliza.ID        `json:"jobId"`
	Status    eliza.JobStatus `json:"status" enum:"pending,processing,completed,failed,timeout"`
	CreatedAt eliza.Millis    `json:"createdAt"`
	ExpiresAt eliza.Millis    `json:"expiresAt"`
}

type jobView struct {
	JobBegun
	AgentID  eliza.ID       `json:"agentId"`
	UserID   eliza.ID       `json:"userId"`
	Prompt   string         `json:"prompt"`
	Result   *jobResult     `json:"result,omitempty" doc:"Of a completed job, while its answer is not deleted"`
	Error    string         `json:"error,omitempty" doc:"Why there is no answer"`
	Reason   eliza.Reason   `json:"reason,omitempty" doc:"The same for programs, when an agent gave none"`
	Metadata map[string]any `json:"metadata"`
}

type jobResult struct {
	Message          jobAnswer    `json:"message"`
	ProcessingTimeMs eliza.Millis `json:"processingTimeMs"`
}

type jobAnswer struct {
	ID        eliza.ID       `json:"id"`
	Content   string         `json:"content"`
	AuthorID  eliza.ID       `json:"authorId"`
	CreatedAt eliza.Millis   `json:"createdAt"`
	Metadata  map[string]any `json:"metadata"`
}

func viewJob(j job.Job) jobView {
	v := jobView{
		JobBegun: JobBegun{j.ID, j.Status, j.CreatedAt, j.ExpiresAt},
		AgentID:  j.AgentID, UserID: j.UserID, Prompt: j.Prompt, Error: j.Error, Reason: j.Reason, Metadata: j.Metadata,
	}
	if j.Reply != nil {
		v.Result = &jobResult{
			Message:          jobAnswer{j.Reply.ID, j.Reply.Content, j.Reply.AuthorID, j.Reply.CreatedAt, viewListed(*j.Reply).Metadata},
			ProcessingTimeMs: j.EndedAt - j.CreatedAt,
		}
	}
	return v
}

func (a *API) createJob(ctx context.Context, in *jobBody) (*bare[JobBegun], error) {
	b := &in.Body
	if err := a.permitAsking(ctx, eliza.ID(b.AgentID), eliza.ID(b.UserID)); err != nil {
		return nil, fail(err)
	}
	j, err := a.Jobs.Create(ctx, job.Request{
		AgentID: eliza.ID(b.AgentID), UserID: eliza.ID(b.UserID), Prompt: b.Content, Timeout: time.Duration(b.TimeoutMs) * time.Millisecond, Metadata: b.Metadata,
	})
	if err != nil {
		return nil, fail(err)
	}
	return &bare[JobBegun]{Status: http.StatusCreated, Body: viewJob(j).JobBegun}, nil
}

type jobPath struct {
	JobID string `path:"jobId"`
}

func (a *API) getJob(ctx context.Context, in *jobPath) (*bare[jobView], error) {
	id, err := eliza.ParseID(in.JobID)
	if err != nil {
		return nil, fail(eliza.NotFound("Job"))
	}
	j, err := a.Jobs.Job(ctx, id)
	if err != nil {
		return nil, fail(err)
	}
	return plain(viewJob(j)), nil
}

type jobQuery struct {
	Limit  int    `query:"limit" default:"50" doc:"From 0 to 1000; what is beyond counts as the nearest of them"`
	Status string `query:"status" doc:"pending, processing, completed, failed or timeout; any other filters nothing"`
}

type jobList struct {
	Jobs     []jobView `json:"jobs"`
	Total    int       `json:"total" doc:"All jobs that are kept"`
	Filtered int       `json:"filtered" doc:"Those in this list"`
}

var jobStatuses = []eliza.JobStatus{eliza.JobPending, eliza.JobProcessing, eliza.JobCompleted, eliza.JobFailed, eliza.JobTimeout}

func (a *API) listJobs(ctx context.Context, in *jobQuery) (*bare[jobList], error) {
	status := eliza.JobStatus(in.Status)
	if !slices.Contains(jobStatuses, status) {
		status = ""
	}
	jobs, total, err := a.Jobs.List(ctx, status, visitOf(ctx).entity, max(0, min(in.Limit, 1000)))
	if err != nil {
		return nil, fail(err)
	}
	return plain(jobList{views(jobs, viewJob), total, len(jobs)}), nil
}

type jobHealth struct {
	Healthy      bool                    `json:"healthy"`
	Timestamp    eliza.Millis            `json:"timestamp"`
	TotalJobs    int                     `json:"totalJobs"`
	StatusCounts map[eliza.JobStatus]int `json:"statusCounts"`
	Metrics      struct {
		AverageMs   float64 `json:"averageProcessingTimeMs"`
		SuccessRate float64 `json:"successRate"`
		FailureRate float64 `json:"failureRate"`
		TimeoutRate float64 `json:"timeoutRate"`
	} `json:"metrics" doc:"Of the jobs that are kept and have ended"`
	MaxJobs int `json:"maxJobs"`
}

func (a *API) jobHealth(ctx context.Context, _ *struct{}) (*bare[jobHealth], error) {
	counts, err := a.Jobs.Counts(ctx)
	if err != nil {
		return nil, fail(err)
	}
	out := jobHealth{Healthy: true, Timestamp: eliza.Now(), StatusCounts: map[eliza.JobStatus]int{}, MaxJobs: job.MaxJobs}
	for _, status := range jobStatuses {
		out.StatusCounts[status] = counts[status].Number
		out.TotalJobs += counts[status].Number
	}
	completed, failed, late := counts[eliza.JobCompleted], counts[eliza.JobFailed], counts[eliza.JobTimeout]
	if completed.Number > 0 {
		out.Metrics.AverageMs = math.Round(float64(completed.Took) / float64(completed.Number))
	}
	if ended := completed.Number + failed.Number + late.Number; ended > 0 {
		rate := func(n int) float64 { return math.Round(100*float64(n)/float64(ended)) / 100 }
		out.Metrics.SuccessRate, out.Metrics.FailureRate, out.Metrics.TimeoutRate = rate(completed.Number), rate(failed.Number), rate(late.Number)
	}
	return plain(out), nil
}
