package modeltest

import (
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/test/stubmodel"
)

// fault is something that goes wrong at a server, and what a provider must
// make of it.
type fault struct {
	name      string
	reply     stubmodel.Reply
	status    int
	temporary bool
	after     time.Duration // RetryAfter
	words     string        // within the message
	partial   bool          // some text came before
}

var faults = []fault{
	{"rate limit", stubmodel.Reply{Status: 429, RetryAfter: "7"}, 429, true, 7 * time.Second, "Too Many", false},
	{"rate limit without a time", stubmodel.Reply{Status: 429, Message: "slow down"}, 429, true, 0, "slow down", false},
	{"broken", stubmodel.Reply{Status: 500}, 500, true, 0, "Internal", false},
	{"overloaded", stubmodel.Reply{Status: 529, Message: "Overloaded"}, 529, true, 0, "Overloaded", false},
	{"unavailable, in HTML", stubmodel.Reply{Status: 503, Raw: "<html>down</html>", ContentType: "text/html"}, 503, true, 0, "Unavailable", false},
	{"bad request", stubmodel.Reply{Status: 400, Message: "max_tokens is wrong"}, 400, false, 0, "max_tokens", false},
	{"no such model", stubmodel.Reply{Status: 404, Message: "model not found"}, 404, false, 0, "not found", false},
	{"key refused and repeated", stubmodel.Reply{Status: 401, EchoKey: true}, 401, false, 0, "Incorrect API key", false},
	{"a foreign key in the words", stubmodel.Reply{Status: 403, Message: "key sk-hidden-123456 is not yours, see http://a:hidden@b/"}, 403, false, 0, "[key]", false},
	{"redirect", stubmodel.Reply{Status: 307}, 307, false, 0, "redirects", false},
	{"endless words", stubmodel.Reply{Status: 500, Message: strings.Repeat("x", 50_000)}, 500, true, 0, "xxx", false},
	{"another kind of page", stubmodel.Reply{Raw: "<html>log in</html>", ContentType: "text/html"}, 0, false, 0, "text/html", false},
	{"cut before the first byte", stubmodel.Reply{CutAtOnce: true}, 0, true, 0, "", false},
	{"cut in the middle", stubmodel.Reply{CutAfter: 2}, 0, true, 0, "broke off", true},
	{"no closing word", stubmodel.Reply{NoEnd: true}, 0, true, 0, "broke off", true},
	{"error in the middle", stubmodel.Reply{ErrorAfter: 2}, 0, true, 0, "Overloaded", true},
	{"broken JSON", stubmodel.Reply{BreakJSON: true}, 0, true, 0, "could not be read", true},
	{"silence", stubmodel.Reply{Hang: true}, 0, true, 0, "silent for", false},
	{"silence in the middle", stubmodel.Reply{HangAfter: 2}, 0, true, 0, "silent for", true},
}

func peerFaults(t *testing.T, dial Dial) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			stub, url := Serve(t)
			stall := patience
			if strings.HasPrefix(f.name, "silence") {
				stall = 100 * time.Millisecond
			}
			text := dial(url, Key, stall)
			stub.Script(f.reply)
			var heard strings.Builder
			answer, err := text.Generate(t.Context(), Ask("tell me a story of a few words"), func(s string) { heard.WriteString(s) })
			failure := asCallError(t, err)
			if failure.Status != f.status || failure.Temporary != f.temporary || failure.RetryAfter != f.after || !strings.Contains(failure.Message, f.words) {
				t.Errorf("%+v", failure)
			}
			if len(failure.Message) > 500 || strings.ContainsAny(failure.Message, "\n\x00") {
				t.Errorf("message of %d bytes", len(failure.Message))
			}
			if answer.Text != heard.String() || (answer.Text != "") != f.partial {
				t.Errorf("text %q, heard %q", answer.Text, heard.String())
			}
			noSecrets(t, err)
			if n := stub.Count(); n != 1 {
				t.Errorf("%d calls, the provider must not retry", n)
			}
			if answer, err := text.Generate(t.Context(), Ask("well again"), nil); err != nil || answer.Text != "You said: well again" {
				t.Errorf("afterwards: %+v, %v", answer, err)
			}
		})
	}
}

// Vectors checks a provider of vectors against a server.
func Vectors(t *testing.T, dial func(url, key string) model.Embedder) {
	t.Run("contract", func(t *testing.T) {
		_, url := Serve(t)
		Embedder(t, dial(url, Key))
	})
	t.Run("batches", func(t *testing.T) {
		stub, url := Serve(t)
		texts := make([]string, 1000)
		for i := range texts {
			texts[i] = strings.Repeat("x", i)
		}
		vectors, err := dial(url, Key).Embed(t.Context(), texts)
		if err != nil || len(vectors) != len(texts) || stub.EmbeddingCount() < 8 {
			t.Errorf("%d vectors in %d calls, %v", len(vectors), stub.EmbeddingCount(), err)
		}
	})
	for name, reply := range map[string]stubmodel.Reply{
		"rate limit":   {Status: 429, RetryAfter: "3"},
		"broken JSON":  {BreakJSON: true},
		"too few":      {Raw: `{"data":[],"embeddings":[]}`},
		"no length":    {Raw: `{"data":[{"index":0,"embedding":[0,0]}],"embeddings":[[0,0]]}`},
		"cut":          {CutAtOnce: true},
		"key repeated": {Status: 500, EchoKey: true},
	} {
		t.Run(name, func(t *testing.T) {
			stub, url := Serve(t)
			stub.Script(reply)
			_, err := dial(url, Key).Embed(t.Context(), []string{"a text"})
			failure := asCallError(t, err)
			if failure.Status != reply.Status || !failure.Temporary || (failure.RetryAfter != 0) != (reply.RetryAfter != "") {
				t.Errorf("%+v", failure)
			}
			noSecrets(t, err)
		})
	}
}
