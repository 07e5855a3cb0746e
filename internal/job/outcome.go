package job

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// atOnce is how many jobs are ended in one step.
const atOnce = 200

// Work posts the messages of jobs that a server stored just before it died.
func (s *Service) Work(ctx context.Context) error {
	unposted, err := s.store.UnpostedJobs(ctx)
	if err != nil {
		return fmt.Errorf("find jobs without a message: %w", err)
	}
	for _, row := range unposted {
		if row.ExpiresAt <= s.now() {
			continue // Tick ends it
		}
		if err := s.post(ctx, &row); err != nil {
			return err
		}
	}
	return nil
}

// Tick ends the jobs whose answer is there or whose time is over, and forgets
// those that ended long ago.
func (s *Service) Tick(ctx context.Context) error {
	if err := s.settle(ctx, eliza.NoID); err != nil {
		return err
	}
	if err := s.store.DropEndedJobs(ctx, s.now()-eliza.Millis(kept.Milliseconds())); err != nil {
		return fmt.Errorf("forget old jobs: %w", err)
	}
	return nil
}

// settle ends the jobs that have come to their end, or that one.
func (s *Service) settle(ctx context.Context, id eliza.ID) error {
	for {
		due, err := s.store.DueJobs(ctx, id, s.now(), atOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		ended := make([]eliza.Job, len(due))
		for i := range due {
			ended[i] = outcome(&due[i])
		}
		if err := s.store.EndJobs(ctx, ended); err != nil {
			return fmt.Errorf("end jobs: %w", err)
		}
		if len(due) < atOnce {
			return nil
		}
	}
}

// outcome is a job as it ends. What its agent did after the deadline came too
// late, whenever it is looked at.
func outcome(d *store.DueJob) eliza.Job {
	j := d.Job
	switch {
	case d.Posted && d.State == "":
		j.Status, j.Error, j.EndedAt = eliza.JobFailed, "The agent or the job's message was deleted.", j.ExpiresAt
	case d.State == "" || d.State == eliza.Pending || d.DealtAt > j.ExpiresAt:
		j.Status, j.Error, j.EndedAt = eliza.JobTimeout, "Job timed out waiting for agent response", j.ExpiresAt
	case d.State == eliza.Replied:
		j.Status, j.ReplyID, j.EndedAt = eliza.JobCompleted, d.Answer, d.DealtAt
	default:
		j.Status, j.Reason, j.Error, j.EndedAt = eliza.JobFailed, d.Why, d.Detail, d.DealtAt
	}
	j.EndedAt = max(j.EndedAt, j.CreatedAt)
	return j
}

// Job returns a job as it is now. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Job(ctx context.Context, id eliza.ID) (Job, error) {
	row, err := s.store.Job(ctx, id)
	if err == nil && row.Status == eliza.JobProcessing {
		if err = s.settle(ctx, id); err == nil {
			row, err = s.store.Job(ctx, id)
		}
	}
	if err != nil {
		return Job{}, err
	}
	jobs, err := s.withReplies(ctx, []eliza.Job{row})
	if err != nil {
		return Job{}, err
	}
	return jobs[0], nil
}

// List returns the newest jobs, those of a status when it is not empty and of a
// user unless it is NoID, and how many the user has in all.
func (s *Service) List(ctx context.Context, status eliza.JobStatus, user eliza.ID, limit int) (jobs []Job, total int, err error) {
	if err := s.settle(ctx, eliza.NoID); err != nil {
		return nil, 0, err
	}
	var rows []eliza.Job
	if limit > 0 {
		if rows, err = s.store.Jobs(ctx, status, user, limit); err != nil {
			return nil, 0, err
		}
	}
	if total, err = s.store.JobTotal(ctx, user); err != nil {
		return nil, 0, err
	}
	jobs, err = s.withReplies(ctx, rows)
	return jobs, total, err
}

func (s *Service) withReplies(ctx context.Context, rows []eliza.Job) ([]Job, error) {
	replies, err := s.store.JobReplies(ctx, rows)
	if err != nil {
		return nil, err
	}
	jobs := make([]Job, len(rows))
	for i, row := range rows {
		jobs[i].Job = row
		if reply, there := replies[row.ReplyID]; there {
			jobs[i].Reply = &reply
		}
	}
	return jobs, nil
}

// Counts counts the jobs of each status that there is.
func (s *Service) Counts(ctx context.Context) (map[eliza.JobStatus]store.JobCount, error) {
	if err := s.settle(ctx, eliza.NoID); err != nil {
		return nil, err
	}
	list, err := s.store.CountJobs(ctx)
	counts := make(map[eliza.JobStatus]store.JobCount, len(list))
	for _, c := range list {
		counts[c.Status] = c
	}
	return counts, err
}

// Now is the present moment of the room.
func (s *Service) Now() eliza.Millis { return s.now() }
