package conversation_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/offline"
	"github.com/elizad/elizad/internal/model/providers"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/engines"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/stubmodel"
)

const patience = time.Minute

var user = eliza.NameID("a person")

// rig is talks over real rooms and a real database.
type rig struct {
	*conversation.Service
	t         testing.TB
	speech    *speech.Service
	agents    *agent.Service
	messaging *messaging.Service
	stub      *stubmodel.Server
	agent     eliza.ID
}

// newRig makes an agent. Offline, everything that it needs is embedded or
// installed; otherwise a stand-in writes its answers, and speaks and hears as
// the settings say.
func newRig(t testing.TB, isOffline bool, cfg speech.Config) *rig {
	t.Helper()
	ctx := context.Background()
	stub := stubmodel.New()
	server := httptest.NewServer(stub)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s, err := store.Open(ctx, store.Config{DataDir: t.TempDir(), Node: "rig"})
	if err != nil {
		t.Fatal(err)
	}
	models := model.Config{OpenAIBaseURL: server.URL + "/v1", Attempts: 1, CallTimeout: patience, StallTimeout: patience}
	embedded := model.Embedded{}
	if isOffline {
		models.OpenAIBaseURL, models.Provider = "", "embedded"
		embedded = model.Embedded{Text: offline.New(), TextModel: offline.ModelName}
	}
	log := slog.New(slog.DiscardHandler)
	news := bus.New()
	talk := messaging.New(s, news, messaging.LoopLimits{Hops: 4, PerMinute: 1000})
	recall := memory.New(s, nil, log)
	agents := agent.New(s, news, talk, recall, providers.New(ctx, models, embedded), agent.Options{TurnTimeout: patience, MaxSteps: 4, Policy: agent.Each}, log)
	voices, hush := engines.New(cfg, models, t.TempDir())
	recall.Run(agents.Busy)
	if err := agents.Work(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		end, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := agents.Close(end); err != nil {
			t.Error(err)
		}
		recall.Close()
		news.Close()
		hush()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	made, err := agents.Create(ctx, eliza.Character{Name: "Ada", Bio: eliza.TextList{"Keeps notes."}})
	if err == nil {
		made, err = agents.Start(ctx, made.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &rig{conversation.New(voices, agents, talk), t, voices, agents, talk, stub, made.ID}
}

// say has flite say something, as a WAV file.
func (r *rig) say(text string) []byte {
	r.t.Helper()
	speaker, err := r.speech.Speaker(nil, speech.Wish{})
	if err != nil {
		r.t.Fatal(err)
	}
	clip, err := speaker.Say(context.Background(), text)
	if err != nil {
		r.t.Fatal(err)
	}
	return clip.WAV()
}

// stored is what the channel and the agent's memory have of an answer.
func (r *rig) stored(reply *conversation.Reply) (message, memory string) {
	r.t.Helper()
	ctx := context.Background()
	if m, err := r.messaging.Message(ctx, reply.Delivery.ReplyID); err == nil {
		message = m.Content
	} else if eliza.ErrorCode(err) != eliza.CodeNotFound {
		r.t.Fatal(err)
	}
	if m, err := r.agents.Memory(ctx, r.agent, reply.Delivery.ReplyID); err == nil {
		memory = m.Content.Text
	} else if eliza.ErrorCode(err) != eliza.CodeNotFound {
		r.t.Fatal(err)
	}
	return message, memory
}
