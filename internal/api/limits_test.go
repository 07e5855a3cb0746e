package api_test

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/api"
)

func limited(l api.Limits, proxies ...string) func(*api.Options) {
	return func(o *api.Options) {
		o.Limits = l
		for _, p := range proxies {
			o.Proxies = append(o.Proxies, netip.MustParsePrefix(p))
		}
	}
}

func TestEveryAnswerTellsTheLimit(t *testing.T) {
	r := newRig(t, limited(api.Limits{General: api.Rate{Count: 3, Window: time.Minute}}))
	for i, path := range []string{"/api/agents", "/api/nothing", "/api/agents/not-an-id"} {
		h := r.send("GET", path, nil).header
		reset, err := strconv.ParseInt(h.Get("RateLimit-Reset"), 10, 64)
		if h.Get("RateLimit-Limit") != "3" || h.Get("RateLimit-Remaining") != strconv.Itoa(2-i) || err != nil || time.Until(time.Unix(reset, 0)) > time.Minute+time.Second {
			t.Errorf("%s: %v", path, h)
		}
	}
	refused := r.send("GET", "/api/agents", nil)
	refused.fails(429, "RATE_LIMIT_EXCEEDED")
	if h := refused.header; h.Get("RateLimit-Remaining") != "0" || h.Get("Retry-After") == "" {
		t.Errorf("refused with %v", h)
	}
	if got := r.send("GET", "/healthz", nil); got.status != 200 && got.status != 503 {
		t.Errorf("the state of health is limited: %d", got.status)
	}
}

func TestEachLimitHasItsCode(t *testing.T) {
	one := api.Rate{Count: 1, Window: time.Minute}
	for name, c := range map[string]struct {
		limits       api.Limits
		method, path string
		code         string
	}{
		"files":       {api.Limits{Files: one}, "POST", "/api/audio/" + nobody + "/transcriptions", "FILE_RATE_LIMIT_EXCEEDED"},
		"uploads":     {api.Limits{Uploads: one}, "POST", "/api/messaging/channels/" + nobody + "/upload-media", "UPLOAD_RATE_LIMIT_EXCEEDED"},
		"channel ids": {api.Limits{ChannelIDs: one}, "GET", "/api/messaging/channels/none/messages", "CHANNEL_VALIDATION_RATE_LIMIT_EXCEEDED"},
		"media":       {api.Limits{ChannelMedia: one}, "POST", "/api/media/channels/" + nobody + "/upload-media", "RATE_LIMIT_EXCEEDED"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, limited(c.limits))
			if got := r.send(c.method, c.path, nil); got.status == 429 {
				t.Fatalf("the first one is refused: %s", got.body)
			}
			r.send(c.method, c.path, nil).fails(429, c.code)
			r.send("GET", "/api/agents", nil).data(200)
		})
	}
}

// TestNobodyGetsAroundALimit tries what limiters are got around with.
func TestNobodyGetsAroundALimit(t *testing.T) {
	two := api.Limits{General: api.Rate{Count: 2, Window: time.Minute}}
	for name, headers := range map[string][]string{
		"a made-up client":        {"X-Forwarded-For: 203.0.113.%d"},
		"a made-up chain":         {"X-Forwarded-For: 203.0.113.%d, 127.0.0.1", "X-Real-IP: 203.0.113.%d"},
		"another standard":        {"Forwarded: for=203.0.113.%d", "CF-Connecting-IP: 203.0.113.%d", "True-Client-IP: 203.0.113.%d"},
		"another key every time":  {"X-API-KEY: elizad_%d"},
		"another name every time": {"Host: localhost:%d", "User-Agent: agent-%d"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, limited(two))
			for i := range 3 {
				sent := make([]string, len(headers))
				for j, h := range headers {
					sent[j] = strings.ReplaceAll(h, "%d", strconv.Itoa(i+1))
				}
				got := r.send("GET", "/api/ping", nil, sent...)
				if i == 2 {
					got.fails(429, "RATE_LIMIT_EXCEEDED")
				}
			}
		})
	}
	t.Run("another path every time", func(t *testing.T) {
		r := newRig(t, limited(two))
		r.send("GET", "/api/ping", nil)
		r.send("GET", "/api/server/ping", nil)
		r.send("GET", "/api/hello?x=1", nil).fails(429, "RATE_LIMIT_EXCEEDED")
	})
	t.Run("many sockets", func(t *testing.T) {
		r := newRig(t, limited(two))
		for range 2 {
			r.send("GET", "/socket.io/?EIO=4&transport=polling", nil)
		}
		r.send("GET", "/socket.io/?EIO=4&transport=polling", nil).fails(429, "RATE_LIMIT_EXCEEDED")
	})
	t.Run("many sockets at once", func(t *testing.T) {
		r := newRig(t, limited(api.Limits{Sockets: 2}))
		first := r.open("{}")
		r.open("{}")
		if got := r.send("GET", "/socket.io/?EIO=4&transport=polling", nil); got.status != 429 || !strings.Contains(string(got.body), "Too many connections") {
			t.Errorf("the third is answered %d %s", got.status, got.body)
		}
		first.post("1")
		r.open("{}")
	})
	t.Run("messages over a socket", func(t *testing.T) {
		r := newRig(t, limited(api.Limits{General: api.Rate{Count: 8, Window: time.Minute}}))
		channel := r.channel("GROUP", person)
		l := r.listen(channel)
		for range 8 {
			l.post(`42["2",{"channelId":"` + channel + `","messageServerId":"` + zeroServer + `","senderId":"` + person + `","message":"x"}]`)
		}
		if refused := text(l.hears("messageError"), "error"); !strings.Contains(refused, "Too many requests") {
			t.Errorf("refused with %q", refused)
		}
	})
}

