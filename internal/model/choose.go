package model

import "strings"

// wish is what a character asks for.
type wish struct {
	named   string // the provider, in lower case
	reach   string // the character's own setting that reaches a provider
	model   string
	context int // tokens of its model's context; 0 when it does not say
}

// chooseText returns the choice of a model for text and the model itself; nil
// when nobody serves it.
func (r *Router) chooseText(cfg Config, offers []Offer, w wish) (Choice, Text) {
	why := ""
	for _, pick := range []struct{ provider, why string }{
		{w.named, "the character names it"},
		{providerOf(w.reach), "the character sets " + w.reach},
		{cfg.Provider, "MODEL_PROVIDER names it"},
	} {
		if pick.provider == "" {
			continue
		}
		if isEmbedded(pick.provider) && r.embedded.Text != nil {
			return r.embeddedText(pick.why)
		}
		for i, o := range offers {
			if r.providers[i].Name == pick.provider && o.Text != nil {
				return r.textOf(i, o, w, pick.why)
			}
		}
		if why == "" {
			why = pick.provider + " is asked for but not configured; "
		}
	}
	for i, o := range offers {
		if o.Text != nil {
			return r.textOf(i, o, w, why+o.Why)
		}
	}
	if r.embedded.Text != nil {
		return r.embeddedText(why + "no model server is configured")
	}
	why += "no model server is configured"
	if r.embedded.Missing != "" {
		why += ", and " + r.embedded.Missing
	}
	return Choice{Capability: CanText, Why: why}, nil
}

func (r *Router) textOf(i int, o Offer, w wish, why string) (Choice, Text) {
	name := r.providers[i].Name
	c := Choice{Capability: CanText, Provider: name, Model: o.TextModel, Why: why}
	if w.model != "" && (w.named == "" || w.named == name) {
		c.Model = w.model
	}
	return c, o.Text
}

func (r *Router) embeddedText(why string) (Choice, Text) {
	return Choice{Capability: CanText, Provider: EmbeddedName, Model: r.embedded.TextModel, Why: why}, r.embedded.Text
}

// chooseEmbedder returns the choice of a model for vectors and the model; nil
// when nobody serves it.
func (r *Router) chooseEmbedder() (Choice, Embedder) {
	why := "no provider of vectors is configured"
	for i, o := range r.offers {
		if o.Embedder != nil {
			return Choice{Capability: CanEmbedding, Provider: r.providers[i].Name, Model: o.Embedder.Model(), Why: o.EmbedderWhy}, o.Embedder
		}
		if o.EmbedderWhy != "" {
			why = o.EmbedderWhy
		}
	}
	if e := r.embedded.Embedder; e != nil {
		return Choice{Capability: CanEmbedding, Provider: EmbeddedName, Model: e.Model(), Why: why}, e
	}
	if r.embedded.Missing != "" {
		why += ", and " + r.embedded.Missing
	}
	return Choice{Capability: CanEmbedding, Why: why}, nil
}

// prefer returns the first offer that can, those of the named providers first,
// and why; nil, with the reason in the choice, when none can.
func (r *Router) prefer(c *Choice, offers []Offer, names []string, can func(Offer) bool) (*Offer, string) {
	for _, name := range names {
		for i, o := range offers {
			if name != "" && r.providers[i].Name == name && can(o) {
				c.Provider = name
				return &offers[i], name + " is asked for"
			}
		}
	}
	for i, o := range offers {
		if can(o) {
			c.Provider = r.providers[i].Name
			return &offers[i], o.Why
		}
	}
	c.Why = "no model that can is configured"
	return nil, ""
}

// providerOf is the provider that a setting belongs to: "openai" of
// "OPENAI_API_KEY".
func providerOf(setting string) string {
	name, _, _ := strings.Cut(setting, "_")
	return strings.ToLower(name)
}

func isEmbedded(provider string) bool {
	return provider == EmbeddedName || provider == "offline" || provider == "local"
}
