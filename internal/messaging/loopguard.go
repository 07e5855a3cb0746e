package messaging

import (
	"fmt"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// LoopLimits end conversations in which agents only answer each other.
type LoopLimits struct {
	// Hops is how many answers in a row may come from agents before a person
	// must speak again.
	Hops int
	// PerMinute is how many messages of agents in one channel other agents may
	// be asked to answer within a minute.
	PerMinute int
}

// loopGuard decides whether agents hear a message. What it counts lives in
// memory: a restart only makes it more patient, and the hops are stored.
type loopGuard struct {
	limits LoopLimits

	mu     sync.Mutex
	minute time.Time
	spent  map[eliza.ID]int // agents' messages of this minute, by channel
}

func newLoopGuard(limits LoopLimits) *loopGuard {
	return &loopGuard{limits: limits, spent: map[eliza.ID]int{}}
}

// decide returns the hook that gives each agent of the channel the first
// state of its delivery.
func (g *loopGuard) decide(m *eliza.Message) func(store.AgentRef) (eliza.DeliveryState, eliza.Reason, string) {
	stop := g.check(m)
	return func(a store.AgentRef) (eliza.DeliveryState, eliza.Reason, string) {
		switch {
		case a.Status != eliza.Active:
			return eliza.Ignored, eliza.ReasonAgentStopped, a.Name + " was not running when the message came."
		case stop != "":
			return eliza.Ignored, eliza.ReasonLoopGuard, stop
		}
		return eliza.Pending, "", ""
	}
}

// check returns why no agent may answer, or "".
func (g *loopGuard) check(m *eliza.Message) string {
	if m.Hops == 0 {
		return ""
	}
	if m.Hops >= g.limits.Hops {
		return fmt.Sprintf("Agents have answered each other %d times in a row; a person's message begins anew.", m.Hops)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if now := time.Now(); now.Sub(g.minute) > time.Minute {
		g.minute = now
		clear(g.spent)
	}
	g.spent[m.ChannelID]++
	if g.spent[m.ChannelID] > g.limits.PerMinute {
		return fmt.Sprintf("Agents have written more than %d messages in this channel within a minute.", g.limits.PerMinute)
	}
	return ""
}
