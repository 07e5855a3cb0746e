package socketio

import (
	"container/list"
	"iter"
	"time"

	"github.com/elizad/elizad/socketio/engine"
)

// A history is what a namespace keeps so that clients can come back: the events
// of late, in the order in which they were sent, and the sockets that are away.
// It is guarded by the namespace's mutex.
type history struct {
	tickets
	options *Recovery
	begun   time.Time

	head  uint64 // number of the newest event
	lost  uint64 // number of the newest event that is no longer kept
	kept  []kept // those after lost, up to head, behind gone others
	gone  int
	bytes int

	sessions     map[string]*session
	queue        list.List // of them, the one that ended first in front
	sessionBytes int
	absent       map[string]int // how many of them are in a room

	timer *time.Timer // forgets what is too old; nil when there is nothing
	over  bool        // the server is closed
}

// kept is an event that was sent to some.
type kept struct {
	at       time.Duration // since the history began
	choice   choice
	messages []*engine.Message
	size     int
}

// keptCost is what an event costs beside its bytes, roughly.
const keptCost = 200

func newHistory(options *Recovery) *history {
	return &history{
		tickets:  newTickets(),
		options:  options,
		begun:    time.Now(),
		sessions: make(map[string]*session),
		absent:   make(map[string]int),
	}
}

func (h *history) now() time.Duration { return time.Since(h.begun) }

// keep puts an event, whose number is head, behind the others.
func (n *Namespace) keep(c choice, messages []*engine.Message) {
	h := n.history
	size := keptCost
	for _, m := range messages {
		size += m.Size()
	}
	now := h.now()
	h.kept = append(h.kept, kept{at: now, choice: c, messages: messages, size: size})
	h.bytes += size
	for h.length() > h.options.MaxPackets || h.bytes > h.options.MaxBytes {
		h.forgetEvent()
	}
	h.forget(now)
	n.wind()
}

func (h *history) length() int { return len(h.kept) - h.gone }

// forgetEvent forgets the oldest event.
func (h *history) forgetEvent() {
	h.bytes -= h.kept[h.gone].size
	h.kept[h.gone] = kept{}
	h.gone++
	h.lost++
	if h.gone > len(h.kept)/2 {
		h.kept, h.gone = append(make([]kept, 0, 2*h.length()), h.kept[h.gone:]...), 0
	}
}

// forget forgets what is older than a client may be away.
func (h *history) forget(now time.Duration) {
	for h.length() > 0 && now-h.kept[h.gone].at > h.options.MaxDisconnectionDuration {
		h.forgetEvent()
	}
	for s := h.oldest(); s != nil && now-s.at > h.options.MaxDisconnectionDuration; s = h.oldest() {
		h.drop(s)
	}
}

// after are the events after that of a number, which must not be lost.
func (h *history) after(number uint64) iter.Seq2[uint64, *kept] {
	return func(yield func(uint64, *kept) bool) {
		for i := int(number-h.lost) + h.gone; i < len(h.kept); i++ {
			if number++; !yield(number, &h.kept[i]) {
				return
			}
		}
	}
}

// wind sets the clock that forgets, if there is something to forget and it is
// not set. The caller holds mu.
func (n *Namespace) wind() {
	h := n.history
	if h.timer == nil && !h.over && (h.length() > 0 || len(h.sessions) > 0) {
		h.timer = time.AfterFunc(h.options.MaxDisconnectionDuration, n.sweep)
	}
}

func (n *Namespace) sweep() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.history.timer = nil
	n.history.forget(n.history.now())
	n.wind()
}

// forgetAll ends the history, when the server closes.
func (n *Namespace) forgetAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.history
	if h == nil {
		return
	}
	h.over = true
	if h.timer != nil {
		h.timer.Stop()
	}
	h.kept, h.gone, h.lost, h.bytes = nil, 0, h.head, 0
	for s := h.oldest(); s != nil; s = h.oldest() {
		h.drop(s)
	}
}
