package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/outbound"
)

// maxFaultBody and maxMessage bound what is read and kept of an error.
const (
	maxFaultBody = 64 << 10
	maxMessage   = 400
)

// Peer is the server at the other end, as its errors need to know it.
type Peer struct {
	Provider string
	Key      string // never shown in an error; may be empty
}

// Refused turns an answer that is no success into an error and closes it.
func (p Peer) Refused(resp *http.Response) *model.CallError {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxFaultBody))
	resp.Body.Close()
	f := readFault(body)
	if text := bytes.TrimSpace(body); f.message == "" && len(text) > 0 && strings.IndexByte("<{[", text[0]) < 0 {
		f.message = string(text)
	}
	e := p.failure(resp.StatusCode, f)
	e.Status, e.RetryAfter = resp.StatusCode, retryAfter(resp.Header, time.Now())
	e.Temporary = e.Kind == "" && temporaryStatus(resp.StatusCode) && !permanentKind(f.kind)
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		e.Message = "it redirects elsewhere; set its base URL to the final address"
	case e.Message == "":
		e.Message = http.StatusText(resp.StatusCode)
	}
	if e.Message == "" {
		e.Message = "it gave no reason"
	}
	return e
}

// InStream turns an error object that came within a stream into an error. body
// is the object, or what holds it. What went well so far may go well again.
func (p Peer) InStream(body []byte) *model.CallError { return p.told(body, true) }

// Instead turns an error object that came in place of an answer, with a status
// of success, into an error. It is temporary only if it says so.
func (p Peer) Instead(body []byte) *model.CallError { return p.told(body, false) }

func (p Peer) told(body []byte, begun bool) *model.CallError {
	f := readFault(body)
	e := p.failure(f.status, f)
	if e.Message == "" {
		e.Message = "it reported an error without words"
	}
	switch {
	case e.Kind != "" || permanentKind(f.kind):
	case spent.MatchString(f.message) && !soon.MatchString(f.message):
	case f.status != 0:
		e.Temporary = temporaryStatus(f.status)
	default:
		e.Temporary = begun || busy.MatchString(f.message+" "+f.kind)
	}
	return e
}

func (p Peer) failure(status int, f faultWords) *model.CallError {
	e := &model.CallError{Provider: p.Provider, Message: p.clean(f.message), Kind: kindOf(status, f), Err: &wholeWords{f.message + " " + f.more}}
	if e.Kind == model.ContextTooLong {
		if e.ContextLimit = f.limit; e.ContextLimit == 0 {
			e.ContextLimit = contextLimit(f.message + " " + f.more)
		}
	}
	if e.Message == "" && e.Kind != "" {
		e.Message = f.kind
	}
	return e
}

// wholeWords are all words of an error, to be matched, never to be shown.
type wholeWords struct{ words string }

func (*wholeWords) Error() string { return "the server reported an error" }

// heldBack says that the provider's content filter ended the answer.
func (p Peer) heldBack() *model.CallError {
	return &model.CallError{Provider: p.Provider, Kind: model.ContentFilter, Message: "its content filter held the answer back"}
}

// Broken turns an error of the connection, or a stream that ended too early
// (io.ErrUnexpectedEOF), into an error.
func (p Peer) Broken(ctx context.Context, err error) *model.CallError {
	var known *model.CallError
	if errors.As(err, &known) {
		return known
	}
	e := &model.CallError{Provider: p.Provider, Temporary: true, Err: err}
	if ended := ctx.Err(); ended != nil {
		e.Message, e.Temporary, e.Err = "the call was ended: "+ended.Error(), false, ended
		return e
	}
	var (
		at    *url.Error
		stall *stallError
		op    *net.OpError
		dns   *net.DNSError
	)
	if errors.As(err, &at) {
		err, e.Err = at.Err, at.Err // its text would hold the address
	}
	switch {
	case outbound.Refused(err):
		e.Message, e.Temporary = eliza.ErrorMessage(outbound.Explain(err)), false
	case errors.As(err, &stall):
		e.Message = stall.Error()
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Message = "the answer broke off"
	case errors.Is(err, io.EOF):
		e.Message = "the connection was closed without an answer"
	case errors.Is(err, errTooLarge):
		e.Message, e.Temporary = errTooLarge.Error(), false
	case errors.As(err, &dns):
		e.Message, e.Temporary = "its host is not known", dns.IsTemporary || dns.IsTimeout
	case errors.As(err, &op) && op.Op == "dial":
		e.Message = "it cannot be reached: " + p.clean(op.Err.Error())
	default:
		e.Message = "the connection failed: " + p.clean(err.Error())
	}
	return e
}

// IsConnection reports whether an error comes from the connection, rather than
// from what came over it.
func IsConnection(err error) bool {
	var (
		stall *stallError
		op    net.Error
	)
	return errors.As(err, &stall) || errors.As(err, &op) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, errTooLarge)
}

// Nonsense says that an answer could not be understood; what names the part.
func (p Peer) Nonsense(what string, err error) *model.CallError {
	return &model.CallError{Provider: p.Provider, Message: what + " could not be read", Temporary: true, Err: err}
}

// WrongType says that an answer is of another content type than was asked.
func (p Peer) WrongType(contentType string) *model.CallError {
	return &model.CallError{Provider: p.Provider, Message: fmt.Sprintf("it answered with %q; is this the base URL of a model server?", p.clean(contentType))}
}

// NoAnswer says that an answer of success holds nothing that an answer of a
// model has.
func (p Peer) NoAnswer() *model.CallError {
	return &model.CallError{Provider: p.Provider, Message: "it answered with JSON that is no answer of a model; is this the base URL of a model server?"}
}

// temporaryStatus reports whether the same call may go well later.
func temporaryStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

// permanentKind reports whether an error's type or code says that waiting
// does not help (OpenAI's and Anthropic's error references).
func permanentKind(kind string) bool {
	switch kind {
	case "insufficient_quota", "billing_error", "invalid_request_error", "authentication_error", "permission_error", "not_found_error",
		"request_too_large", "invalid_api_key", "model_not_found", "context_length_exceeded", "content_filter", "content_policy_violation":
		return true
	}
	return false
}

// keyShape is what keys of the providers look like.
var keyShape = regexp.MustCompile(`\b(sk|pk|rk)-[A-Za-z0-9_*.-]{6,}|//[^/@\s]+@`)

// clean makes a provider's words fit for a log and a user: no key, no
// credentials of an address, one line, bounded.
func (p Peer) clean(s string) string {
	if p.Key != "" {
		s = strings.ReplaceAll(s, p.Key, "[key]")
	}
	s = keyShape.ReplaceAllStringFunc(s, func(found string) string {
		if strings.HasPrefix(found, "//") {
			return "//"
		}
		return "[key]"
	})
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if len(s) > maxMessage {
		s = strings.ToValidUTF8(s[:maxMessage], "") + "…"
	}
	return s
}

// retryAfter reads how long a provider asks to wait: retry-after-ms, or
// Retry-After in seconds or as a date (RFC 9110, 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		return seconds(ms / 1000)
	}
	v := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		return seconds(s)
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// seconds converts without overflow; more than a day is a day.
func seconds(s float64) time.Duration {
	if !(s > 0) {
		return 0
	}
	return time.Duration(min(s, 86400) * float64(time.Second))
}
