package outbound

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// restRead is how much of an answer is read so that its connection can be used
// again.
const restRead = 64 << 10

// Answered is what an address answered to a post. What else it said is not
// kept.
type Answered struct {
	Status     int
	RetryAfter time.Duration // 0: it did not say
}

// Post sends a body to an address and goes where no redirect leads. Error codes:
// INVALID_REQUEST for an address that is none, FORBIDDEN for one that may not
// be called, TIMEOUT, NOT_FOUND for one that cannot be reached.
func Post(ctx context.Context, client *http.Client, address string, header http.Header, body []byte) (Answered, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Answered{}, eliza.Errorf(eliza.CodeInvalidRequest, "the address is not valid")
	}
	if err := Check(u); err != nil {
		return Answered{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return Answered{}, eliza.Errorf(eliza.CodeInvalidRequest, "the address is not valid")
	}
	req.Header = header
	here := *client
	here.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := here.Do(req)
	if err != nil {
		return Answered{}, Explain(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, restRead) // it has answered, whatever follows
	a := Answered{Status: resp.StatusCode}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		a.RetryAfter = time.Duration(min(seconds, 86400)) * time.Second
	}
	return a, nil
}

// Vet refuses what a client of these options would not connect to, as far as
// the name is known now: the client looks again when it connects. Error codes:
// INVALID_REQUEST, FORBIDDEN.
func Vet(ctx context.Context, o Options, u *url.URL) error {
	if err := Check(u); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	resolver := o.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	found, err := resolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return nil // a name that nobody knows yet
	}
	guard := o.guard()
	for _, ip := range found {
		network := "tcp6"
		if ip = ip.Unmap(); ip.Is4() {
			network = "tcp4"
		}
		if err := guard.Safe(network, netip.AddrPortFrom(ip, 443).String(), nil); err != nil {
			return Explain(err)
		}
	}
	return nil
}
