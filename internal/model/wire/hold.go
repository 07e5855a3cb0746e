package wire

import (
	"strings"
	"sync"
	"time"
)

// untilClosed is the patience for a model that is known to end its thought
// without having begun it.
const untilClosed time.Duration = -1

// hold keeps the first text of an answer back, in which a thought may end
// whose beginning stands in the prompt.
type hold struct {
	active   bool          // anything of this answer is held back at all
	patience time.Duration // how long; untilClosed for until it is known
	timer    *time.Timer

	// mu guards what follows, and the composer's text and listener, if active.
	mu     sync.Mutex
	on     bool
	pieces []string
	failed any // what the listener panicked with on the timer
}

func (c *Composer) holdBack(patience time.Duration) {
	c.hold.patience = patience
	c.hold.active, c.hold.on = patience != 0, patience != 0
	c.split.expectsClose = patience == untilClosed
}

// empty reports whether no text has come yet.
func (c *Composer) empty() bool {
	if c.hold.active {
		c.hold.mu.Lock()
		defer c.hold.mu.Unlock()
	}
	return c.text.Len() == 0 && len(c.hold.pieces) == 0
}

// emit hands a piece of text on, or keeps it back.
func (c *Composer) emit(piece string) {
	h := &c.hold
	if !h.active {
		c.hand(piece)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rethrow()
	if !h.on {
		c.hand(piece)
		return
	}
	h.pieces = append(h.pieces, piece)
	if h.patience > 0 && h.timer == nil && c.listener != nil {
		h.timer = time.AfterFunc(h.patience, c.expire)
	}
}

func (c *Composer) hand(piece string) {
	c.text.WriteString(piece)
	if c.listener != nil {
		c.listener(piece)
	}
}

// expire hands on what was kept back long enough. A panic of the listener
// becomes one of the goroutine that reads the answer.
func (c *Composer) expire() {
	c.hold.mu.Lock()
	defer c.hold.mu.Unlock()
	defer func() { c.hold.failed = recover() }()
	c.release()
}

// release hands on what is held back. The caller holds the lock.
func (c *Composer) release() {
	pieces := c.hold.pieces
	c.hold.on, c.hold.pieces = false, nil
	for _, piece := range pieces {
		c.hand(piece)
	}
}

func (h *hold) rethrow() {
	if failed := h.failed; failed != nil {
		h.failed = nil
		panic(failed)
	}
}

// trust ends the holding back: the server has shown that it says where a
// thought begins.
func (c *Composer) trust() {
	if !c.hold.active {
		return
	}
	c.hold.mu.Lock()
	defer c.hold.mu.Unlock()
	c.split.expectsClose = false
	c.release()
}

// take takes what is held back, and reports whether text was handed on before.
func (c *Composer) take() (held string, handed bool) {
	if !c.hold.active {
		return "", c.text.Len() > 0
	}
	c.hold.mu.Lock()
	defer c.hold.mu.Unlock()
	held = strings.Join(c.hold.pieces, "")
	c.hold.on, c.hold.pieces = false, nil
	return held, c.text.Len() > 0
}

// endHold hands on what is still held back. When the answer broke off, or was
// cut at its greatest length, within what is surely a thought, it is no text.
func (c *Composer) endHold(broken bool) {
	h := &c.hold
	if !h.active {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.timer != nil {
		h.timer.Stop()
	}
	h.rethrow()
	if h.on && h.patience == untilClosed && (broken || c.length && c.habits.closesBare(c.name)) {
		c.think(strings.Join(h.pieces, ""))
		h.on, h.pieces = false, nil
		return
	}
	c.release()
}
