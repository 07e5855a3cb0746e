package outbound_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/outbound"
)

// inside is a server that must not be reached; it counts who does.
func inside(t *testing.T) (port string, visits *atomic.Int32) {
	t.Helper()
	visits = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits.Add(1)
		fmt.Fprint(w, "inside")
	}))
	t.Cleanup(s.Close)
	_, port, _ = net.SplitHostPort(s.Listener.Addr().String())
	return port, visits
}

// TestNothingInsideIsReached asks for what is inside in every spelling.
func TestNothingInsideIsReached(t *testing.T) {
	port, visits := inside(t)
	client := outbound.New(outbound.Options{})
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "localhost", "LOCALHOST", "localhost.", "2130706433", "0x7f000001", "0x7f.0.0.1",
		"0177.0.0.1", "017700000001", "127.0.0.1.", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
		"[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[fc00::1]", "[fd12:3456:789a::1]", "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[100::1]",
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "[::ffff:169.254.169.254]", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1",
		"198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "①②⑦.0.0.1", "127。0。0。1",
	} {
		_, err := outbound.Get(t.Context(), client, "http://"+host+":"+port+"/", 100)
		if code := eliza.ErrorCode(err); code != eliza.CodeForbidden && code != eliza.CodeNotFound && code != eliza.CodeInvalidRequest {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, address := range []string{
		"http://user@127.0.0.1:" + port, "http://user:password@127.0.0.1:" + port, "http://example.com@127.0.0.1:" + port, "http://127.0.0.1:" + port + "#@example.com",
		"http://127.0.0.1:" + port + `\@example.com/`, "http:///path", "http://", "//127.0.0.1:" + port, "127.0.0.1:" + port, "", "file:///etc/passwd", "gopher://127.0.0.1:" + port,
		"ftp://127.0.0.1", "dict://127.0.0.1:" + port, "unix:///var/run/docker.sock", "javascript:alert(1)", "data:text/plain,x", "http://127.0.0.1:" + port + "\r\nHost: x", "http://[::1", "http://127.0.0.1:99999",
	} {
		if _, err := outbound.Get(t.Context(), client, address, 100); err == nil {
			t.Errorf("%q: was read", address)
		}
	}
	if n := visits.Load(); n != 0 {
		t.Errorf("what is inside was reached %d times", n)
	}
}

// TestRedirectsAreChecked goes from an allowed host to one that is not.
func TestRedirectsAreChecked(t *testing.T) {
	port, visits := inside(t)
	outside := httptest.NewUnstartedServer(nil)
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	outside.Listener.Close()
	outside.Listener = listener
	base := "http://" + listener.Addr().String()
	outside.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/in":
			http.Redirect(w, r, "http://127.0.0.1:"+port+"/", http.StatusFound)
		case "/twice":
			http.Redirect(w, r, base+"/in", http.StatusTemporaryRedirect)
		case "/user":
			http.Redirect(w, r, "http://a:b@"+listener.Addr().String()+"/end", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/round":
			http.Redirect(w, r, base+"/round", http.StatusFound)
		case "/once":
			http.Redirect(w, r, base+"/end", http.StatusFound)
		default:
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			fmt.Fprint(w, "outside "+r.Header.Get("Referer"))
		}
	})
	outside.Start()
	t.Cleanup(outside.Close)
	client := outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}})
	for path, want := range map[string]eliza.Code{
		"/in": eliza.CodeForbidden, "/twice": eliza.CodeForbidden, "/user": eliza.CodeInvalidRequest, "/file": eliza.CodeInvalidRequest, "/round": eliza.CodeInvalidRequest, "/once": "",
	} {
		found, err := outbound.Get(t.Context(), client, base+path, 100)
		if code := eliza.ErrorCode(err); code != want {
			t.Errorf("%s: %q %v, want %q", path, found.Body, err, want)
		}
		if want == "" && (string(found.Body) != "outside " || found.Type != "text/plain" || found.Name != "end") {
			t.Errorf("%s: %q %+v", path, found.Body, found)
		}
	}
	if n := visits.Load(); n != 0 {
		t.Errorf("a redirect led inside %d times", n)
	}
	if _, err := outbound.Get(t.Context(), client, base+"/end", 3); eliza.ErrorCode(err) != eliza.CodeFileTooLarge {
		t.Errorf("too much: %v", err)
	}
}

// TestTheAddressIsCheckedWhenItIsDialled has a name server that says something
// else at every question, and one that mixes good addresses with bad ones.
func TestTheAddressIsCheckedWhenItIsDialled(t *testing.T) {
	port, visits := inside(t)
	questions := new(atomic.Int32)
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go answerNames(server, func(name string) [][4]byte {
		switch n := questions.Add(1); {
		case strings.HasPrefix(name, "both."):
			return [][4]byte{{203, 0, 113, 1}, {127, 0, 0, 1}}
		case n%2 == 1:
			return [][4]byte{{192, 0, 2, 1}}
		}
		return [][4]byte{{127, 0, 0, 1}}
	})
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
	client := outbound.New(outbound.Options{Resolver: resolver})
	for i := range 20 {
		host := "changes.example.org"
		if i%4 == 0 {
			host = "both.example.org"
		}
		if _, err := outbound.Get(t.Context(), client, "http://"+host+":"+port+"/", 100); eliza.ErrorCode(err) != eliza.CodeForbidden {
			t.Errorf("%s: %v", host, err)
		}
	}
	if n := visits.Load(); n != 0 || questions.Load() == 0 {
		t.Errorf("reached %d times after %d questions", n, questions.Load())
	}
}

// answerNames answers questions for addresses of version 4.
func answerNames(conn net.PacketConn, addresses func(name string) [][4]byte) {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			for _, a := range addresses(q.Name.String()) {
				m.Answers = append(m.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: a},
				})
			}
		}
		if b, err := m.Pack(); err == nil {
			_, _ = conn.WriteTo(b, from)
		}
	}
}
