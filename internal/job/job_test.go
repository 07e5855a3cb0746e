package job_test

import (
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/job"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestReplyCompletesAJob(t *testing.T) {
	r := newRig(t)
	agent := r.newAgent("Eliza")
	ctx := t.Context()
	j, err := r.Create(ctx, job.Request{UserID: r.user, Prompt: "what?", Metadata: map[string]any{"k": 1.0, "jobId": "mine"}, Timeout: 5 * time.Minute})
	check.OK(r.t, err)
	if j.Status != eliza.JobProcessing || j.AgentID != agent.ID || j.ExpiresAt-j.CreatedAt != 300_000 || j.Reply != nil {
		t.Errorf("%+v", j)
	}
	done := r.ended(j.ID)
	if done.Status != eliza.JobCompleted || done.Reply == nil || done.Reply.Content != "You said: what?" || done.Reply.AuthorID != agent.ID ||
		done.EndedAt < j.CreatedAt || done.EndedAt > done.ExpiresAt || done.Error != "" || done.Metadata["k"] != 1.0 {
		t.Errorf("%+v", done)
	}
	asked, err := r.messaging.Message(ctx, j.MessageID)
	check.OK(r.t, err)
	if asked.ChannelID != j.ID || asked.SourceType != "job_request" || asked.Metadata["jobId"] != j.ID.String() || asked.Metadata["isJobMessage"] != true {
		t.Errorf("%+v", asked)
	}
	check.OK(r.t, r.messaging.DeleteMessage(ctx, j.ID, done.Reply.ID))
	again, err := r.Job(ctx, j.ID)
	check.OK(r.t, err)
	if again.Status != eliza.JobCompleted || again.Reply != nil {
		t.Errorf("without its reply: %+v", again)
	}
}

func TestFailedJobsSayWhy(t *testing.T) {
	r := newRig(t)
	agent := r.newAgent("Eliza")
	for name, c := range map[string]struct {
		reply  stubmodel.Reply
		reason eliza.Reason
	}{
		"the model fails": {stubmodel.Reply{Status: 400, Message: "no"}, eliza.ReasonModelError},
		"no answer":       {stubmodel.Reply{Empty: true}, eliza.ReasonNoAnswer},
	} {
		r.stub.Script(c.reply)
		j := r.ended(r.create("x").ID)
		if j.Status != eliza.JobFailed || j.Reason != c.reason || j.Error == "" || j.Reply != nil {
			t.Errorf("%s: %+v", name, j)
		}
	}
	r.stub.Script(stubmodel.Reply{Hang: true})
	calls := r.stub.Count()
	j := r.create("x")
	check.Until(r.t, "the model is asked", func() bool { return r.stub.Count() > calls })
	check.OK(r.t, r.agents.Delete(t.Context(), agent.ID))
	if j := r.ended(j.ID); j.Status != eliza.JobFailed || j.Error == "" {
		t.Errorf("the agent is gone: %+v", j)
	}
}

func TestDeadlineOfAJob(t *testing.T) {
	r := newRig(t)
	r.newAgent("Eliza")
	release := make(chan struct{})
	r.stub.Answer = func(stubmodel.Call) stubmodel.Reply {
		<-release
		return stubmodel.Reply{}
	}
	j := r.create("x")
	unasked := r.create("y")
	if now, err := r.Job(t.Context(), j.ID); err != nil || now.Status != eliza.JobProcessing {
		t.Fatalf("%+v, %v", now, err)
	}
	r.later(30 * time.Second)
	late, err := r.Job(t.Context(), j.ID)
	check.OK(r.t, err)
	if late.Status != eliza.JobTimeout || late.Error == "" || late.EndedAt != late.ExpiresAt {
		t.Errorf("%+v", late)
	}
	check.OK(r.t, r.Tick(t.Context()))
	if jobs, total, err := r.List(t.Context(), eliza.JobTimeout, eliza.NoID, 10); err != nil || total != 2 || len(jobs) != 2 || jobs[0].ID != unasked.ID {
		t.Errorf("%v of %d, %v", jobs, total, err)
	}
	close(release)
	check.Until(r.t, "the late answer is stored", func() bool {
		all, err := r.messaging.Messages(t.Context(), j.ID, messaging.Page{Limit: 10})
		check.OK(r.t, err)
		return len(all) == 2
	})
	if again, err := r.Job(t.Context(), j.ID); err != nil || again.Status != eliza.JobTimeout {
		t.Errorf("a late answer changed it: %+v, %v", again, err)
	}
}

