package job_test

import (
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/job"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestRunningJobEndsAfterARestart(t *testing.T) {
	r := newRig(t)
	r.newAgent("Eliza")
	r.stub.Script(stubmodel.Reply{Hang: true})
	j := r.create("what?")
	check.Until(r.t, "the model is asked", func() bool { return r.stub.Count() == 1 })
	late := r.create("too late")
	r.close(0)
	r.later(10 * time.Second)
	r.open()
	if done := r.ended(j.ID); done.Status != eliza.JobCompleted || done.Reply.Content != "You said: what?" {
		t.Errorf("%+v", done)
	}
	r.once(j)
	if done := r.ended(late.ID); done.Status != eliza.JobCompleted {
		t.Errorf("%+v", done)
	}
}

func TestDeadlineOutlivesARestart(t *testing.T) {
	r := newRig(t)
	r.newAgent("Eliza")
	r.stub.Standing(&stubmodel.Reply{Hang: true})
	j := r.create("what?")
	r.close(0)
	r.later(31 * time.Second)
	r.open()
	check.OK(r.t, r.Tick(t.Context()))
	if done, err := r.Job(t.Context(), j.ID); err != nil || done.Status != eliza.JobTimeout {
		t.Errorf("%+v, %v", done, err)
	}
}

// A server may die when it has stored a job and not yet its message.
func TestMessageOfAJobIsPostedAfterARestart(t *testing.T) {
	r := newRig(t)
	a := r.newAgent("Eliza")
	jobs := map[string]eliza.Job{}
	for name, age := range map[string]eliza.Millis{"fresh": 0, "old": 60_000} {
		now := eliza.Now() - age
		j := eliza.Job{
			ID: eliza.NewID(), AgentID: a.ID, UserID: r.user, MessageID: eliza.NewID(), Status: eliza.JobProcessing, CreatedAt: now, ExpiresAt: now + 30_000,
			Prompt: "what?", Metadata: map[string]any{},
		}
		c := eliza.Channel{ID: j.ID, Name: "job", Type: eliza.TypeDM, CreatedAt: now, UpdatedAt: now}
		check.OK(r.t, r.store.CreateJob(t.Context(), j, c, []eliza.ID{r.user, a.ID}))
		jobs[name] = j
	}
	r.close(patience)
	r.open()
	if done := r.ended(jobs["fresh"].ID); done.Status != eliza.JobCompleted || done.Reply.Content != "You said: what?" {
		t.Errorf("%+v", done)
	}
	r.once(job.Job{Job: jobs["fresh"]})
	if done := r.ended(jobs["old"].ID); done.Status != eliza.JobTimeout {
		t.Errorf("%+v", done)
	}
}

// once holds a job's channel to one question and one answer.
func (r *rig) once(j job.Job) {
	r.t.Helper()
	all, err := r.messaging.Messages(r.t.Context(), j.ID, messaging.Page{Limit: 10})
	check.OK(r.t, err)
	if len(all) != 2 || all[1].ID != j.MessageID || all[0].AuthorID != j.AgentID {
		r.t.Errorf("the channel holds %v", all)
	}
}
