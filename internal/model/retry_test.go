package model_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/test/stubmodel"
)

// dial makes a router whose only server is a stand-in.
func dial(t testing.TB, cfg model.Config) (*stubmodel.Server, *model.Router) {
	stub, url := modeltest.Serve(t)
	cfg.OpenAIBaseURL, cfg.OpenAIModel, cfg.OpenAIEmbeddingModel = url+"/v1", "m", "e"
	r := newRouter(t, cfg, model.Embedded{}, "")
	r.Hasten()
	return stub, r
}

func TestRouterKeepsTheContract(t *testing.T) {
	_, r := dial(t, model.Config{})
	text, _ := r.Text(nil)
	modeltest.Text(t, text)
	embedder, _ := r.Embedder()
	modeltest.Embedder(t, embedder)
}

func TestRetry(t *testing.T) {
	for name, c := range map[string]struct {
		script []stubmodel.Reply
		listen bool
		calls  int64
		status int // of the final error; -1 for none
		text   string
	}{
		"429 twice, then well":           {[]stubmodel.Reply{{Status: 429, Times: 2}}, true, 3, -1, "You said: hello there, my friend"},
		"503, a cut, silence, then well": {[]stubmodel.Reply{{Status: 503}, {CutAtOnce: true}, {Hang: true}}, true, 4, -1, "You said: hello there, my friend"},
		"never well":                     {[]stubmodel.Reply{{Status: 500, Times: 9}}, true, 4, 500, ""},
		"a bad request":                  {[]stubmodel.Reply{{Status: 400}}, true, 1, 400, ""},
		"no money":                       {[]stubmodel.Reply{{Status: 429, ErrorType: "insufficient_quota"}}, true, 1, 429, ""},
		"cut after text was handed on":   {[]stubmodel.Reply{{CutAfter: 2}}, true, 1, 0, "You said: hello"},
		"cut before anybody heard it":    {[]stubmodel.Reply{{CutAfter: 2}}, false, 2, -1, "You said: hello there, my friend"},
		"an error in the middle":         {[]stubmodel.Reply{{ErrorAfter: 1}}, true, 1, 0, "You said:"},
		"broken arguments of a tool":     {[]stubmodel.Reply{{ToolCalls: []stubmodel.ToolCall{{ID: "x", Name: "f", Arguments: "{"}}}}, true, 1, -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			stub, r := dial(t, model.Config{StallTimeout: 200 * time.Millisecond})
			stub.Script(c.script...)
			text, _ := r.Text(nil)
			var heard strings.Builder
			var chunk func(string)
			if c.listen {
				chunk = func(s string) { heard.WriteString(s) }
			}
			answer, err := text.Generate(t.Context(), modeltest.Ask("hello there, my friend"), chunk)
			if answer.Text != c.text || c.listen && heard.String() != c.text {
				t.Errorf("text %q, heard %q", answer.Text, heard.String())
			}
			if n := stub.Count(); n != c.calls || answer.Usage.Calls != int(c.calls) {
				t.Errorf("%d calls, counted as %d", n, answer.Usage.Calls)
			}
			var failure *model.CallError
			switch {
			case c.status < 0:
				if err != nil {
					t.Error(err)
				}
			case !errors.As(err, &failure) || failure.Status != c.status || failure.Partial != c.text:
				t.Errorf("error %+v", err)
			}
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	stub, r := dial(t, model.Config{})
	stub.Script(stubmodel.Reply{Status: 429, RetryAfter: "0.2"})
	text, _ := r.Text(nil)
	start := time.Now()
	if _, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(start); waited < 200*time.Millisecond {
		t.Errorf("called again after %s", waited)
	}
}

func TestRetryAfterBeyondTheDeadline(t *testing.T) {
	stub, r := dial(t, model.Config{CallTimeout: 20 * time.Second})
	stub.Script(stubmodel.Reply{Status: 429, RetryAfter: "3600"})
	text, _ := r.Text(nil)
	_, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
	var failure *model.CallError
	if !errors.As(err, &failure) || failure.Status != 429 || failure.RetryAfter != time.Hour || stub.Count() != 1 {
		t.Errorf("error %+v after %d calls", err, stub.Count())
	}
}

func TestCallTimeout(t *testing.T) {
	stub, r := dial(t, model.Config{CallTimeout: 100 * time.Millisecond})
	stub.Script(stubmodel.Reply{Hang: true})
	text, _ := r.Text(nil)
	answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
	var failure *model.CallError
	if !errors.As(err, &failure) || !failure.Temporary || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer within 100ms") {
		t.Errorf("error %+v", err)
	}
	if answer.Usage.Calls != 1 || answer.Usage.ModelMillis < 90 {
		t.Errorf("usage %+v", answer.Usage)
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	stub, r := dial(t, model.Config{})
	stub.Script(stubmodel.Reply{Status: 429, RetryAfter: "25"})
	ctx, cancel := context.WithCancel(t.Context())
	text, _ := r.Text(nil)
	ended := make(chan error)
	go func() {
		_, err := text.Generate(ctx, modeltest.Ask("hi"), nil)
		ended <- err
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for stub.Count() == 0 {
		<-tick.C
	}
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the call waits on")
	}
}

func TestDeadServer(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	r := newRouter(t, model.Config{OpenAIBaseURL: server.URL, OpenAIModel: "m", OpenAIEmbeddingModel: "e", Attempts: 2}, model.Embedded{}, "")
	r.Hasten()
	text, _ := r.Text(nil)
	answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
	if err == nil || !strings.Contains(err.Error(), "refused") || answer.Usage.Calls != 2 {
		t.Errorf("%+v, %v", answer, err)
	}
	embedder, _ := r.Embedder()
	if _, err := embedder.Embed(t.Context(), []string{"x"}); err == nil {
		t.Error("vectors of a dead server")
	}
}

func TestEmbeddingsAreRetried(t *testing.T) {
	stub, r := dial(t, model.Config{})
	stub.Script(stubmodel.Reply{Status: 503, Times: 3})
	embedder, _ := r.Embedder()
	if vectors, err := embedder.Embed(t.Context(), []string{"x"}); err != nil || len(vectors) != 1 || stub.EmbeddingCount() != 4 {
		t.Errorf("%v, %v", vectors, err)
	}
}

func TestNobodyServes(t *testing.T) {
	r := newRouter(t, model.Config{}, model.Embedded{Missing: "the embedded models were not built in"}, "")
	text, _ := r.Text(nil)
	_, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
	var failure *model.CallError
	if !errors.As(err, &failure) || failure.Temporary || !strings.Contains(failure.Message, "not built in") {
		t.Errorf("error %v", err)
	}
	if embedder, _ := r.Embedder(); embedder != nil {
		t.Error("an embedder")
	}
}

// shaky is a plugin's model with a bug.
type shaky struct{ pieces int }

func (s shaky) Generate(_ context.Context, _ model.Request, chunk func(string)) (model.Answer, error) {
	for range s.pieces {
		chunk("piece ")
	}
	panic("index out of range, key sk-secret")
}

func (shaky) Embed(context.Context, []string) ([][]float32, error) { panic("no") }
func (shaky) Model() string                                        { return "shaky" }

func TestPanicBecomesAnError(t *testing.T) {
	r := newRouter(t, model.Config{}, model.Embedded{Text: shaky{2}, Embedder: shaky{}}, "")
	text, _ := r.Text(nil)
	answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), func(string) {})
	var failure *model.CallError
	if !errors.As(err, &failure) || failure.Partial != "piece piece " || answer.Text != failure.Partial || strings.Contains(err.Error(), "secret") {
		t.Errorf("%+v, %v", answer, err)
	}
	embedder, _ := r.Embedder()
	if _, err := embedder.Embed(t.Context(), []string{"x"}); err == nil {
		t.Error("no error")
	}
}

func TestRequestsAreChecked(t *testing.T) {
	stub, r := dial(t, model.Config{})
	text, _ := r.Text(nil)
	if _, err := text.Generate(t.Context(), model.Request{}, nil); eliza.ErrorCode(err) != eliza.CodeInvalidRequest || stub.Count() != 0 {
		t.Errorf("error %v, %d calls", err, stub.Count())
	}
}
