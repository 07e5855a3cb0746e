package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/plugin"
)

// withPlugins runs a server with plugins and stops it after meanwhile.
func withPlugins(t *testing.T, meanwhile func(*Server, eliza.AgentEntry), plugins ...plugin.Plugin) {
	t.Helper()
	s, err := New(t.Context(), settings(t), slog.New(slog.DiscardHandler), plugins...)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(t.Context(), func() {
		agents, err := s.Agents(t.Context())
		if err != nil {
			t.Error(err)
		} else {
			meanwhile(s, agents[0])
		}
		s.Stop()
	})
	if err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
}

// dm makes a channel of a person with the agent.
func (s *Server) dm(t *testing.T, agent eliza.ID) (channel, person eliza.ID) {
	t.Helper()
	person = eliza.NewID()
	c, err := s.talk.CreateChannel(t.Context(), eliza.Channel{Name: "dm", Type: eliza.TypeDM}, []eliza.ID{person, agent})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID, person
}

// told waits until a channel holds so many messages and returns their texts,
// the newest first.
func (s *Server) told(t *testing.T, channel eliza.ID, want int) (texts []string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(20 * time.Second); len(texts) < want; {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("only %q is said", texts)
		}
		list, err := s.talk.Messages(t.Context(), channel, messaging.Page{})
		if err != nil {
			t.Fatal(err)
		}
		texts = nil
		for _, m := range list {
			texts = append(texts, m.Content)
		}
	}
	return texts
}

// TestAPluginThatPanicsEverywhereHarmsNothing has each hook of a plugin panic,
// and the server answers as if it were not there.
func TestAPluginThatPanicsEverywhereHarmsNothing(t *testing.T) {
	var mu sync.Mutex
	came := map[string]bool{}
	boom := func(where string) {
		mu.Lock()
		came[where] = true
		mu.Unlock()
		panic(where)
	}
	var host plugin.Host
	bad := plugin.Plugin{
		Name: "bad",
		Init: func(_ context.Context, h plugin.Host) error { host = h; return nil },
		Actions: []plugin.Action{{Name: "BAD", Validate: func(context.Context, *plugin.Turn) bool { boom("validate"); return true },
			Run: func(context.Context, *plugin.Turn, json.RawMessage) (string, error) { boom("action"); return "", nil }}},
		Providers:  []plugin.Provider{{Name: "WORSE", Get: func(context.Context, *plugin.Turn) (string, error) { boom("provider"); return "", nil }}},
		Evaluators: []plugin.Evaluator{{Name: "WORST", AlwaysRun: true, Run: func(context.Context, *plugin.Turn) error { boom("evaluator"); return nil }}},
		Listeners:  []plugin.Listener{{Events: []string{plugin.MessageReceived, plugin.RunEnded}, Hear: func(context.Context, plugin.Event) error { boom("listener"); return nil }}},
		Workers:    []plugin.Worker{{Name: "BAD", Execute: func(context.Context, plugin.TaskRun) (string, error) { boom("worker"); return "", nil }}},
		Services: []plugin.Service{{Name: "bad", Start: func(context.Context) error {
			host.Go("bad", func(context.Context) error { boom("service"); return nil })
			return nil
		}, Stop: func(context.Context) error { boom("stop"); return nil }}},
	}
	withPlugins(t, func(s *Server, a eliza.AgentEntry) {
		channel, person := s.dm(t, a.ID)
		if _, err := host.Schedule(t.Context(), plugin.Task{Worker: "BAD", AgentID: a.ID.String(), RoomID: channel.String()}); err != nil {
			t.Error(err)
		}
		for n := range 2 {
			if _, err := s.talk.Post(t.Context(), messaging.Post{ChannelID: channel, AuthorID: person, Content: "what is 6 times 7?"}); err != nil {
				t.Fatal(err)
			}
			if texts := s.told(t, channel, 2*(n+1)); !strings.Contains(texts[0], "42") {
				t.Errorf("the answer is %q", texts)
			}
		}
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for end := time.After(20 * time.Second); ; {
			mu.Lock()
			all := came["provider"] && came["evaluator"] && came["listener"] && came["worker"] && came["service"]
			mu.Unlock()
			if all {
				break
			}
			select {
			case <-tick.C:
			case <-end:
				t.Fatalf("only these were called: %v", came)
			}
		}
	}, bad)
	if !came["stop"] {
		t.Error("the service was not stopped")
	}
}

