package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// CreateJob stores a job with its channel, which has the same id, and the
// channel's participants. Error codes: NOT_FOUND when the message server does
// not exist, CONFLICT when the id is taken.
func (s *Store) CreateJob(ctx context.Context, job eliza.Job, channel eliza.Channel, participants []eliza.ID) error {
	return s.write(ctx, "create job", func(ctx context.Context, t *tx) error {
		if err := s.createChannel(ctx, t, channel, participants); err != nil {
			return err
		}
		return create(ctx, t, "Job", &job)
	})
}

// Job returns one job. Error code: NOT_FOUND.
func (s *Store) Job(ctx context.Context, id eliza.ID) (eliza.Job, error) {
	job := eliza.Job{ID: id}
	err := get(ctx, s, "Job", &job)
	return job, err
}

// Jobs returns the newest jobs, those of a status when it is not empty, and of a
// user unless it is NoID.
func (s *Store) Jobs(ctx context.Context, status eliza.JobStatus, user eliza.ID, limit int) ([]eliza.Job, error) {
	var list []eliza.Job
	find := s.read.NewSelect().Model(&list).OrderExpr("created_at DESC, id DESC").Limit(int64(limit))
	if status != "" {
		find = find.Where("status = ?", status)
	}
	if user != eliza.NoID {
		find = find.Where("user_id = ?", user)
	}
	err := find.Scan(ctx)
	return list, failed("read jobs", err)
}

// JobReplies returns the answers of completed jobs that are still there, by id.
func (s *Store) JobReplies(ctx context.Context, jobs []eliza.Job) (map[eliza.ID]eliza.Message, error) {
	var ids []eliza.ID
	for _, j := range jobs {
		if j.ReplyID != eliza.NoID {
			ids = append(ids, j.ReplyID)
		}
	}
	replies := map[eliza.ID]eliza.Message{}
	if len(ids) == 0 {
		return replies, nil
	}
	var list []eliza.Message
	err := s.read.NewSelect().Model(&list).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	for _, m := range list {
		replies[m.ID] = m
	}
	return replies, failed("read answers of jobs", err)
}

// JobCount is how many jobs have a status, and how long those took together.
type JobCount struct {
	Status eliza.JobStatus `bun:"status"`
	Number int             `bun:"number"`
	Took   int64           `bun:"took"` // milliseconds from their creation to their end
}

// CountJobs counts the jobs of each status that there is.
func (s *Store) CountJobs(ctx context.Context) ([]JobCount, error) {
	var counts []JobCount
	err := s.read.NewRaw(`SELECT status, count(*) AS number, coalesce(sum(ended_at - created_at), 0) AS took FROM jobs GROUP BY status`).Scan(ctx, &counts)
	return counts, failed("count jobs", err)
}

// JobTotal counts all jobs, or those of a user unless it is NoID.
func (s *Store) JobTotal(ctx context.Context, user eliza.ID) (n int, err error) {
	query, args := `SELECT count(*) FROM jobs`, []any(nil)
	if user != eliza.NoID {
		query, args = query+` WHERE user_id = ?`, []any{user.String()}
	}
	_, err = one(ctx, s.often, query, args, &n)
	return n, failed("count jobs", err)
}

// DueJob is a running job that may end now.
type DueJob struct {
	eliza.Job `bun:",extend"`

	Posted  bool                `bun:"posted"`          // its message is stored
	State   eliza.DeliveryState `bun:"delivery_state"`  // of its delivery; empty when there is none
	Why     eliza.Reason        `bun:"delivery_reason"` // of that state
	Detail  string              `bun:"delivery_detail"` // the same as a sentence
	Answer  eliza.ID            `bun:"delivery_reply,nullzero"`
	DealtAt eliza.Millis        `bun:"delivery_at"` // when the delivery last changed
}

// DueJobs returns running jobs whose delivery has ended or is gone, or whose
// time is over; at most limit, the oldest first. A job's id asks for that one.
func (s *Store) DueJobs(ctx context.Context, id eliza.ID, now eliza.Millis, limit int) ([]DueJob, error) {
	var due []DueJob
	find := s.read.NewSelect().TableExpr("jobs AS j").ColumnExpr("j.*").ColumnExpr("m.id IS NOT NULL AS posted").
		ColumnExpr("coalesce(d.state, '') AS delivery_state").ColumnExpr("coalesce(d.reason, '') AS delivery_reason").
		ColumnExpr("coalesce(d.detail, '') AS delivery_detail").ColumnExpr("d.reply_id AS delivery_reply").
		ColumnExpr("coalesce(d.updated_at, 0) AS delivery_at").
		Join("LEFT JOIN messages AS m ON m.id = j.message_id").
		Join("LEFT JOIN deliveries AS d ON d.message_id = j.message_id AND d.agent_id = j.agent_id").
		Where("j.status = ?", eliza.JobProcessing).
		Where("(j.expires_at <= ? OR d.state <> ? OR (m.id IS NOT NULL AND d.message_id IS NULL))", now, eliza.Pending).
		OrderExpr("j.created_at, j.id").Limit(int64(limit))
	if id != eliza.NoID {
		find = find.Where("j.id = ?", id)
	}
	err := find.Scan(ctx, &due)
	return due, failed("look for jobs that end", err)
}

// UnpostedJobs returns running jobs whose message is not stored.
func (s *Store) UnpostedJobs(ctx context.Context) ([]eliza.Job, error) {
	var list []eliza.Job
	err := s.read.NewSelect().Model(&list).Where("status = ?", eliza.JobProcessing).
		Where("NOT EXISTS (SELECT 1 FROM messages AS m WHERE m.id = job.message_id)").Order("created_at").Scan(ctx)
	return list, failed("read jobs without a message", err)
}

// EndJobs stores how jobs ended; one that had ended stays as it was.
func (s *Store) EndJobs(ctx context.Context, jobs []eliza.Job) error {
	return s.write(ctx, "end jobs", func(ctx context.Context, t *tx) error {
		for _, j := range jobs {
			_, err := t.exec(ctx, `UPDATE jobs SET status = ?, reason = ?, error = ?, reply_id = ?, ended_at = ? WHERE id = ? AND status = ?`,
				string(j.Status), string(j.Reason), clean(j.Error), idText(j.ReplyID), int64(j.EndedAt), j.ID.String(), string(eliza.JobProcessing))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// DropEndedJobs deletes jobs that ended before a moment; their channels stay.
func (s *Store) DropEndedJobs(ctx context.Context, before eliza.Millis) error {
	some, err := s.read.NewSelect().Table("jobs").ColumnExpr("1").Where("ended_at < ?", before).Exists(ctx)
	if err != nil || !some {
		return failed("look for old jobs", err)
	}
	return s.write(ctx, "drop old jobs", func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM jobs WHERE ended_at < ?`, int64(before))
		return err
	})
}

// DropOldestJobs deletes the n oldest of the jobs that have ended, or as many
// as there are, and returns how many it deleted.
func (s *Store) DropOldestJobs(ctx context.Context, n int) (int, error) {
	var dropped int64
	err := s.write(ctx, "drop oldest jobs", func(ctx context.Context, t *tx) (err error) {
		dropped, err = t.exec(ctx, `DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE ended_at IS NOT NULL ORDER BY created_at, id LIMIT ?)`, n)
		return err
	})
	return int(dropped), err
}
