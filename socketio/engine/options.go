package engine

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Options say how a Server behaves. The zero value is ready for use, with the
// defaults of the reference server where it has one.
type Options struct {
	// PingInterval is the time between two pings. Default 25 s.
	PingInterval time.Duration
	// PingTimeout is how long the answer to a ping may take. Default 20 s.
	PingTimeout time.Duration
	// UpgradeTimeout is how long a client may take to change from polling to a
	// WebSocket, once that is open. Default 10 s.
	UpgradeTimeout time.Duration
	// MaxPayload is the largest message, and the largest body of a polling
	// request, that is read, in bytes. Default 1,000,000.
	MaxPayload int
	// BufferedPackets and BufferedBytes bound what waits for one client: sent,
	// but not yet taken by the operating system or by a poll. A client beyond
	// either is dropped with ReasonSlow. Defaults 8192 packets and 8 MiB.
	BufferedPackets int
	BufferedBytes   int
	// AllowOrigin decides whether a request that carries an Origin header is
	// served; polling requests that are get the CORS headers to match, with
	// credentials. Requests without an Origin header, which no browser on
	// another site sends, are always served. Default: the origin's host must be
	// the request's own.
	AllowOrigin func(r *http.Request) bool
	// AllowRequest may refuse a handshake: the client is answered 403 with the
	// error's text. It is not asked about later requests of a session. Default:
	// everybody is let in.
	AllowRequest func(r *http.Request) error
	// PerAddress is how many sessions one address may have open; more are answered
	// 429. Default 0: any number.
	PerAddress int
	// Address tells whose session a handshake begins, as PerAddress counts.
	// Default: the peer's address, which may be a proxy's.
	Address func(r *http.Request) netip.Addr
	// Headers are the request headers that a Handshake keeps, for as long as its
	// session is open. Default: all of them.
	Headers []string
	// Logger is told of panics in handlers, and of clients that are dropped with
	// ReasonSlow. Default slog.Default().
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	o.PingInterval = cmp.Or(o.PingInterval, 25*time.Second)
	o.PingTimeout = cmp.Or(o.PingTimeout, 20*time.Second)
	o.UpgradeTimeout = cmp.Or(o.UpgradeTimeout, 10*time.Second)
	o.MaxPayload = cmp.Or(o.MaxPayload, 1_000_000)
	o.BufferedPackets = cmp.Or(o.BufferedPackets, 8192)
	o.BufferedBytes = cmp.Or(o.BufferedBytes, 8<<20)
	o.Logger = cmp.Or(o.Logger, slog.Default())
	if o.AllowOrigin == nil {
		o.AllowOrigin = sameOrigin
	}
	if o.AllowRequest == nil {
		o.AllowRequest = func(*http.Request) error { return nil }
	}
	if o.Address == nil {
		o.Address = peer
	}
	return o
}

// peer is the address that a request comes from.
func peer(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	return at.Addr().Unmap()
}

// sameOrigin tells whether a page asks the host that it came from.
func sameOrigin(r *http.Request) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && strings.EqualFold(origin.Host, r.Host)
}
