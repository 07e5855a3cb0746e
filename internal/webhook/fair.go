package webhook

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// How many webhooks are told side by side. A webhook that is being told takes
// one place, however long its address takes to answer.
const (
	atOnce = 512
	// reserved places are kept free for receivers in good standing whose host
	// has fewer than reservedOfHost others.
	reserved       = 64
	reservedOfHost = 8
	// Receivers that failed or were slow the last time take suspectAtOnce
	// places at most, and suspectsOfHost of one host.
	suspectAtOnce  = 128
	suspectsOfHost = 32

	// An attempt that takes longer than this shows a slow receiver.
	slowAfter = time.Second
)

// class is what is known of a receiver; a lower one is told before a higher.
type class int

const (
	good    class = iota // it took the last event, and quickly
	unknown              // it was told nothing yet
	suspect              // it failed or was slow the last time
)

// standing is how the last attempt at a webhook went.
type standing struct {
	url    string // of that attempt: another address is another receiver
	class  class
	served uint64 // when it was last told, in the order of all tellings
}

// queue decides which webhooks are told next, so that receivers which fail or
// hang do not hold up the others. It is safe for concurrent use.
type queue struct {
	mu        sync.Mutex
	standings map[eliza.ID]standing
	running   map[eliza.ID]place
	hosts     map[string]int // how many of them are running, by host
	suspects  map[string]int // how many of those are suspect
	suspected int            // their sum
	told      uint64
}

// place is a webhook that is being told.
type place struct {
	host  string
	class class
}

func newQueue() *queue {
	return &queue{standings: map[eliza.ID]standing{}, running: map[eliza.ID]place{}, hosts: map[string]int{}, suspects: map[string]int{}}
}

// take chooses the webhooks that are told now, in that order, and gives each a
// place until leave. Those in good standing come first, then unknown ones,
// then suspects; within a class hosts take turns, and within a host comes
// first who was told longest ago.
func (q *queue) take(due []store.DueWebhook) []eliza.ID {
	q.mu.Lock()
	defer q.mu.Unlock()
	type entry struct {
		store.DueWebhook
		place
		served uint64
		round  int // how many of its class and host come before it
	}
	var waiting []entry
	for _, d := range due {
		if _, is := q.running[d.ID]; !is {
			s := q.standing(d)
			waiting = append(waiting, entry{d, place{hostOf(d.URL), s.class}, s.served, 0})
		}
	}
	slices.SortStableFunc(waiting, func(a, b entry) int { return cmp.Compare(a.served, b.served) })
	rounds := map[place]int{}
	for i := range waiting {
		e := &waiting[i]
		e.round = rounds[e.place]
		rounds[e.place]++
	}
	slices.SortStableFunc(waiting, func(a, b entry) int {
		if a.class != b.class {
			return int(a.class) - int(b.class)
		}
		return a.round - b.round
	})
	var chosen []eliza.ID
	for _, e := range waiting {
		if q.room(e.place) {
			q.running[e.ID] = e.place
			q.count(e.place, 1)
			chosen = append(chosen, e.ID)
		}
	}
	return chosen
}

// room reports whether one more may be told.
func (q *queue) room(p place) bool {
	n := len(q.running)
	switch p.class {
	case good:
		return n < atOnce-reserved || n < atOnce && q.hosts[p.host] < reservedOfHost
	case suspect:
		return n < atOnce-reserved && q.suspected < suspectAtOnce && q.suspects[p.host] < suspectsOfHost
	}
	return n < atOnce-reserved
}

func (q *queue) count(p place, by int) {
	add(q.hosts, p.host, by)
	if p.class == suspect {
		add(q.suspects, p.host, by)
		q.suspected += by
	}
}

// add changes a count and forgets one that is zero.
func add(counts map[string]int, host string, by int) {
	if counts[host] += by; counts[host] == 0 {
		delete(counts, host)
	}
}

// leave frees the place of a webhook.
func (q *queue) leave(id eliza.ID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if p, is := q.running[id]; is {
		q.count(p, -1)
		delete(q.running, id)
	}
}

// note records how an attempt went.
func (q *queue) note(hook *eliza.Webhook, took time.Duration) class {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.told++
	s := standing{url: hook.URL, class: good, served: q.told}
	if hook.Failures > 0 || took > slowAfter {
		s.class = suspect
	}
	q.standings[hook.ID] = s
	return s.class
}

// standing is what is known of a webhook. What an earlier process learned of a
// failing one is in its row.
func (q *queue) standing(d store.DueWebhook) standing {
	s, known := q.standings[d.ID]
	if !known || s.url != d.URL {
		s = standing{class: unknown}
	}
	if d.Failures > 0 {
		s.class = suspect
	}
	return s
}

// keep forgets the standings of webhooks that are gone.
func (q *queue) keep(all []eliza.Webhook) {
	q.mu.Lock()
	defer q.mu.Unlock()
	kept := make(map[eliza.ID]standing, len(all))
	for i := range all {
		if s, known := q.standings[all[i].ID]; known {
			kept[all[i].ID] = s
		}
	}
	q.standings = kept
}

// hostOf is the host and port of an address.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
