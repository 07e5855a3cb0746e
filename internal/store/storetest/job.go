package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// newJob stores a job of Alice's for Eliza.
func (p place) newJob(t *testing.T, at eliza.Millis) eliza.Job {
	t.Helper()
	j := eliza.Job{
		ID: eliza.NewID(), AgentID: p.eliza.ID, UserID: p.alice, MessageID: eliza.NewID(), Status: eliza.JobProcessing,
		CreatedAt: at, ExpiresAt: at + 1000, Prompt: "what?", Metadata: map[string]any{"k": 1.0},
	}
	c := eliza.Channel{ID: j.ID, Name: "job-" + j.ID.String(), Type: eliza.TypeDM}
	ok(t, p.CreateJob(p.ctx, j, c, []eliza.ID{p.alice, p.eliza.ID}))
	return j
}

// ask posts the message of a job.
func (p place) ask(t *testing.T, j eliza.Job) store.Accepted {
	t.Helper()
	m := p.says(j.Prompt)
	m.ID, m.ChannelID = j.MessageID, j.ID
	return p.accept(t, m)
}

// due returns the jobs that may end at a moment.
func (p place) due(t *testing.T, id eliza.ID, now eliza.Millis) []store.DueJob {
	t.Helper()
	due, err := p.DueJobs(p.ctx, id, now, 10)
	ok(t, err)
	return due
}

var jobTests = map[string]func(*testing.T, place){
	"a job comes with its channel": func(t *testing.T, p place) {
		j := p.newJob(t, 1000)
		got, err := p.Job(p.ctx, j.ID)
		ok(t, err)
		equal(t, "job", got, j)
		_, err = p.Channel(p.ctx, j.ID)
		ok(t, err)
		_, err = p.Job(p.ctx, eliza.NewID())
		wantCode(t, err, eliza.CodeNotFound)
		unposted, err := p.UnpostedJobs(p.ctx)
		ok(t, err)
		equal(t, "unposted", unposted, []eliza.Job{j})
		p.ask(t, j)
		unposted, err = p.UnpostedJobs(p.ctx)
		ok(t, err)
		equal(t, "unposted", len(unposted), 0)
	},
	"an answered job is due": func(t *testing.T, p place) {
		j, other := p.newJob(t, 1000), p.newJob(t, 1000)
		accepted := p.ask(t, j)
		p.ask(t, other)
		equal(t, "too early", len(p.due(t, eliza.NoID, 1500)), 0)
		finished, err := p.FinishTurn(p.ctx, p.turn(of(t, accepted.Deliveries, p.eliza), "Eliza"))
		ok(t, err)
		due := p.due(t, eliza.NoID, 1500)
		want := []store.DueJob{{Job: j, Posted: true, State: eliza.Replied, Answer: finished.Reply.ID}}
		if diff := cmp.Diff(want, due, cmpopts.IgnoreFields(store.DueJob{}, "DealtAt")); diff != "" {
			t.Error(diff)
		}
		if due[0].DealtAt == 0 {
			t.Error("it is not known when")
		}
		equal(t, "the other", len(p.due(t, other.ID, 1500)), 0)
		equal(t, "this one", len(p.due(t, j.ID, 1500)), 1)
		j.Status, j.ReplyID, j.EndedAt = eliza.JobCompleted, finished.Reply.ID, 1700
		replies, err := p.JobReplies(p.ctx, []eliza.Job{j, other})
		ok(t, err)
		equal(t, "reply", replies[finished.Reply.ID].Content, "I am Eliza")
		equal(t, "replies", len(replies), 1)
	},
	"a late job and one whose agent is gone are due": func(t *testing.T, p place) {
		late, orphan := p.newJob(t, 1000), p.newJob(t, 5000)
		p.ask(t, orphan)
		due := p.due(t, eliza.NoID, 2000)
		equal(t, "late", due, []store.DueJob{{Job: late}})
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		due = p.due(t, orphan.ID, 5001)
		equal(t, "orphan", due, []store.DueJob{{Job: orphan, Posted: true}})
	},
	"a job ends once": func(t *testing.T, p place) {
		j := p.newJob(t, 1000)
		ended := j
		ended.Status, ended.Reason, ended.Error, ended.EndedAt = eliza.JobFailed, eliza.ReasonModelError, "The model\x00 is down.", 1400
		ok(t, p.EndJobs(p.ctx, []eliza.Job{ended}))
		again := j
		again.Status, again.EndedAt = eliza.JobTimeout, 2000
		ok(t, p.EndJobs(p.ctx, []eliza.Job{again}))
		got, err := p.Job(p.ctx, j.ID)
		ok(t, err)
		ended.Error = "The model is down."
		equal(t, "job", got, ended)
		equal(t, "due", len(p.due(t, eliza.NoID, 9000)), 0)
	},
	"jobs are listed, counted and dropped": func(t *testing.T, p place) {
		a, b, c := p.newJob(t, 1000), p.newJob(t, 2000), p.newJob(t, 3000)
		for i, j := range []*eliza.Job{&a, &b} {
			j.Status, j.EndedAt = eliza.JobCompleted, j.CreatedAt+eliza.Millis(100*(i+1))
		}
		ok(t, p.EndJobs(p.ctx, []eliza.Job{a, b}))
		list, err := p.Jobs(p.ctx, "", eliza.NoID, 2)
		ok(t, err)
		equal(t, "newest", list, []eliza.Job{c, b})
		list, err = p.Jobs(p.ctx, eliza.JobCompleted, eliza.NoID, 10)
		ok(t, err)
		equal(t, "completed", list, []eliza.Job{b, a})
		for user, want := range map[eliza.ID]int{p.alice: 3, eliza.NewID(): 0} {
			list, err = p.Jobs(p.ctx, "", user, 10)
			ok(t, err)
			n, err := p.JobTotal(p.ctx, user)
			ok(t, err)
			equal(t, "of a user", []int{len(list), n}, []int{want, want})
		}
		counts, err := p.CountJobs(p.ctx)
		ok(t, err)
		sort := cmpopts.SortSlices(func(a, b store.JobCount) bool { return a.Status < b.Status })
		if diff := cmp.Diff([]store.JobCount{{Status: eliza.JobCompleted, Number: 2, Took: 300}, {Status: eliza.JobProcessing, Number: 1}}, counts, sort); diff != "" {
			t.Error(diff)
		}
		total, err := p.JobTotal(p.ctx, eliza.NoID)
		ok(t, err)
		equal(t, "total", total, 3)
		ok(t, p.DropEndedJobs(p.ctx, 1100))
		_, err = p.Job(p.ctx, a.ID)
		ok(t, err)
		ok(t, p.DropEndedJobs(p.ctx, 1101))
		_, err = p.Job(p.ctx, a.ID)
		wantCode(t, err, eliza.CodeNotFound)
		n, err := p.DropOldestJobs(p.ctx, 5)
		ok(t, err)
		equal(t, "dropped", n, 1) // the running one stays
		ok(t, p.DeleteChannel(p.ctx, c.ID))
		_, err = p.Job(p.ctx, c.ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
}
