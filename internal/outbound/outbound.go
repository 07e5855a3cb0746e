// Package outbound calls addresses that other people name: what a message
// links to, what a webhook wants to be told, the model server of a character.
// A [New] client refuses addresses of this machine and of private networks
// when it connects, after every name was resolved and at every redirect, so
// that neither a second answer of the name server nor another spelling of an
// address leads it inside.
//
//	client := outbound.New(outbound.Options{Allow: prefixes})
//	found, err := outbound.Get(ctx, client, address, 10<<20)
package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"code.dny.dev/ssrf"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	dialTime  = 10 * time.Second
	getTime   = 20 * time.Second
	maxHops   = 5
	idleTime  = 30 * time.Second
	idleHosts = 16
)

// Loopback are the addresses of this machine.
var Loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// Options say what a client may reach besides the public internet.
type Options struct {
	Allow    []netip.Prefix
	Resolver *net.Resolver // nil for the system's
}

// New makes a client. It uses no proxy, since a proxy would connect in its
// place; it keeps no cookie, and asks for no compression, so that a bound on
// bytes bounds what there is to read.
func New(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: dialTime, Resolver: o.Resolver, Control: o.guard().Safe}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: 2 * time.Minute,
			IdleConnTimeout: idleTime, MaxIdleConns: idleHosts, ForceAttemptHTTP2: true, DisableCompression: true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxHops {
				return eliza.Errorf(eliza.CodeInvalidRequest, "more than %d redirects", maxHops)
			}
			req.Header.Del("Referer")
			return Check(req.URL)
		},
	}
}

// guard judges the addresses that are connected to.
func (o Options) guard() *ssrf.Guardian {
	var v4, v6 []netip.Prefix
	for _, p := range o.Allow {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
}

// Check refuses an address that is not plain http or https. Error code:
// INVALID_REQUEST.
func Check(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return eliza.Errorf(eliza.CodeInvalidRequest, "allowed are addresses of http and https")
	case u.Hostname() == "":
		return eliza.Errorf(eliza.CodeInvalidRequest, "the address has no host")
	case u.User != nil:
		return eliza.Errorf(eliza.CodeInvalidRequest, "an address with a user name or a password is not called")
	}
	return nil
}

// Found is what an address gave.
type Found struct {
	Body []byte
	Type string // the media type that it was declared with, without parameters
	Name string // the last part of the address's path
}

// Get reads what is at an address. Error codes: INVALID_REQUEST for an address
// that is none, FORBIDDEN for one that may not be called, FILE_TOO_LARGE for
// more than most bytes, TIMEOUT, NOT_FOUND for everything else that gives
// nothing.
func Get(ctx context.Context, client *http.Client, address string, most int64) (Found, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Found{}, eliza.Errorf(eliza.CodeInvalidRequest, "the address is not valid")
	}
	if err := Check(u); err != nil {
		return Found{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, getTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Found{}, eliza.Errorf(eliza.CodeInvalidRequest, "the address is not valid")
	}
	req.Header.Set("User-Agent", "elizad")
	resp, err := client.Do(req)
	if err != nil {
		return Found{}, Explain(err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode != http.StatusOK:
		return Found{}, eliza.Errorf(eliza.CodeNotFound, "the address answered with status %d", resp.StatusCode)
	case resp.ContentLength > most:
		return Found{}, tooLarge(most)
	}
	f := Found{Name: lastPart(resp.Request.URL)}
	f.Type, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if f.Body, err = io.ReadAll(io.LimitReader(resp.Body, most+1)); err != nil {
		return Found{}, Explain(err)
	}
	if int64(len(f.Body)) > most {
		return Found{}, tooLarge(most)
	}
	return f, nil
}

func tooLarge(most int64) error {
	return eliza.Errorf(eliza.CodeFileTooLarge, "what is at the address is larger than %d MB", most>>20)
}

func lastPart(u *url.URL) string {
	path := u.Path
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}

// Explain words the failure of a call without telling what is inside.
func Explain(err error) error {
	var coded *eliza.Error
	var timeout net.Error
	switch {
	case errors.As(err, &coded):
		return coded
	case Refused(err):
		return &eliza.Error{Code: eliza.CodeForbidden, Message: "the address belongs to this machine or to a private network; ELIZA_OUTBOUND_ALLOW may allow it", Err: err}
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("call an address: %w", err)
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return &eliza.Error{Code: eliza.CodeTimeout, Message: "the address did not answer in time", Err: err}
	}
	return &eliza.Error{Code: eliza.CodeNotFound, Message: "the address could not be reached", Err: err}
}

// Refused reports whether a client refused to connect.
func Refused(err error) bool {
	return errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork) || errors.Is(err, ssrf.ErrInvalidHostPort)
}