func TestAProxyIsBelievedWhenItIsTrusted(t *testing.T) {
	r := newRig(t, limited(api.Limits{General: api.Rate{Count: 1, Window: time.Minute}}, "127.0.0.0/8", "10.0.0.0/8"))
	for _, c := range []struct {
		forwarded string
		refused   bool
	}{
		{"203.0.113.1", false}, {"203.0.113.2", false}, {"203.0.113.1", true},
		{"198.51.100.7, 203.0.113.3, 10.1.2.3", false}, {"198.51.100.8, 203.0.113.3", true}, // what the client put before
		{"2001:db8:0:1::1", false}, {"2001:db8:0:1:ffff::2", true}, {"2001:db8:0:2::1", false}, // one subscriber's network
		{"::ffff:203.0.113.2", true},
	} {
		if got := r.send("GET", "/api/ping", nil, "X-Forwarded-For: "+c.forwarded); (got.status == 429) != c.refused {
			t.Errorf("%s: %d, refused should be %v", c.forwarded, got.status, c.refused)
		}
	}
}

// TestShowingNoKeyIsNoGuess has a page ask and ask before its user has given it
// the key, as ElizaOS's web client does.
func TestShowingNoKeyIsNoGuess(t *testing.T) {
	r := newRig(t, limited(api.Limits{Keys: api.Rate{Count: 1, Window: time.Minute}}), withKey)
	right := r.key
	r.key = ""
	for range 3 {
		r.send("GET", "/api/agents", nil).fails(401, "UNAUTHORIZED")
		r.open(`{"entityId":"` + person + `"}`).hearsRefusal("Invalid or missing API Key")
	}
	r.send("GET", "/api/agents", nil, "X-API-KEY: "+right).data(200)
}

func TestGuessingKeysIsLimited(t *testing.T) {
	r := newRig(t, limited(api.Limits{Keys: api.Rate{Count: 3, Window: time.Minute}}), withKey)
	for range 3 {
		r.send("GET", "/api/agents", nil, "X-API-KEY: guess").fails(401, "UNAUTHORIZED")
	}
	r.send("GET", "/api/agents", nil, "X-API-KEY: guess").fails(429, "AUTH_RATE_LIMIT_EXCEEDED")
	r.send("GET", "/api/agents", nil).fails(429, "AUTH_RATE_LIMIT_EXCEEDED") // a short key: it could be the next guess
	long := newRig(t, limited(api.Limits{Keys: api.Rate{Count: 1, Window: time.Minute}}), func(o *api.Options) {
		o.Access = access.New(access.Options{Token: "5f0c9e1ab37d42e6a8815c3d"})
	})
	for range 3 {
		long.send("GET", "/api/agents", nil, "X-API-KEY: guess")
	}
	long.send("GET", "/api/agents", nil, "X-API-KEY: 5f0c9e1ab37d42e6a8815c3d").data(200)
}