func TestRefusedJobs(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	_, err := r.Create(ctx, job.Request{UserID: r.user, Prompt: "x"})
	check.Code(r.t, err, eliza.CodeAgentUnavailable)
	agent := r.newAgent("Eliza")
	for name, c := range map[string]struct {
		change func(*job.Request)
		code   eliza.Code
	}{
		"unknown agent":  {func(q *job.Request) { q.AgentID = eliza.NewID() }, eliza.CodeAgentUnavailable},
		"for itself":     {func(q *job.Request) { q.UserID = agent.ID }, eliza.CodeInvalidRequest},
		"blank":          {func(q *job.Request) { q.Prompt = " \n" }, eliza.CodeInvalidRequest},
		"too short":      {func(q *job.Request) { q.Timeout = time.Millisecond }, eliza.CodeInvalidRequest},
		"too long":       {func(q *job.Request) { q.Timeout = time.Hour }, eliza.CodeInvalidRequest},
		"large metadata": {func(q *job.Request) { q.Metadata = map[string]any{"x": strings.Repeat("x", 10_000)} }, eliza.CodeInvalidRequest},
	} {
		q := job.Request{UserID: r.user, Prompt: "x"}
		c.change(&q)
		if _, err := r.Create(ctx, q); eliza.ErrorCode(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = r.agents.Stop(ctx, agent.ID)
	check.OK(r.t, err)
	_, err = r.Create(ctx, job.Request{UserID: r.user, Prompt: "x", AgentID: agent.ID})
	check.Code(r.t, err, eliza.CodeAgentUnavailable)
	if _, total, err := r.List(ctx, "", eliza.NoID, 10); err != nil || total != 0 {
		t.Errorf("%d jobs, %v", total, err)
	}
	if channels, err := r.messaging.Channels(ctx, eliza.DefaultServerID, eliza.NoID); err != nil || len(channels) != 0 {
		t.Errorf("channels are left: %v, %v", channels, err)
	}
	_, err = r.Job(ctx, eliza.NewID())
	check.Code(r.t, err, eliza.CodeNotFound)
}

func TestOldJobsMakeRoom(t *testing.T) {
	r := newRig(t, func(r *rig) { r.maxJobs = 3 })
	r.newAgent("Eliza")
	first := r.ended(r.create("1").ID)
	second := r.ended(r.create("2").ID)
	r.stub.Standing(&stubmodel.Reply{Hang: true})
	third, fourth := r.create("3"), r.create("4")
	if _, err := r.Job(t.Context(), first.ID); eliza.ErrorCode(err) != eliza.CodeNotFound {
		t.Errorf("the oldest: %v", err)
	}
	r.create("5")
	if _, err := r.Job(t.Context(), second.ID); eliza.ErrorCode(err) != eliza.CodeNotFound {
		t.Errorf("the next: %v", err)
	}
	_, err := r.Create(t.Context(), job.Request{UserID: r.user, Prompt: "6"})
	check.Code(r.t, err, eliza.CodeRateLimit)
	for _, j := range []job.Job{third, fourth} {
		if got, err := r.Job(t.Context(), j.ID); err != nil || got.Status != eliza.JobProcessing {
			t.Errorf("a running job: %+v, %v", got, err)
		}
	}
	r.later(time.Minute)
	check.OK(r.t, r.Tick(t.Context()))
	r.later(time.Hour)
	check.OK(r.t, r.Tick(t.Context()))
	if counts, err := r.Counts(t.Context()); err != nil || len(counts) != 0 {
		t.Errorf("%v, %v", counts, err)
	}
}

func TestCounts(t *testing.T) {
	r := newRig(t)
	r.newAgent("Eliza")
	r.ended(r.create("1").ID)
	r.stub.Script(stubmodel.Reply{Status: 400})
	r.ended(r.create("2").ID)
	r.stub.Standing(&stubmodel.Reply{Hang: true})
	r.create("3")
	counts, err := r.Counts(t.Context())
	check.OK(r.t, err)
	for _, status := range []eliza.JobStatus{eliza.JobCompleted, eliza.JobFailed, eliza.JobProcessing} {
		if counts[status].Number != 1 {
			t.Errorf("%s: %+v", status, counts[status])
		}
	}
}
