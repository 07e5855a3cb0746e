package crash

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	spenders  = 1000   // messages that are answered at once
	tokenCap  = 60_000 // of them all, before and after the kill
	killAfter = 300    // calls of the model
)

// countingModel adds up the tokens of every call that reaches it, as it counts
// them in its answers, whether or not the answer is read.
type countingModel struct {
	calls, tokens atomic.Int64
	enough        chan struct{} // closed at killAfter calls
}

func (m *countingModel) answer(c stubmodel.Call) stubmodel.Reply {
	count := func(text string) int64 { return int64(len(text)+3) / 4 }
	m.tokens.Add(count(c.System) + count(c.LastUser) + count(c.LastUser) + 3)
	if m.calls.Add(1) == killAfter {
		close(m.enough)
	}
	return stubmodel.Reply{FirstDelay: 40 * time.Millisecond}
}

// TestNoCapIsPassedAcrossAKill has 1,000 messages answered at once under a
// budget, kills the server in the middle, and has 1,000 more answered. The model's
// own count never passes the cap, and the server never counts less.
func TestNoCapIsPassedAcrossAKill(t *testing.T) {
	binary := build(t, filepath.Join(t.TempDir(), "elizad"))
	onBoth(t, func(t *testing.T, postgres string) { spend(t, binary, postgres) })
}

type spending struct {
	t       *testing.T
	place   place
	client  client
	server  *server
	agent   string
	budget  string
	counted *countingModel
}

func spend(t *testing.T, binary, postgres string) {
	m := startModel(t)
	s := &spending{t: t, client: newClient(patience), agent: eliza.NameID("Spender").String(), counted: &countingModel{enough: make(chan struct{})}}
	m.stub.Answer = s.counted.answer
	s.place = place{dir: t.TempDir(), postgres: postgres, model: m.address, characters: []string{writeCharacter(t, "Spender")}}
	s.start(binary)
	var made struct{ ID string }
	s.ask(http.MethodPost, "/api/budgets", map[string]any{"scope": "server", "measure": "tokens", "limit": tokenCap, "period": "month"}, &made)
	s.budget = made.ID

	first := s.post("before")
	select {
	case <-s.counted.enough:
	case <-time.After(patience):
		t.Fatalf("%d calls of the model after %s", s.counted.calls.Load(), patience)
	}
	s.server.kill()
	atKill := s.counted.calls.Load()
	s.start(binary)
	second := s.post("after")
	refused := 0
	for _, id := range append(first, second...) {
		refused += s.refused(id)
	}
	var usage struct {
		Usage []struct{ Used, Reserved int64 }
	}
	s.ask(http.MethodGet, "/api/budgets/"+s.budget+"/usage", nil, &usage)
	now, counted := usage.Usage[0], s.counted.tokens.Load()
	t.Logf("cap %d: the model counted %d tokens in %d calls, %d of them before the kill; the server says %d used and %d reserved; %d of %d messages were refused",
		tokenCap, counted, s.counted.calls.Load(), atKill, now.Used, now.Reserved, refused, len(first)+len(second))
	if counted > tokenCap || now.Used+now.Reserved > tokenCap {
		t.Error("the cap was passed")
	}
	if now.Used+now.Reserved < counted {
		t.Error("the server counts less than the model")
	}
	if refused == 0 || refused == len(first)+len(second) {
		t.Error("the budget was not what decided")
	}
	if err := s.server.stop(); err != nil {
		t.Error(err)
	}
}

func (s *spending) start(binary string) {
	s.t.Helper()
	var err error
	if s.server, err = s.place.start(s.t.Context(), binary, false, ""); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.server.kill)
}

func (s *spending) ask(method, path string, body, into any) {
	s.t.Helper()
	if err := s.client.do(s.t.Context(), method, s.server.address+path, nil, body, data(into)); err != nil {
		s.t.Fatal(err)
	}
}

// post has everybody say something in a channel of their own, at once, and
// returns the messages that were acknowledged.
func (s *spending) post(when string) []string {
	s.t.Helper()
	ids := make([]string, spenders)
	var group sync.WaitGroup
	slots := make(chan struct{}, 64) // connections
	for i := range spenders {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			person, channel := eliza.NewID().String(), eliza.NewID().String()
			var posted struct{ ID string }
			err := s.client.do(s.t.Context(), http.MethodPost, s.server.address+"/api/messaging/channels/"+channel+"/messages", nil, map[string]any{
				"author_id": person, "content": fmt.Sprintf("%s %d", when, i), "source_type": "client_chat", "message_server_id": eliza.DefaultServerID.String(),
				"metadata": map[string]any{"isDm": true, "targetAgentId": s.agent},
			}, data(&posted))
			if err != nil {
				s.t.Error(err)
				return
			}
			ids[i] = posted.ID
		})
	}
	group.Wait()
	if s.t.Failed() {
		s.t.FailNow()
	}
	return ids
}

// refused waits until a message was dealt with, and tells whether the budget
// kept it from being answered.
func (s *spending) refused(message string) int {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 4*patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var got struct {
			Deliveries []struct{ State, Reason, Detail string }
		}
		s.ask(http.MethodGet, "/api/messaging/messages/"+message+"/deliveries", nil, &got)
		if len(got.Deliveries) != 1 {
			s.t.Fatalf("message %s has %d deliveries", message, len(got.Deliveries))
		}
		switch d := got.Deliveries[0]; {
		case d.State == "replied":
			return 0
		case d.State == "failed" && d.Reason == "budget_exceeded":
			return 1
		case d.State != "pending":
			s.t.Fatalf("message %s: %+v", message, d)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.t.Fatalf("message %s was not dealt with", message)
		}
	}
}
