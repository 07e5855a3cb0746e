package stubmodel_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/elizad/elizad/test/stubmodel"
)

var chats = map[string]string{
	"/v1/chat/completions": `{"model":"m","stream":%s,"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"first"},{"role":"assistant","content":"ok"},{"role":"user","content":[{"type":"text","text":"hello there my friend"}]}]}`,
	"/v1/messages":         `{"model":"m","stream":%s,"max_tokens":9,"system":[{"type":"text","text":"be kind"}],"messages":[{"role":"user","content":[{"type":"text","text":"hello there my friend"}]}]}`,
	"/api/chat":            `{"model":"m","stream":%s,"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"hello there my friend"}]}`,
}

func start(t testing.TB) (*stubmodel.Server, string) {
	stub := stubmodel.New()
	server := httptest.NewServer(stub)
	t.Cleanup(server.Close)
	return stub, server.URL
}

func post(t testing.TB, address, body string) (status int, answer string, err error) {
	t.Helper()
	resp, err := http.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func TestPlainAndStreamed(t *testing.T) {
	stub, url := start(t)
	for path, body := range chats {
		_, whole, err := post(t, url+path, strings.Replace(body, "%s", "false", 1))
		if err != nil || !json.Valid([]byte(whole)) || !strings.Contains(whole, "You said: hello there my friend") {
			t.Errorf("%s: %v, %s", path, err, whole)
		}
		_, stream, err := post(t, url+path, strings.Replace(body, "%s", "true", 1))
		if err != nil || strings.Contains(stream, "You said: hello there my friend") || strings.Count(stream, "\n") < 5 {
			t.Errorf("%s: %v, %s", path, err, stream)
		}
		if call := stub.Last(); call.System != "be kind" || call.LastUser != "hello there my friend" || call.Model != "m" || !call.Stream {
			t.Errorf("%s: %+v", path, call)
		}
	}
	if stub.Count() != 6 {
		t.Errorf("%d calls", stub.Count())
	}
}

func TestAnswerDecides(t *testing.T) {
	stub, url := start(t)
	stub.Answer = func(c stubmodel.Call) stubmodel.Reply { return stubmodel.Reply{Text: strings.ToUpper(c.LastUser)} }
	if _, whole, _ := post(t, url+"/v1/messages", strings.Replace(chats["/v1/messages"], "%s", "false", 1)); !strings.Contains(whole, "HELLO THERE") {
		t.Error(whole)
	}
}

func TestKeyIsChecked(t *testing.T) {
	stub, url := start(t)
	stub.Key = "right"
	if status, body, _ := post(t, url+"/api/chat", chats["/api/chat"]); status != http.StatusBadRequest {
		t.Errorf("%d %s", status, body)
	}
	status, body, _ := post(t, url+"/v1/messages", strings.Replace(chats["/v1/messages"], "%s", "true", 1))
	if status != http.StatusUnauthorized || !strings.Contains(body, "authentication_error") {
		t.Errorf("%d %s", status, body)
	}
}

func TestSteeredOverHTTP(t *testing.T) {
	_, url := start(t)
	chat := strings.Replace(chats["/v1/chat/completions"], "%s", "false", 1)
	post(t, url+"/stub/script", `[{"status":429,"retryAfter":"1","times":2},{"text":"scripted"}]`)
	post(t, url+"/stub/default", `{"text":"standing"}`)
	for i, want := range []string{"Too Many", "Too Many", "scripted", "standing", "standing"} {
		if _, body, _ := post(t, url+"/v1/chat/completions", chat); !strings.Contains(body, want) {
			t.Errorf("call %d: %s", i, body)
		}
	}
	post(t, url+"/stub/default", `null`)
	if _, body, _ := post(t, url+"/v1/chat/completions", chat); !strings.Contains(body, "You said") {
		t.Error(body)
	}
	resp, err := http.Get(url + "/stub/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, _ := io.ReadAll(resp.Body); string(b) != `{"calls":6,"embeddings":0,"scripted":0}`+"\n" {
		t.Errorf("stats %s", b)
	}
}

func TestRecordingIsBounded(t *testing.T) {
	stub, url := start(t)
	stub.Keep = 3
	for range 10 {
		post(t, url+"/api/chat", strings.Replace(chats["/api/chat"], "%s", "true", 1))
	}
	if calls := stub.Calls(); len(calls) != 3 || calls[2].Number != 10 {
		t.Errorf("%d calls kept", len(calls))
	}
}

func TestVectorsOfLikeTextsAreNear(t *testing.T) {
	dot := func(a, b []float32) (sum float32) {
		for i := range a {
			sum += a[i] * b[i]
		}
		return sum
	}
	cat, cats, stocks := stubmodel.Vector("the cat sat on the mat"), stubmodel.Vector("the cat lay on the mat"), stubmodel.Vector("prices fell sharply yesterday")
	if dot(cat, cats) <= dot(cat, stocks) {
		t.Error("words do not count")
	}
}

// discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkStream is the server's own part of one streamed call.
func BenchmarkStream(b *testing.B) {
	stub := stubmodel.New()
	stub.Keep = 0
	body := []byte(strings.Replace(chats["/v1/chat/completions"], "%s", "true", 1))
	r := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", nil)
	w := discard{make(http.Header)}
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(bytes.NewReader(body))
		stub.ServeHTTP(w, r)
	}
}