func TestAPluginThatHangsDelaysOnlyItself(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	heard := make(chan string, 100)
	slow := plugin.Plugin{Name: "slow", Listeners: []plugin.Listener{{Events: []string{plugin.MessageReceived}, Hear: func(context.Context, plugin.Event) error { <-release; return nil }}}}
	quick := plugin.Plugin{Name: "quick", Listeners: []plugin.Listener{{Events: []string{plugin.MessageReceived, plugin.MessageSent, plugin.RunEnded}, Hear: func(_ context.Context, e plugin.Event) error {
		heard <- e.Name + " " + e.Message.Text + e.State
		return nil
	}}}}
	withPlugins(t, func(s *Server, a eliza.AgentEntry) {
		channel, person := s.dm(t, a.ID)
		if _, err := s.talk.Post(t.Context(), messaging.Post{ChannelID: channel, AuthorID: person, Content: "what is 6 times 7?"}); err != nil {
			t.Fatal(err)
		}
		s.told(t, channel, 2)
		for _, want := range []string{"MESSAGE_RECEIVED what is 6 times 7?", "MESSAGE_SENT 6 * 7 = 42.", "RUN_ENDED replied"} {
			select {
			case got := <-heard:
				if got != want {
					t.Errorf("heard %q, want %q", got, want)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("%s is not heard", want)
			}
		}
	}, slow, quick)
}

func TestWhatAHostGives(t *testing.T) {
	var host plugin.Host
	var order []string
	step := func(what string) func(context.Context) error {
		return func(context.Context) error { order = append(order, what); return nil }
	}
	t.Setenv("GIVEN_PLACE", "the quay")
	given := plugin.Plugin{
		Name: "given", After: []string{"base"}, Settings: []plugin.Setting{{Name: "GIVEN_PLACE"}, {Name: "GIVEN_WAIT", Kind: plugin.Span, Default: "2s"}},
		Init:     func(_ context.Context, h plugin.Host) error { host = h; return nil },
		Services: []plugin.Service{{Name: "a", Start: step("start a"), Stop: step("stop a")}},
		Workers: []plugin.Worker{{Name: "TELL", Execute: func(_ context.Context, r plugin.TaskRun) (string, error) {
			return fmt.Sprintf("%v, %s", r.Task.Data["n"], r.Option), nil
		}}},
	}
	base := plugin.Plugin{Name: "base", Services: []plugin.Service{{Name: "b", Start: step("start b"), Stop: step("stop b")}}}
	withPlugins(t, func(s *Server, a eliza.AgentEntry) {
		ctx, agent := t.Context(), a.ID.String()
		channel, _ := s.dm(t, a.ID)
		if got := host.Setting(ctx, "", "GIVEN_PLACE") + host.Setting(ctx, agent, "GIVEN_WAIT") + host.Setting(ctx, "", "HOME"); got != "the quay2s" {
			t.Errorf("settings: %q", got)
		}
		store := host.Storage()
		wants := func(what string, err error, code eliza.Code) {
			t.Helper()
			var told *plugin.Error
			if !errors.As(err, &told) || told.Code != string(code) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := store.Put(ctx, agent, "c", plugin.Document{Key: "k", Value: json.RawMessage(`{"a":1}`)}); err != nil {
			t.Error(err)
		}
		if value, err := store.Get(ctx, agent, "c", "k"); err != nil || string(value) != `{"a":1}` {
			t.Errorf("%s, %v", value, err)
		}
		wants("no JSON", store.Put(ctx, agent, "c", plugin.Document{Key: "k", Value: json.RawMessage(`{`)}), eliza.CodeInvalidRequest)
		wants("no key", store.Put(ctx, agent, "c", plugin.Document{Value: json.RawMessage(`1`)}), eliza.CodeInvalidRequest)
		wants("nobody's", store.Put(ctx, eliza.NewID().String(), "c", plugin.Document{Key: "k", Value: json.RawMessage(`1`)}), eliza.CodeNotFound)
		full := json.RawMessage(`"` + strings.Repeat("x", 200<<10) + `"`)
		var err error
		for n := 0; err == nil && n < 100; n++ {
			err = store.Put(ctx, agent, "big", plugin.Document{Key: fmt.Sprint(n), Value: full})
		}
		wants("too much", err, eliza.CodeStorageFull)
		if n, err := store.Delete(ctx, agent, "c", "k", "none"); err != nil || n != 1 {
			t.Errorf("%d, %v", n, err)
		}
		made, err := host.Schedule(ctx, plugin.Task{Worker: "TELL", AgentID: agent, RoomID: channel.String(), Data: map[string]any{"n": 7.0}, Options: []string{"yes"}})
		if err != nil {
			t.Fatal(err)
		}
		id, err := eliza.ParseID(made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.tasks.Choose(ctx, a.ID, id, "yes", eliza.NoID); err != nil {
			t.Error(err)
		}
		if texts := s.told(t, channel, 1); texts[0] != "7, yes" {
			t.Errorf("said %q", texts)
		}
		wants("it is done", host.Cancel(ctx, agent, made.ID), eliza.CodeNotFound)
		if _, err := host.Send(ctx, agent, channel.String(), "hello"); err != nil {
			t.Error(err)
		}
		if texts := s.told(t, channel, 2); texts[0] != "hello" {
			t.Errorf("said %q", texts)
		}
	}, given, base)
	if got := strings.Join(order, ", "); got != "start b, start a, stop a, stop b" {
		t.Errorf("services: %s", got)
	}
}

func TestRefusedPlugins(t *testing.T) {
	execute := func(context.Context, plugin.TaskRun) (string, error) { return "", nil }
	hear := func(context.Context, plugin.Event) error { return nil }
	for want, plugins := range map[string][]plugin.Plugin{
		"a name is unique":            {{Name: "x"}, {Name: "x"}},
		"small letters":               {{Name: "X"}},
		"which is not there":          {{Name: "x", After: []string{"y"}}},
		"needs it in turn":            {{Name: "x", After: []string{"y"}}, {Name: "y", After: []string{"x"}}},
		"there is no event \"NEWS\"":  {{Name: "x", Listeners: []plugin.Listener{{Events: []string{"NEWS"}, Hear: hear}}}},
		"the worker \"reminder\"":     {{Name: "x", Workers: []plugin.Worker{{Name: "reminder", Execute: execute}}}},
		"cannot be started":           {{Name: "x", Services: []plugin.Service{{Name: "s"}}}},
		"X_KEY is not set":            {{Name: "x", Settings: []plugin.Setting{{Name: "X_KEY", Required: true}}}},
		"X_N is no number":            {{Name: "x", Settings: []plugin.Setting{{Name: "X_N", Kind: plugin.Number, Default: "many"}}}},
		"its name begins with A_B_":   {{Name: "a-b", Settings: []plugin.Setting{{Name: "OTHER"}}}},
		"its Init: panic":             {{Name: "x", Init: func(context.Context, plugin.Host) error { panic("boo") }}},
		"start the service s of the ": {{Name: "x", Services: []plugin.Service{{Name: "s", Start: func(context.Context) error { return errors.New("no") }}}}},
	} {
		s, err := New(t.Context(), settings(t), slog.New(slog.DiscardHandler), plugins...)
		if err == nil {
			err = s.Run(t.Context(), s.Stop)
			if closing := s.Close(t.Context()); closing != nil {
				t.Error(closing)
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
