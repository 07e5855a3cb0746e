package model

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// findTime bounds the look for a server on this machine.
const findTime = 300 * time.Millisecond

// maxOwn bounds how many configurations of characters are kept built.
const maxOwn = 256

// Router chooses who serves each capability. It is safe for concurrent use
// and never changes its mind for one configuration.
type Router struct {
	cfg       Config
	providers []Provider
	embedded  Embedded
	offers    []Offer // of cfg, in the order of providers
	found     int     // index of the provider found on this machine; -1 for none
	limits

	mu  sync.Mutex
	own map[Config][]Offer // of characters with settings of their own
}

// New makes a router over providers, the preferred ones first. When none of
// them is configured, or the one that MODEL_PROVIDER names is not, it looks for
// it on this machine.
func New(ctx context.Context, cfg Config, embedded Embedded, providers ...Provider) *Router {
	r := &Router{cfg: cfg.normal(), providers: providers, embedded: embedded, found: -1, own: make(map[Config][]Offer)}
	r.limits = limits{timeout: r.cfg.CallTimeout, attempts: r.cfg.Attempts, pause: firstPause, learned: newLearned(), logger: slog.New(slog.DiscardHandler)}
	r.offers = r.build(r.cfg)
	r.look(ctx)
	return r
}

// look looks for servers on this machine that nobody configured.
func (r *Router) look(ctx context.Context) {
	configured := slices.ContainsFunc(r.offers, func(o Offer) bool { return o.Text != nil || o.Embedder != nil })
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	for i, p := range r.providers {
		asked := p.Name == r.cfg.Provider && r.offers[i].Text == nil
		if p.Find == nil || !asked && (configured || r.cfg.OllamaAutodetect == "off" || isEmbedded(r.cfg.Provider)) {
			continue
		}
		if local, why, ok := p.Find(ctx); ok {
			own := r.cfg
			own.OllamaURL, own.OllamaModel = local.OllamaURL, cmp.Or(own.OllamaModel, local.OllamaModel)
			r.offers[i], r.found = p.Offer(own), i
			r.offers[i].Why = why
			return
		}
	}
}

// Measure has every call asked for and told to a meter from now on. It is
// called before the first call.
func (r *Router) Measure(m Meter) { r.meter = m }

// Log has what is learned of models told to a log from now on. It is called
// before the first call.
func (r *Router) Log(log *slog.Logger) { r.logger = log }

func (r *Router) build(cfg Config) []Offer {
	offers := make([]Offer, len(r.providers))
	for i, p := range r.providers {
		offers[i] = p.Offer(cfg)
	}
	return offers
}

// ownOffers returns the offers of a character's configuration, built once.
func (r *Router) ownOffers(cfg Config) []Offer {
	if cfg == r.cfg {
		return r.offers
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	offers, ok := r.own[cfg]
	if !ok {
		for old := range r.own {
			if len(r.own) < maxOwn {
				break
			}
			delete(r.own, old)
		}
		offers = r.build(cfg)
		if r.found >= 0 && offers[r.found].Text == nil {
			offers[r.found] = r.offers[r.found]
		}
		r.own[cfg] = offers
	}
	return offers
}

// Text returns the model that writes for a character, which may be nil, and
// why it is this one. It costs little: call it for every turn, since settings
// change. When nobody serves text, the model refuses with the reason.
//
// The order: the provider that the character names (modelProvider or the
// setting MODEL_PROVIDER), the one it has its own key or address for,
// MODEL_PROVIDER of the environment, what the environment configures, a
// server on this machine, what is embedded.
func (r *Router) Text(c *eliza.Character) (Text, Choice) {
	cfg, wish := r.wish(c)
	offers := r.ownOffers(cfg)
	choice, text := r.chooseText(cfg, offers, wish)
	return r.caller(&cfg, offers, wish, choice, text), choice
}

// caller is a text model of a choice under the limits.
func (r *Router) caller(cfg *Config, offers []Offer, w wish, choice Choice, text Text) *caller {
	c := &caller{limits: r.limits, choice: choice, text: text, server: cfg.server(choice.Provider), context: cmp.Or(w.context, cfg.ContextTokens)}
	for i := range offers {
		if r.providers[i].Name == choice.Provider {
			c.asksFor = offers[i].Context
		}
	}
	return c
}

// wish reads what a character asks for, and its configuration.
func (r *Router) wish(c *eliza.Character) (cfg Config, w wish) {
	cfg = r.cfg
	if c != nil {
		w.named = strings.ToLower(strings.TrimSpace(c.ModelProvider))
		if s := c.Setting("MODEL_PROVIDER"); s != "" {
			w.named = strings.ToLower(strings.TrimSpace(s))
		}
		w.model = strings.TrimSpace(c.Setting("model"))
		w.context, _ = strconv.Atoi(strings.TrimSpace(c.Setting("MODEL_CONTEXT_TOKENS"))) // what is no number says nothing
		cfg, w.reach = cfg.with(c.Setting)
	}
	return cfg, w
}

// Embedder returns the model that makes vectors, the same for all agents,
// and why it is this one; nil when nobody serves it.
func (r *Router) Embedder() (Embedder, Choice) {
	choice, embedder := r.chooseEmbedder()
	if embedder == nil {
		return nil, choice
	}
	return &embedCaller{limits: r.limits, choice: choice, embedder: embedder}, choice
}

// Sight returns the model that describes pictures for a character, which may
// be nil, and why it is this one; the model is nil when nobody does. The order
// is that of Text.
func (r *Router) Sight(c *eliza.Character) (Text, Choice) {
	cfg, w := r.wish(c)
	choice := Choice{Capability: CanSee}
	offers := r.ownOffers(cfg)
	offer, why := r.prefer(&choice, offers, []string{w.named, providerOf(w.reach), cfg.Provider}, func(o Offer) bool { return o.Sight != nil })
	if offer == nil {
		return nil, choice
	}
	choice.Model, choice.Why = offer.SightModel, why
	return r.caller(&cfg, offers, w, choice, offer.Sight), choice
}

// Painter returns the model that makes pictures for a character, as Sight
// returns the one that describes them.
func (r *Router) Painter(c *eliza.Character) (Painter, Choice) {
	cfg, w := r.wish(c)
	choice := Choice{Capability: CanDraw}
	offer, why := r.prefer(&choice, r.ownOffers(cfg), []string{w.named, providerOf(w.reach), cfg.Provider}, func(o Offer) bool { return o.Painter != nil })
	if offer == nil {
		return nil, choice
	}
	choice.Model, choice.Why = offer.PainterModel, why
	return &paintCaller{limits: r.limits, choice: choice, painter: offer.Painter}, choice
}

// Explain tells for each capability who serves it and why, for agents whose
// characters wish nothing.
func (r *Router) Explain() []Choice {
	_, text := r.Text(nil)
	_, embedding := r.Embedder()
	_, sight := r.Sight(nil)
	_, painter := r.Painter(nil)
	return []Choice{text, embedding, sight, painter}
}
