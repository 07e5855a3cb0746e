package api_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/elizad/elizad/test/check"
)

// receiver takes what webhooks are told; what is not signed right it refuses.
func receiver(t testing.TB, secret func() string) (url string, came chan string) {
	t.Helper()
	came = make(chan string, 1000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		verifier, err := standardwebhooks.NewWebhook(secret())
		if err == nil {
			err = verifier.Verify(body, r.Header)
		}
		if err != nil {
			t.Error(err)
			w.WriteHeader(401)
			return
		}
		came <- string(body)
	}))
	t.Cleanup(s.Close)
	return s.URL, came
}

// told is what comes to a webhook.
type told struct {
	Type string         `json:"type"`
	Data map[string]any `json:"data"`
}

// hook makes a webhook for some events of a channel; next waits for what it is
// told next.
func (r *rig) hook(channel string, events ...string) (next func() told) {
	r.t.Helper()
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	url, came := receiver(r.t, func() string { return secret })
	r.send("POST", "/api/webhooks", map[string]any{"url": url, "channelId": channel, "events": events, "secret": secret}).data(201)
	return func() (t told) {
		r.t.Helper()
		select {
		case body := <-came:
			if err := json.Unmarshal([]byte(body), &t); err != nil {
				r.t.Error(err)
			}
		case <-time.After(patience):
			r.t.Fatal("a webhook is told nothing")
		}
		return t
	}
}

func TestAWebhookIsToldHowASessionEnds(t *testing.T) {
	r := newRig(t)
	id := r.session(r.agent("Eliza"), map[string]any{"timeoutMinutes": 5, "warningThresholdMinutes": 1})
	told := r.hook(id, "sessionExpirationWarning", "sessionExpired")
	r.later(4*time.Minute + time.Second)
	if got := told(); got.Type != "sessionExpirationWarning" || got.Data["sessionId"] != id || got.Data["minutesRemaining"] != 1.0 {
		t.Errorf("%v", got)
	}
	r.later(time.Minute)
	if got := told(); got.Type != "sessionExpired" || got.Data["sessionId"] != id {
		t.Errorf("%v", got)
	}
}

func TestAWebhookIsToldWhatHappensInItsChannel(t *testing.T) {
	r := newRig(t)
	var secret string
	url, came := receiver(t, func() string { return secret })
	agent := r.agent("Eliza")
	channel, elsewhere := r.channel("DM", person, agent), r.channel("DM", person, agent)
	made := r.send("POST", "/api/webhooks", map[string]any{"url": url, "channelId": channel, "description": "for a test"}).data(201)
	secret = text(made, "secret")
	one := "/api/webhooks/" + text(made, "id")
	if made["active"] != true || !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("%v", made)
	}
	for _, path := range []string{"/api/webhooks", one} {
		if body := string(r.send("GET", path, nil).body); strings.Contains(body, secret) || strings.Contains(body, "whsec_") || !strings.Contains(body, "for a test") {
			t.Errorf("%s shows %s", path, body)
		}
	}
	r.say(elsewhere, "hidden", "transport", "http").has(201)
	said := text(r.say(channel, "hello", "transport", "http").has(201), "userMessage", "id")
	r.send("DELETE", "/api/messaging/channels/"+channel+"/messages/"+said, nil).has(204)
	r.send("POST", one+"/test", nil).data(202)
	for i, want := range []string{`"messageBroadcast"`, `"messageBroadcast"`, `"messageDelivery"`, `"messageComplete"`, `"messageDeleted"`, `"ping"`} {
		if got := <-came; !strings.HasPrefix(got, `{"type":`+want+`,"timestamp":"`) || strings.Contains(got, "hidden") {
			t.Errorf("event %d is %s", i, got)
		}
	}
	var listed []map[string]any
	check.Until(r.t, "all is delivered", func() bool {
		listed = list(r.send("GET", one+"/deliveries?state=delivered", nil).data(200), "deliveries")
		return len(listed) == 6
	})
	if listed[0]["event"] != "ping" || listed[0]["attempts"] != 1.0 || listed[0]["lastStatus"] != 200.0 {
		t.Errorf("%v", listed[0])
	}
	r.send("POST", one+"/deliveries/"+text(listed[5], "id")+"/redeliver", nil).data(202)
	if got := <-came; !strings.Contains(got, "hello") {
		t.Errorf("told again: %s", got)
	}
	if changed := r.send("PATCH", one, map[string]any{"active": false, "events": []string{"messageDeleted"}}).data(200); changed["active"] != false {
		t.Errorf("%v", changed)
	}
	r.send("POST", one+"/test", nil).fails(409, "CONFLICT")
	r.send("PATCH", one, map[string]any{"url": "http://10.0.0.1/"}).fails(403, "FORBIDDEN")
	r.send("PATCH", one, map[string]any{"events": []string{"messageStreamChunk"}}).fails(400, "INVALID_REQUEST")
	r.send("DELETE", one, nil).has(204)
	r.send("GET", one, nil).fails(404, "NOT_FOUND")
}

func TestAKeyRulesItsOwnWebhooksOnly(t *testing.T) {
	r := newRig(t)
	_, admin := r.keyFor("admin", "")
	r.key = admin
	own, foreign := r.household("Own"), r.household("Foreign")
	_, writer := r.keyFor("write", "")
	_, bound := r.keyFor("write", own["agentId"])
	const url = "http://127.0.0.1:9/"
	everywhere := "/api/webhooks/" + text(r.send("POST", "/api/webhooks", map[string]any{"url": url}).data(201), "id")
	others := "/api/webhooks/" + text(r.send("POST", "/api/webhooks", map[string]any{"url": url, "agentId": foreign["agentId"]}).data(201), "id")
	r.key = writer
	r.send("POST", "/api/webhooks", map[string]any{"url": url}).fails(403, "FORBIDDEN")
	r.send("GET", everywhere, nil).fails(403, "FORBIDDEN")
	r.send("DELETE", everywhere, nil).fails(403, "FORBIDDEN")
	r.send("GET", others, nil).data(200)
	r.key = bound
	r.send("POST", "/api/webhooks", map[string]any{"url": url, "agentId": foreign["agentId"]}).fails(403, "FORBIDDEN")
	r.send("POST", "/api/webhooks", map[string]any{"url": url, "channelId": foreign["channelId"]}).fails(403, "FORBIDDEN")
	made := r.send("POST", "/api/webhooks", map[string]any{"url": url, "channelId": own["channelId"]}).data(201)
	if made["agentId"] != own["agentId"] {
		t.Errorf("%v", made)
	}
	for _, path := range []string{everywhere, others} {
		r.send("GET", path, nil).fails(403, "FORBIDDEN")
		r.send("PATCH", path, map[string]any{"active": false}).fails(403, "FORBIDDEN")
		r.send("DELETE", path, nil).fails(403, "FORBIDDEN")
		r.send("POST", path+"/test", nil).fails(403, "FORBIDDEN")
		r.send("GET", path+"/deliveries", nil).fails(403, "FORBIDDEN")
		r.send("POST", path+"/deliveries/"+nobody+"/redeliver", nil).fails(403, "FORBIDDEN")
	}
	if listed := list(r.send("GET", "/api/webhooks", nil).data(200), "webhooks"); len(listed) != 1 || listed[0]["id"] != made["id"] {
		t.Errorf("it sees %v", listed)
	}
}
