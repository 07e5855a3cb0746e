package crash

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// settle waits until every delivery of the notes has ended. What does not end
// in time, or is not there, is a fault.
func (t *trial) settle(ctx context.Context, s *server, notes []*note) error {
	deadline := time.Now().Add(t.settling)
	for _, n := range notes {
		all, err := t.settleOne(ctx, s, n.id, n.text, len(n.talk.agents), deadline)
		if err != nil {
			return err
		}
		n.replied = map[string]string{}
		for _, d := range all {
			n.replied[d.AgentID] = d.ReplyID
		}
	}
	return nil
}

func (t *trial) settleOne(ctx context.Context, s *server, id, text string, agents int, deadline time.Time) ([]delivery, error) {
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for {
		all, err := t.client.deliveries(ctx, s.address, id)
		if err != nil {
			if what := (*refusal)(nil); !errors.As(err, &what) {
				return nil, whyEnded(ctx, err)
			}
			t.fault(missing, "%s: %v", text, err)
			return nil, nil
		}
		pending := slices.ContainsFunc(all, func(d delivery) bool { return d.State == "pending" })
		switch {
		case !pending && len(all) >= agents:
			return all, nil
		case !pending || time.Now().After(deadline):
			t.fault(unanswered, "%s has the deliveries %+v", text, all)
			return all, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// whyEnded prefers the reason for which the trial ended.
func whyEnded(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// check compares every channel with the ledger. Nobody speaks meanwhile.
func (t *trial) check(ctx context.Context, s *server) error {
	for _, talk := range t.talks {
		call := t.now()
		messages, err := t.client.messages(ctx, s.address, talk.id)
		if err != nil {
			return whyEnded(ctx, err)
		}
		talk.record(porcupine.Operation{ClientId: speakers, Input: reading{}, Output: listOf(talk.spoken(messages)), Call: call, Return: t.now()})
		if len(messages) == longestList {
			return errors.New("a channel holds more messages than can be listed at once")
		}
		v := t.view(talk, messages)
		v.checkNotes()
		v.checkReplies()
		if err := t.settleReplies(ctx, s, v); err != nil {
			return err
		}
	}
	return nil
}

// view is a channel as it is and as it should be.
type view struct {
	t        *trial
	talk     *talk
	messages []message
	notes    map[string]*note     // acknowledged, by id
	replies  map[string][]message // by the message they answer
}

func (t *trial) view(talk *talk, messages []message) *view {
	v := &view{t: t, talk: talk, messages: messages, notes: map[string]*note{}, replies: map[string][]message{}}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range talk.notes {
		v.notes[n.id] = n
	}
	for _, m := range messages {
		if talk.hasAgent(m.AuthorID) {
			v.replies[m.InReplyToRootMessageID] = append(v.replies[m.InReplyToRootMessageID], m)
		}
	}
	return v
}

// checkNotes: each acknowledged note is there once, as it was written, and
// those of a person are in the order in which they were said.
func (v *view) checkNotes() {
	times, byAuthor := map[string]int{}, map[string][]string{}
	there := map[string]string{}
	for _, m := range v.messages {
		if v.talk.hasAgent(m.AuthorID) {
			continue
		}
		times[m.Content]++
		there[m.ID] = m.Content
		byAuthor[m.AuthorID] = append(byAuthor[m.AuthorID], m.Content)
		if times[m.Content] == 2 {
			v.t.fault(doubled, "%s is stored twice", m.Content)
		}
	}
	for id, n := range v.notes {
		switch text, found := there[id]; {
		case !found:
			v.t.fault(missing, "%s (%s)", n.text, id)
		case text != n.text:
			v.t.fault(wrong, "%s is stored as %q", n.text, text)
		}
	}
	want := map[string][]string{}
	for _, n := range v.talk.notes {
		want[n.author.id] = append(want[n.author.id], n.text)
	}
	for author, said := range want {
		if got := byAuthor[author]; len(got) == len(said) && !slices.Equal(got, said) {
			v.t.fault(disorder, "a person said %v and it stands as %v", said, got)
		}
	}
	for id, text := range there {
		if v.notes[id] == nil && times[text] == 1 {
			v.t.fault(wrong, "%s (%s) is stored and was never acknowledged as that", text, id)
		}
	}
}

// checkReplies: each note has exactly one reply of each agent, the one that
// the client was told of, and an agent's replies are in the order of the notes.
func (v *view) checkReplies() {
	for id, n := range v.notes {
		for _, agent := range v.talk.agents {
			var of []message
			for _, m := range v.replies[id] {
				if m.AuthorID == agent {
					of = append(of, m)
				}
			}
			switch {
			case len(of) == 0:
				v.t.fault(unanswered, "%s has no reply of %s", n.text, agent)
			case len(of) > 1:
				v.t.fault(doubled, "%s has %d replies of %s", n.text, len(of), agent)
			case of[0].ID != n.replied[agent]:
				v.t.fault(wrong, "%s has the reply %s, and its delivery names %q", n.text, of[0].ID, n.replied[agent])
			case !strings.Contains(of[0].Content, n.text):
				v.t.fault(wrong, "%s is answered with %q", n.text, of[0].Content)
			}
		}
		for _, a := range n.answers {
			same := func(m message) bool { return m.ID == a.ID && m.AuthorID == a.AgentID && m.Content == a.Text }
			if !slices.ContainsFunc(v.replies[id], same) {
				v.t.fault(missing, "the client was told the reply %q (%s) to %s", a.Text, a.ID, n.text)
			}
		}
	}
	place := map[string]int{}
	for i, m := range v.messages {
		place[m.ID] = i
	}
	newest := map[string]int{}
	for _, m := range v.messages {
		if !v.talk.hasAgent(m.AuthorID) {
			continue
		}
		about, found := place[m.InReplyToRootMessageID]
		if !found {
			v.t.fault(wrong, "the reply %q answers no message of its channel", m.Content)
			continue
		}
		if about < newest[m.AuthorID] {
			v.t.fault(disorder, "the reply %q comes after the reply to a later message", m.Content)
		}
		newest[m.AuthorID] = max(about, newest[m.AuthorID])
	}
}

// settleReplies: what agents said ends too, for the other agents.
func (t *trial) settleReplies(ctx context.Context, s *server, v *view) error {
	if len(v.talk.agents) < 2 {
		return nil
	}
	deadline := time.Now().Add(t.settling)
	for _, m := range v.messages {
		if !v.talk.hasAgent(m.AuthorID) || t.ended[m.ID] {
			continue
		}
		if _, err := t.settleOne(ctx, s, m.ID, "the reply "+m.Content, len(v.talk.agents)-1, deadline); err != nil {
			return err
		}
		t.ended[m.ID] = true
	}
	return nil
}
