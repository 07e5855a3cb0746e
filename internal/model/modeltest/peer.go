package modeltest

import (
	"context"
	"errors"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/test/stubmodel"
)

// Key is the key that providers under test are given.
const Key = "test-0123456789-secret"

// Dial makes the provider under test for a stand-in server at url.
type Dial func(url, key string, stall time.Duration) model.Text

// Serve starts a stand-in server.
func Serve(t testing.TB) (*stubmodel.Server, string) {
	stub := stubmodel.New()
	server := httptest.NewServer(stub)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return stub, server.URL
}

// Peer checks a provider of text against a server, behaving well and badly.
func Peer(t *testing.T, dial Dial) {
	t.Run("contract", func(t *testing.T) {
		_, url := Serve(t)
		Text(t, dial(url, Key, 0))
	})
	t.Run("answer", func(t *testing.T) { peerAnswer(t, dial) })
	t.Run("tools", func(t *testing.T) { peerTools(t, dial) })
	t.Run("faults", func(t *testing.T) { peerFaults(t, dial) })
	t.Run("dialects", func(t *testing.T) { peerDialects(t, dial) })
	t.Run("refusals", func(t *testing.T) { peerRefusals(t, dial) })
	t.Run("cancel", func(t *testing.T) { peerCancel(t, dial) })
	t.Run("dead server", func(t *testing.T) {
		server := httptest.NewServer(nil)
		server.Close()
		_, err := dial(strings.Replace(server.URL, "//", "//user:hidden@", 1), Key, 0).Generate(t.Context(), Ask("hello"), nil)
		failure := asCallError(t, err)
		if failure.Status != 0 || !failure.Temporary || !strings.Contains(failure.Message, "refused") {
			t.Errorf("%+v", failure)
		}
		noSecrets(t, err)
	})
}

func peerAnswer(t *testing.T, dial Dial) {
	stub, url := Serve(t)
	text := dial(url, Key, time.Minute)
	said := "hello \"world\"\n— how are you, 日本? " + strings.Repeat("word ", 50)
	pieces := 0
	answer, err := text.Generate(t.Context(), Ask(said), func(string) { pieces++ })
	if err != nil {
		t.Fatal(err)
	}
	if answer.Text != "You said: "+said || pieces < 3 {
		t.Errorf("answer %q in %d pieces", answer.Text, pieces)
	}
	if answer.Usage.InputTokens == 0 || answer.Usage.OutputTokens == 0 || answer.Model == "" {
		t.Errorf("answer %+v", answer)
	}
	call := stub.Last()
	if call.System != "You are Eliza." || !call.Stream || call.Model == "" {
		t.Errorf("the server was sent %+v", call)
	}
	req := Ask("x")
	req.Model = "wished-model"
	req.Turns = []model.Turn{{Role: model.RoleUser, Name: "Ann", Text: "first"}, {Role: model.RoleAssistant, Text: "ok"}, {Role: model.RoleUser, Name: "Bob", Text: "second"}}
	if answer, err = text.Generate(t.Context(), req, nil); err != nil || answer.Text != "You said: Bob: second" || answer.Model != "wished-model" {
		t.Errorf("with two speakers and a wish: %+v, %v", answer, err)
	}
	stub.Script(stubmodel.Reply{Empty: true}, stubmodel.Reply{NoUsage: true, Text: "no count"})
	if answer, err = text.Generate(t.Context(), Ask("x"), nil); err != nil || answer.Text != "" || answer.ToolCalls != nil {
		t.Errorf("an empty answer: %+v, %v", answer, err)
	}
	if answer, err = text.Generate(t.Context(), Ask("x"), nil); err != nil || answer.Text != "no count" {
		t.Errorf("an answer without usage: %+v, %v", answer, err)
	}
}

func peerTools(t *testing.T, dial Dial) {
	stub, url := Serve(t)
	text := dial(url, Key, 0)
	stub.Script(stubmodel.Reply{Text: "let me see", ToolCalls: []stubmodel.ToolCall{
		{ID: "one", Name: "weather", Arguments: `{"city":"Berlin","days":2}`}, {ID: "two", Name: "clock", Arguments: `{}`}}})
	req := Ask("what is the weather?")
	req.Tools = []model.Tool{{Name: "weather", Description: "the weather", Parameters: []byte(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`)}, {Name: "clock"}}
	answer, err := text.Generate(t.Context(), req, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.ToolCalls) != 2 || answer.Text != "let me see" {
		t.Fatalf("answer %+v", answer)
	}
	first, second := answer.ToolCalls[0], answer.ToolCalls[1]
	if first.Name != "weather" || string(first.Arguments) != `{"city":"Berlin","days":2}` || second.Name != "clock" || string(second.Arguments) != `{}` || first.ID == "" || first.ID == second.ID {
		t.Errorf("calls %+v", answer.ToolCalls)
	}
	if sent := string(stub.Last().Body); !strings.Contains(sent, `"required":["city"]`) || strings.Count(sent, `"type":"object"`) != 2 {
		t.Errorf("the tools were sent as %s", sent)
	}
	req.Turns = append(req.Turns, model.Turn{Role: model.RoleAssistant, Text: answer.Text, ToolCalls: answer.ToolCalls},
		model.Turn{Role: model.RoleTool, ToolCallID: first.ID, Text: "sunny at noon"}, model.Turn{Role: model.RoleTool, ToolCallID: second.ID, Text: "12:00"})
	if _, err := text.Generate(t.Context(), req, nil); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"sunny at noon", "12:00", "weather", "let me see", "Berlin"} {
		if sent := string(stub.Last().Body); !strings.Contains(sent, part) {
			t.Errorf("%q was not sent: %s", part, sent)
		}
	}
}

func peerCancel(t *testing.T, dial Dial) {
	stub, url := Serve(t)
	text := dial(url, Key, time.Minute)
	if _, err := text.Generate(t.Context(), Ask("warm"), nil); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	for range 20 {
		stub.Script(stubmodel.Reply{HangAfter: 2})
		ctx, cancel := context.WithCancel(t.Context())
		pieces := 0
		answer, err := text.Generate(ctx, Ask("a text of several words that never ends"), func(string) {
			if pieces++; pieces == 2 {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) || asCallError(t, err).Temporary || answer.Text == "" {
			t.Fatalf("answer %+v, error %v", answer, err)
		}
	}
	stub.Script(stubmodel.Reply{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := text.Generate(ctx, Ask("hello"), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a deadline while the server hangs: %v", err)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before+4; <-tick.C {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func asCallError(t testing.TB, err error) *model.CallError {
	t.Helper()
	var failure *model.CallError
	if !errors.As(err, &failure) {
		t.Fatalf("no CallError: %v", err)
	}
	return failure
}

// noSecrets checks the whole chain of an error.
func noSecrets(t testing.TB, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, secret := range []string{Key, "hidden"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error tells a secret: %v", err)
			}
		}
	}
}
