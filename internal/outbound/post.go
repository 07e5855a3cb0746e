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
	"strings"
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
	return Answered{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, time.Now())}, nil
}

// longestRetry bounds what an address may ask for.
const longestRetry = 24 * time.Hour

// retryAfter reads a Retry-After header in seconds or as a date (RFC 9110,
// 10.2.3): a wait from 0 to longestRetry, 0 for a header that is absent, in
// the past or not readable. A date is counted from the answer's own Date where
// it has one, so that a wrong clock at either side does no harm.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		return time.Duration(min(seconds, longestRetry.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(0, min(at.Sub(now), longestRetry))
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
