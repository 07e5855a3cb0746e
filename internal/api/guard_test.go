package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/api"
)

const key = "the-key"

func withKey(o *api.Options) { o.Access = access.New(access.Options{Token: key}) }

func TestKeyIsRequiredForAllOfTheAPI(t *testing.T) {
	r := newRig(t, withKey)
	var document struct {
		Paths map[string]map[string]any
	}
	document.Paths = r.paths()
	checked := 0
	for path, methods := range document.Paths {
		for method := range methods {
			method = strings.ToUpper(method)
			real := strings.NewReplacer("{agentId}", nobody, "{channelId}", nobody, "{messageId}", nobody, "{messageServerId}", nobody, "{runId}", nobody).Replace(path)
			for _, sent := range []string{"X-API-KEY: ", "X-API-KEY: wrong", "X-API-KEY: " + key + "2"} {
				got := r.send(method, real, nil, sent)
				if path == "/health" || path == "/healthz" {
					if got.status == 401 {
						t.Errorf("%s asks for the key", path)
					}
					continue
				}
				if message := got.fails(401, "UNAUTHORIZED"); message != "Unauthorized: Invalid or missing X-API-KEY" {
					t.Errorf("%s: %q", path, message)
				}
				checked++
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d requests were refused", checked)
	}
	r.send("GET", "/api/agents", nil).data(200)
	r.send("GET", "/api/nowhere", nil, "X-API-KEY: ").fails(401, "UNAUTHORIZED")
	for _, path := range []string{"/health", "/healthz"} {
		if got := r.send("GET", path, nil, "X-API-KEY: "); got.status == 401 {
			t.Errorf("%s asks for the key", path)
		}
	}
}

func TestPollingSocketNeedsTheKey(t *testing.T) {
	r := newRig(t, withKey)
	for auth, want := range map[string]string{
		`{"entityId":"` + person + `"}`:                             `{"message":"Invalid or missing API Key"}`,
		`{"entityId":"` + person + `","apiKey":"wrong"}`:            `{"message":"Invalid or missing API Key"}`,
		`{"apiKey":"` + key + `","entityId":"not-an-id"}`:           `{"message":"Valid entityId required"}`,
		`{"apiKey":"` + key + `"}`:                                  `{"message":"Valid entityId required"}`,
		`{"apiKey":"` + key + `","entityId":"` + person + `"}`:      `"authenticated"`,
		`{"apiKey":["` + key + `"],"entityId":{"a":"` + key + `"}}`: `{"message":"Invalid or missing API Key"}`,
	} {
		opened := string(r.send("GET", "/socket.io/?EIO=4&transport=polling", nil, "X-API-KEY: ").body)
		_, rest, _ := strings.Cut(opened, `"sid":"`)
		sid, _, found := strings.Cut(rest, `"`)
		if !found {
			t.Fatalf("opened with %q", opened)
		}
		session := "/socket.io/?EIO=4&transport=polling&sid=" + sid
		r.send("POST", session, "40"+auth, "Content-Type: text/plain", "X-API-KEY: ")
		got := string(r.send("GET", session, nil, "X-API-KEY: ").body)
		if strings.HasPrefix(got, "40") && !strings.Contains(got, want) { // what comes after the connection may need a second poll
			got += string(r.send("GET", session, nil, "X-API-KEY: ").body)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s is answered with %q, want %s", auth, got, want)
		}
	}
}

func TestPagesOfOtherOriginsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*api.Options)
		origin  string
		allowed string // Access-Control-Allow-Origin; "" for refused
	}{
		"this machine":              {func(*api.Options) {}, "http://localhost:5173", "http://localhost:5173"},
		"elsewhere":                 {func(*api.Options) {}, "https://evil.example", ""},
		"looks like this machine":   {func(*api.Options) {}, "http://localhost.evil.example", ""},
		"a file":                    {func(*api.Options) {}, "null", ""},
		"elsewhere, with a key":     {withKey, "https://evil.example", ""},
		"configured":                {func(o *api.Options) { o.Origins = []string{"https://app.example"} }, "https://app.example", "https://app.example"},
		"not the configured one":    {func(o *api.Options) { o.Origins = []string{"https://app.example"} }, "https://evil.example", ""},
		"any, as configured":        {func(o *api.Options) { o.Origins = []string{"*"} }, "https://evil.example", "*"},
		"a file, any as configured": {func(o *api.Options) { o.Origins = []string{"*"} }, "null", "*"},
	} {
		r := newRig(t, c.change)
		for _, path := range []string{"/api/agents", "/health", "/socket.io/?EIO=4&transport=polling", "/docs", "/openapi.json"} {
			got := r.send("GET", path, nil, "Origin: "+c.origin)
			if c.allowed == "" {
				got.fails(403, "FORBIDDEN")
				continue
			}
			h := got.header
			if got.status == 403 || h.Get("Access-Control-Allow-Origin") != c.allowed || (h.Get("Access-Control-Allow-Credentials") == "true") != (c.allowed != "*") ||
				!strings.Contains(strings.Join(h.Values("Vary"), ","), "Origin") {
				t.Errorf("%s: %s: %d %v", name, path, got.status, h)
			}
		}
		preflight := r.send("OPTIONS", "/api/agents", nil, "Origin: "+c.origin, "X-API-KEY: ", "Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: x-api-key")
		if c.allowed == "" {
			preflight.fails(403, "FORBIDDEN")
		} else if h := preflight.header; preflight.status != 204 || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "PATCH") ||
			!strings.Contains(h.Get("Access-Control-Allow-Headers"), "X-API-KEY") || h.Get("Access-Control-Max-Age") != "86400" {
			t.Errorf("%s: preflight %d %v", name, preflight.status, h)
		}
	}
}

func TestHostNamesPointedAtThisMachineAreRefused(t *testing.T) {
	open, closed := newRig(t), newRig(t, withKey)
	for _, host := range []string{"evil.example", "evil.example:3000", "127.0.0.1.evil.example", "localhost.evil.example", "169.254.169.254"} {
		for _, path := range []string{"/api/agents", "/health", "/docs", "/socket.io/?EIO=4&transport=polling"} {
			open.send("GET", path, nil, "Host: "+host).fails(403, "FORBIDDEN")
			if got := closed.send("GET", path, nil, "Host: "+host); got.status == 403 {
				t.Errorf("%s is refused for %s although a key is set", path, host)
			}
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST:3000", "127.0.0.1:1", "[::1]:3000", "my.localhost"} {
		open.send("GET", "/api/agents", nil, "Host: "+host).data(200)
	}
}

func TestAnswersCarrySafeHeaders(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/api/agents", "/api/nowhere", "/docs", "/health"} {
		h := r.send("GET", path, nil).header
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer", "Server": "", "X-Powered-By": ""} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if h.Get("X-Request-Id") == "" {
			t.Errorf("%s: no request id", path)
		}
	}
}

// paths are the operations of the OpenAPI document.
func (r *rig) paths() map[string]map[string]any {
	r.t.Helper()
	all := r.send("GET", "/openapi.json", nil).has(http.StatusOK)
	paths := map[string]map[string]any{}
	for path, item := range at(all, "paths").(map[string]any) {
		paths[path], _ = item.(map[string]any)
	}
	return paths
}
