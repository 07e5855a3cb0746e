package speechtest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/test/stubmodel"
)

// Key is the key that engines under test are given.
const Key = "test-0123456789-secret"

// Serve starts a stand-in for the servers of OpenAI and ElevenLabs.
func Serve(t testing.TB) (*stubmodel.Server, string) {
	stub := stubmodel.New()
	server := httptest.NewServer(stub)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return stub, server.URL
}

// Peer checks that an engine tells what went wrong at the other end: call is
// one call of it, with Key and a stall of 100 ms, to the server at url.
func Peer(t *testing.T, call func(ctx context.Context, url string) error) {
	stub, url := Serve(t)
	if err := call(t.Context(), url); err != nil {
		t.Fatalf("a good answer: %v", err)
	}
	for name, c := range map[string]struct {
		reply     stubmodel.Reply
		status    int
		temporary bool
	}{
		"too many calls":   {stubmodel.Reply{Status: 429, RetryAfter: "2"}, 429, true},
		"no credit":        {stubmodel.Reply{Status: 429, ErrorType: "insufficient_quota"}, 429, false},
		"a wrong key":      {stubmodel.Reply{Status: 401, EchoKey: true}, 401, false},
		"out of order":     {stubmodel.Reply{Status: 503}, 503, true},
		"silence":          {stubmodel.Reply{Hang: true}, 0, true},
		"cut off":          {stubmodel.Reply{CutAtOnce: true}, 0, true},
		"a page of a site": {stubmodel.Reply{Raw: "<html>hello</html>", ContentType: "text/html"}, 0, false},
	} {
		stub.Script(c.reply)
		err := call(t.Context(), url)
		var failure *model.CallError
		if !errors.As(err, &failure) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if failure.Status != c.status || failure.Temporary != c.temporary && name != "a page of a site" || failure.Message == "" {
			t.Errorf("%s: %+v", name, failure)
		}
		if name == "too many calls" && failure.RetryAfter != 2*time.Second {
			t.Errorf("%s: again after %s", name, failure.RetryAfter)
		}
		if strings.Contains(err.Error(), Key) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	stub.Script(stubmodel.Reply{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := call(ctx, url); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a deadline while the server is silent: %v", err)
	}
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	var failure *model.CallError
	if err := call(t.Context(), dead.URL); !errors.As(err, &failure) || !failure.Temporary {
		t.Errorf("a dead server: %v", err)
	}
}
