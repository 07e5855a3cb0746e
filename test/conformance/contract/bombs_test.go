package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

// mostGrowth is how much memory the server may gain under what is meant to
// exhaust it.
const mostGrowth = 160 << 20

// TestBombs sends what is small for who sends it and large for who reads it.
func TestBombs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	server := built.Start(t, "OPENAI_BASE_URL="+stub.URL+"/v1", "LOG_LEVEL=error")
	address := server.Address
	agent := firstAgent(ctx, t, address)
	before := resident(t, server.Process())

	var keys bytes.Buffer
	keys.WriteString(`{"name":"x","settings":{`)
	for i := range 100_000 {
		fmt.Fprintf(&keys, `"k%d":%d,`, i, i)
	}
	keys.WriteString(`"last":0}}`)
	var million bytes.Buffer
	million.WriteString("{")
	for i := range 1_000_000 {
		fmt.Fprintf(&million, `"%d":0,`, i)
	}
	million.WriteString(`"last":0}`)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	for range 64 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	parts := "--x\r\n" + strings.Repeat("Content-Disposition: form-data; name=\"a\"\r\n", 20_000) + "\r\nx\r\n--x--\r\n"
	many := strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n", 50_000) + "--x--\r\n"
	audio := "/api/agents/" + agent + "/speech/transcribe"
	for _, bomb := range []struct {
		what, path, kind, encoding string
		body                       []byte
	}{
		{"100,000 settings", "/api/agents", "application/json", "", keys.Bytes()},
		{"a million keys", "/api/agents", "application/json", "", million.Bytes()},
		{"nested a million times", "/api/agents", "application/json", "", []byte(`{"name":"x","settings":` + strings.Repeat(`{"a":`, 1_000_000) + "1" + strings.Repeat("}", 1_000_000) + "}")},
		{"a number of a million digits", "/api/messaging/jobs", "application/json", "", []byte(`{"agentId":` + strings.Repeat("9", 1_000_000) + `}`)},
		{"64 MB as 64 KB of gzip", "/api/agents", "application/json", "gzip", zipped.Bytes()},
		{"20,000 headers of a part", audio, "multipart/form-data; boundary=x", "", []byte(parts)},
		{"50,000 parts", audio, "multipart/form-data; boundary=x", "", []byte(many)},
		{"a pattern that looks back", "/api/messaging/messages/search", "application/json", "", []byte(`{"query":"` + strings.Repeat("(a+)+", 1000) + `$"}`)},
	} {
		for range 3 {
			req, err := http.NewRequestWithContext(ctx, "POST", address+bomb.path, bytes.NewReader(bomb.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", bomb.kind)
			if bomb.encoding != "" {
				req.Header.Set("Content-Encoding", bomb.encoding)
			}
			res, err := (&http.Client{Timeout: answerTime}).Do(req)
			if err != nil {
				// The server may hang up on a body that is too large, which the
				// client sees as a failure of its own to write.
				if strings.Contains(err.Error(), "reset by peer") || strings.Contains(err.Error(), "broken pipe") {
					continue
				}
				t.Errorf("%s: %v", bomb.what, err)
				continue
			}
			answer, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode >= 500 || res.StatusCode < 400 && bomb.what != "100,000 settings" && !strings.HasPrefix(bomb.what, "a pattern") {
				t.Errorf("%s: %d %s %v", bomb.what, res.StatusCode, short(answer), err)
			}
		}
	}

	// A thousand clients that never finish what they say take no one's place.
	host := strings.TrimPrefix(address, "http://")
	for i := range 1000 {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := fmt.Fprintf(c, "POST /api/agents HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Slow-%d: ", host, i); err != nil {
			t.Fatal(err)
		}
	}
	firstAgent(ctx, t, address)
	after := resident(t, server.Process())
	t.Logf("memory: %d MB before, %d MB after", before>>20, after>>20)
	if after > before+mostGrowth {
		t.Errorf("memory rose from %d MB to %d MB", before>>20, after>>20)
	}
}

func TestHeadersAreBounded(t *testing.T) {
	address := built.Start(t, "LOG_LEVEL=error").Address
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		_, err := fmt.Fprintf(c, "GET /api/ping HTTP/1.1\r\nHost: localhost\r\nX-Long: %s\r\n\r\n", strings.Repeat("x", 4<<20))
		_ = err // the server hangs up in between
	}()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("4 MB of headers are answered %d", res.StatusCode)
	}
}

func firstAgent(ctx context.Context, t *testing.T, address string) string {
	t.Helper()
	p := newPlayer(address)
	e := p.play(ctx, &step{method: "GET", path: "/api/agents", status: 200, save: map[string][]string{"$first": {"data.agents.0.id"}}})
	if e.failed != nil || p.variables["$first"] == "" {
		t.Fatalf("no agent: %v %s", e.failed, e.body)
	}
	return p.variables["$first"]
}

var residentLine = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// resident is the memory of a process, in bytes; 0 where the system does not
// tell.
func resident(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	found := residentLine.FindSubmatch(status)
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n << 10
}
