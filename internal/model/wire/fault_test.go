package wire

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "2": 2 * time.Second, "0.5": time.Second / 2, "-3": 0, "NaN": 0, "soon": 0, "1e300": 24 * time.Hour,
		now.Add(90 * time.Second).Format(http.TimeFormat):  90 * time.Second,
		now.Add(-90 * time.Second).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {in}}, now); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if got := retryAfter(http.Header{"Retry-After-Ms": {"250"}, "Retry-After": {"9"}}, now); got != 250*time.Millisecond {
		t.Errorf("milliseconds: %s", got)
	}
}

func TestRefusedReadsTheFormsOfErrors(t *testing.T) {
	p := Peer{Provider: "p", Key: "k-secret"}
	for body, want := range map[string]struct {
		status    int
		message   string
		temporary bool
	}{
		`{"error":{"message":"no money","type":"x","code":"insufficient_quota"}}`: {429, "no money", false},
		`{"error":{"message":"slow","type":"requests","code":"rate_limit"}}`:      {429, "slow", true},
		`{"error":"plain k-secret"}`:             {500, "plain [key]", true},
		`{"detail":"fast"}`:                      {503, "fast", true},
		`{"message":"m\nn"}`:                     {404, "m n", false},
		`{"error":{"error":{"message":"deep"}}}`: {501, "deep", false},
		`not json`:                               {502, "not json", true},
		`<html>no</html>`:                        {502, "Bad Gateway", true},
		`{"error":{"code":"x"}}`:                 {503, "Service Unavailable", true},
		`[{"error":{"code":400,"message":"in a list","status":"INVALID_ARGUMENT"}}]`:                                     {400, "in a list", false},
		`{"object":"error","message":"flat","code":400}`:                                                                 {400, "flat", false},
		`{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}`: {422, "stream_options: Extra inputs are not permitted", false},
		`{"errors":[{"message":"one"},{"message":"two"}]}`:                                                               {400, "one; two", false},
		`{"base_resp":{"status_code":1004,"status_msg":"login fail"}}`:                                                   {401, "login fail", false},
		`{"error":{"message":5}}`: {408, "Request Timeout", true},
	} {
		e := p.Refused(&http.Response{StatusCode: want.status, Body: io.NopCloser(strings.NewReader(body))})
		if e.Message != want.message || e.Temporary != want.temporary || e.Status != want.status {
			t.Errorf("%s: %+v", body, e)
		}
	}
}

func FuzzRefused(f *testing.F) {
	f.Add([]byte(`{"error":{"message":"the key KEY is wrong","type":"t","code":"c"}}`))
	f.Add([]byte(`{"error":"KEYKEY","detail":[{"msg":"x"}]}`))
	f.Add([]byte(`{"error":{"error":{}},"code":429,"message":"\u0000\n"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		body = bytes.ReplaceAll(body, []byte("KEY"), []byte("k-secret"))
		e := Peer{Provider: "p", Key: "k-secret"}.Refused(&http.Response{StatusCode: 500, Body: io.NopCloser(bytes.NewReader(body))})
		if e.Message == "" || strings.Contains(e.Error(), "k-secret") || len(e.Message) > maxMessage+len("…") || strings.ContainsAny(e.Message, "\n\x00") {
			t.Errorf("message %q", e.Message)
		}
	})
}
