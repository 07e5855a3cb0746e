package api

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// Rate is so many requests of one address in a window of time. Of none is no
// limit.
type Rate struct {
	Count  int
	Window time.Duration
}

// Limits are the rates that the server allows. The zero value allows all.
type Limits struct {
	General      Rate // everything under /api
	Files        Rate // audio, and uploads to a channel's messages
	Uploads      Rate // the same, more narrowly
	ChannelIDs   Rate // requests with a channel id that is none
	ChannelMedia Rate // uploads of a channel's media
	Keys         Rate // requests and sockets with a wrong key
	Sockets      int  // open at once; 0 for any number
}

// Codes of the limits.
const (
	codeFileLimit    eliza.Code = "FILE_RATE_LIMIT_EXCEEDED"
	codeUploadLimit  eliza.Code = "UPLOAD_RATE_LIMIT_EXCEEDED"
	codeChannelLimit eliza.Code = "CHANNEL_VALIDATION_RATE_LIMIT_EXCEEDED"
)

type limits struct{ general, files, uploads, channelIDs, channelMedia, keys *limiter }

func newLimits(l Limits) limits {
	return limits{
		general:      newLimiter(l.General, eliza.CodeRateLimit, "Too many requests. Please try again later."),
		files:        newLimiter(l.Files, codeFileLimit, "Too many file operations. Please try again later."),
		uploads:      newLimiter(l.Uploads, codeUploadLimit, "Too many upload attempts. Please try again later."),
		channelIDs:   newLimiter(l.ChannelIDs, codeChannelLimit, "Too many channel validation attempts. Please try again later."),
		channelMedia: newLimiter(l.ChannelMedia, eliza.CodeRateLimit, "Too many requests, please try again later."),
		keys:         newLimiter(l.Keys, eliza.CodeAuthRateLimit, "Too many attempts with a wrong key. Please try again later."),
	}
}

// narrower returns the limiters that count a request besides the general one,
// the one whose figures are shown last.
func (l *limits) narrower(method, path string) []*limiter {
	upload := method == http.MethodPost && strings.HasSuffix(path, "/upload-media")
	switch {
	case strings.HasPrefix(path, "/api/audio/"), upload && strings.HasPrefix(path, "/api/messaging/"):
		return []*limiter{l.files, l.uploads}
	case upload && strings.HasPrefix(path, "/api/media/channels/"):
		return []*limiter{l.channelMedia}
	}
	return nil
}

// generation is how many addresses a limiter knows before it forgets those
// that were not heard of since as many others were: about 64 bytes each, twice.
const generation = 50_000

// limiter counts requests by address in fixed windows.
type limiter struct {
	rate     Rate
	shown    string // the count, for the header
	code     eliza.Code
	message  string
	now      func() time.Time
	mu       sync.Mutex
	recent   map[netip.Addr]window
	previous map[netip.Addr]window
}

type window struct {
	ends int64 // Unix milliseconds
	used int
}

// newLimiter returns nil, which counts nothing, for no rate.
func newLimiter(r Rate, code eliza.Code, message string) *limiter {
	if r.Count <= 0 {
		return nil
	}
	return &limiter{rate: r, shown: strconv.Itoa(r.Count), code: code, message: message, now: time.Now, recent: map[netip.Addr]window{}}
}

// subject is what an address is counted as: an IPv6 network of 64 bits is one
// subscriber's.
func subject(address netip.Addr) netip.Addr {
	if address.Is6() {
		network, err := address.Prefix(64)
		if err == nil {
			return network.Addr()
		}
	}
	return address
}

// count adds n to an address's window and returns it.
func (l *limiter) count(address netip.Addr, n int) window {
	who, now := subject(address), l.now().UnixMilli()
	l.mu.Lock()
	defer l.mu.Unlock()
	w, there := l.recent[who]
	if !there {
		w = l.previous[who]
		if len(l.recent) >= generation {
			l.previous, l.recent = l.recent, make(map[netip.Addr]window)
		}
	}
	if w.ends <= now {
		w = window{ends: now + l.rate.Window.Milliseconds()}
	}
	if w.used < math.MaxInt-n {
		w.used += n
	}
	l.recent[who] = w
	return w
}

// take counts a request, writes the figures into its answer and returns the
// refusal when there were too many.
func (l *limiter) take(h http.Header, address netip.Addr) error {
	if l == nil {
		return nil
	}
	return l.verdict(h, l.count(address, 1))
}

// exhausted refuses, as take does, without counting.
func (l *limiter) exhausted(h http.Header, address netip.Addr) error {
	if l == nil {
		return nil
	}
	w := l.count(address, 0)
	if w.used < l.rate.Count {
		return nil
	}
	w.used = l.rate.Count + 1
	return l.verdict(h, w)
}

// verdict writes the figures under the names that the documents have, unless h
// is nil: sockets have no header.
func (l *limiter) verdict(h http.Header, w window) error {
	tooMany := &failure{status: http.StatusTooManyRequests, Problem: problem{Code: string(l.code), Message: l.message}}
	if h == nil {
		if w.used > l.rate.Count {
			return tooMany
		}
		return nil
	}
	left := max(0, l.rate.Count-w.used)
	values := [3]string{l.shown, strconv.Itoa(left), strconv.FormatInt((w.ends+999)/1000, 10)}
	h["RateLimit-Limit"], h["RateLimit-Remaining"], h["RateLimit-Reset"] = values[0:1:1], values[1:2:2], values[2:3:3]
	if w.used <= l.rate.Count {
		return nil
	}
	wait := max(1, (w.ends-l.now().UnixMilli()+999)/1000)
	h["Retry-After"] = []string{strconv.FormatInt(wait, 10)}
	return tooMany
}

// limit counts a request under /api.
func (a *API) limit(h http.Header, r *http.Request, address netip.Addr) error {
	if err := a.limits.general.take(h, address); err != nil {
		return err
	}
	for _, l := range a.limits.narrower(r.Method, r.URL.Path) {
		if err := l.take(h, address); err != nil {
			return err
		}
	}
	return nil
}
