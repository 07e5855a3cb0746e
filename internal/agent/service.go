// Package agent is the life of agents and their turns. [Service] creates,
// starts, stops and deletes them; when a message arrives on the bus, its
// scheduler runs a [Turn]: compose, think, act, and end with a reply or with
// the reason why there is none.
package agent

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/reflection"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/plugin"
)

// Policy says what becomes of messages that arrive while a turn runs.
type Policy string

// Each is answered in order; or all that wait are folded into one turn; or
// only the newest is answered.
const (
	Each   Policy = "each"
	Fold   Policy = "fold"
	Newest Policy = "newest"
)

const (
	awake         = 1000  // agents whose characters are kept in memory
	acquaintances = 20000 // who met whom where, kept in memory

	// idleTime is after how long an agent that nobody asks for leaves memory.
	idleTime = 10 * time.Minute
)

// PolicySetting is the character setting that overrides Options.Policy.
const PolicySetting = "waitingMessages"

// Options are the limits of turns.
type Options struct {
	TurnTimeout time.Duration
	MaxSteps    int // model calls in one turn
	Policy      Policy
	Senses      Senses
	Studio      Studio
	Tasks       *task.Service // what agents do later; nil: nothing
	Plugins     []plugin.Plugin
	MCP         *mcp.Service // nil: no servers of tools
	Reflect     bool         // learn facts and relationships from what was said
	// ApprovalTime is how long a request waits for a person's yes; 0:
	// ApprovalTime.
	ApprovalTime time.Duration
	Budgets      *budget.Service // what turns take is counted there; nil for budgets that nobody can set
}

// Models chooses the text model of a character.
type Models interface {
	Text(c *eliza.Character) (model.Text, model.Choice)
}

// Senses perceive what comes with a message, each attachment in ElizaOS's
// words: title, text, description, contentType, or error.
type Senses interface {
	Perceive(ctx context.Context, a *eliza.Agent, channel eliza.ID, listed []map[string]any) []map[string]any
}

// Studio makes pictures for an agent.
type Studio interface {
	// Can reports whether a model makes pictures for the agent.
	Can(a *eliza.Agent) bool
	// Paint makes a picture of what the prompt says and keeps it; it returns
	// the picture as an attachment.
	Paint(ctx context.Context, a *eliza.Agent, prompt string) (map[string]any, error)
}

// Service is the agents' room. It is safe for concurrent use.
type Service struct {
	store     *store.Store
	bus       *bus.Bus
	messaging *messaging.Service
	memory    *memory.Service
	models    Models
	options   Options
	log       *slog.Logger

	providers *providerSet
	actions   *actionSet
	ungated   bool // in tests alone: the gate lets everything pass
	// evaluators look at a turn that has ended; evaluating are those that do.
	evaluators []evaluator
	evaluating sync.WaitGroup
	agents     *lru.Cache[eliza.ID, *wakeful]
	listed     atomic.Pointer[[]eliza.AgentEntry] // nil after a change
	met        *lru.Cache[acquaintance, struct{}]
	reflection *reflection.Service // nil when agents do not reflect
	summaries  *lru.Cache[roomOfAgent, keptSummary]
	present    *lru.Cache[acquaintance, eliza.Millis] // from when on
	scheduler  *scheduler
	running    runningTurns
	unhook     func()
	holds      holds
	changed    changed
}

// New makes the room. Work begins the turns.
func New(s *store.Store, b *bus.Bus, m *messaging.Service, mem *memory.Service, models Models, o Options, log *slog.Logger) *Service {
	svc := &Service{
		store: s, bus: b, messaging: m, memory: mem, models: models, options: o, log: log,
	}
	if svc.options.Budgets == nil {
		svc.options.Budgets = budget.New(budget.Options{Store: s, Bus: b, Log: log})
	}
	svc.extend(o.Plugins)
	svc.agents, _ = lru.New[eliza.ID, *wakeful](awake)
	svc.met, _ = lru.New[acquaintance, struct{}](acquaintances)
	svc.summaries, _ = lru.New[roomOfAgent, keptSummary](acquaintances)
	if o.Reflect {
		svc.reflection = reflection.New(s, models, log, svc.reflected)
	}
	svc.present, _ = lru.New[acquaintance, eliza.Millis](acquaintances)
	svc.scheduler = newScheduler(svc.turn, svc.folds)
	m.StopTurns(svc.deleted)
	svc.unhook = func() {}
	return svc
}

// Work takes up every turn that this node owes, from before and from now on,
// until Close.
func (s *Service) Work(ctx context.Context) error {
	if s.reflection != nil {
		s.reflection.Run(s.Busy)
	}
	s.unhook = s.bus.Subscribe(eliza.NoID, func(e bus.Event) {
		switch e := e.(type) {
		case bus.MessagePosted:
			s.schedule(e)
		case bus.DeliveryEnded:
			if e.Delivery.Reason.OfDeletion() {
				s.deletedLate(&e.Delivery)
			}
		}
	})
	return s.Reclaim(ctx)
}

// Reclaim takes over the turns of nodes that died, this one's earlier
// incarnations among them, and takes up what this node owes and has no turn
// for: should news ever be missed, it is only late.
func (s *Service) Reclaim(ctx context.Context) error {
	const atOnce = 1000
	s.holds.forget(eliza.Now())
	for {
		owed, err := s.store.ReclaimDeliveries(ctx, atOnce)
		if err != nil {
			return fmt.Errorf("reclaim deliveries: %w", err)
		}
		last := len(owed) < atOnce
		for _, d := range unpark(owed) {
			s.scheduler.push(waiting{delivery: d})
		}
		if last {
			break
		}
	}
	owed, err := s.store.OwnedDeliveries(ctx, atOnce)
	if err != nil {
		return fmt.Errorf("find what is owed: %w", err)
	}
	for _, d := range owed {
		s.scheduler.push(waiting{delivery: d})
	}
	return nil
}

func (s *Service) schedule(posted bus.MessagePosted) {
	for _, d := range posted.Deliveries {
		if d.State == eliza.Pending && d.Owner == s.store.Owner() {
			s.scheduler.push(waiting{delivery: d, message: &posted.Message})
		}
	}
}

// Busy counts the conversations in which a turn runs or waits.
func (s *Service) Busy() int { return s.scheduler.running() }

// Close begins no more turns, lets the running ones end until ctx does, and
// hands back what is left.
func (s *Service) Close(ctx context.Context) error {
	s.unhook()
	s.scheduler.close(ctx)
	if s.reflection != nil {
		s.reflection.Close()
	}
	finished := make(chan struct{})
	go func() {
		s.evaluating.Wait()
		close(finished)
	}()
	select {
	case <-finished:
	case <-ctx.Done():
	}
	if _, err := s.store.ReleaseDeliveries(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("hand back deliveries: %w", err)
	}
	return nil
}

// policy is the character's own, else the server's.
func (s *Service) policy(c *eliza.Character) Policy {
	switch p := Policy(c.Setting(PolicySetting)); p {
	case Each, Fold, Newest:
		return p
	}
	return s.options.Policy
}

func (s *Service) folds(id eliza.ID) bool {
	a, known := s.agents.Get(id)
	if !known {
		return s.options.Policy != Each
	}
	return s.policy(&a.Character) != Each
}
