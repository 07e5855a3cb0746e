package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// MaxBody bounds the bytes of one answer.
const MaxBody = 32 << 20

// drainTime is how long the end of a finished answer is waited for, so that
// its connection can be used again.
const drainTime = 50 * time.Millisecond

var errTooLarge = errors.New("the answer is too large")

// stallError says that a provider was silent for too long.
type stallError struct{ after time.Duration }

func (e *stallError) Error() string { return fmt.Sprintf("silent for %s", e.after) }

// Doer sends requests. A provider that is silent for Stall, before its answer
// or within it, makes the exchange fail.
type Doer struct {
	Client *http.Client
	Stall  time.Duration // 0 for no limit
}

// Do sends one request. The body of the answer is a [Body].
func (d Doer) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	b := &Body{ctx: ctx, cancel: cancel, stall: d.Stall, left: MaxBody}
	if d.Stall > 0 {
		b.timer = time.AfterFunc(d.Stall, b.stalled)
	}
	client := d.Client
	if client == nil {
		client = Client
	}
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		err = b.explain(err)
		b.release()
		return nil, err
	}
	b.progress(d.Stall)
	b.rc, resp.Body = resp.Body, b
	return resp, nil
}

// Body is the body of an answer, read by one goroutine. It ends with an error
// when it is silent for too long, longer than [MaxBody], or its context ends.
type Body struct {
	rc     io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	stall  time.Duration
	left   int64
	ended  bool
}

func (b *Body) stalled() { b.cancel(&stallError{b.stall}) }

func (b *Body) progress(next time.Duration) {
	if b.timer != nil {
		b.timer.Reset(next)
	}
}

// explain tells the cause of an error that a cancelled exchange met.
func (b *Body) explain(err error) error {
	if cause := context.Cause(b.ctx); cause != nil {
		return cause
	}
	return err
}

func (b *Body) release() {
	if b.timer != nil {
		b.timer.Stop()
	}
	b.cancel(context.Canceled)
}

func (b *Body) Read(p []byte) (int, error) {
	n, err := b.rc.Read(p)
	b.left -= int64(n)
	switch {
	case err == io.EOF:
		b.ended = true
	case err != nil:
		err = b.explain(err)
	case b.left < 0:
		err = errTooLarge
	default:
		b.progress(b.stall)
	}
	return n, err
}

// Close gives the connection back, if the answer was read to its end.
func (b *Body) Close() error {
	err := b.rc.Close()
	b.release()
	return err
}

// Finish closes a body whose answer was understood to be over. It waits a
// moment for the formal end, which a well-behaved server sends at once.
func (b *Body) Finish() {
	defer b.Close()
	if b.ended {
		return
	}
	if b.timer == nil {
		b.timer = time.AfterFunc(drainTime, b.stalled)
	}
	b.progress(drainTime)
	var rest [512]byte
	for range 8 {
		if _, err := b.rc.Read(rest[:]); err != nil {
			return
		}
	}
}
