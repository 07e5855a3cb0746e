package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// providerTime bounds how long a provider that was asked for may take.
const providerTime = 5 * time.Second

// Provider adds a piece of state to what the model reads. What other people
// wrote is quoted as data, and reported to the turn (Turn.untrust).
type Provider struct {
	Name        string
	Description string
	Position    int  // the lower, the earlier; as ElizaOS has it
	Dynamic     bool // only when it is asked for by name
	Private     bool // only when it is asked for by name, and not told of
	// Carried says that the conversation or the tools of a request hold it
	// already, so that only a template, or who asks for it, needs it in words.
	Carried bool
	// Get returns the piece; empty when there is nothing to say.
	Get func(ctx context.Context, t *Turn) (string, error)
}

// builtinProviders have ElizaOS's names. Of those with the same position the
// earlier one comes first.
func builtinProviders() []Provider {
	return []Provider{
		{Name: "ACTIONS", Position: -1, Carried: true, Description: "What the agent can do besides talking", Get: actionsText},
		{Name: "CHARACTER", Description: "Who the agent is and how it writes", Get: characterText},
		{Name: "PROVIDERS", Carried: true, Description: "What else the agent can look up", Get: providersText},
		{Name: "EVALUATORS", Private: true, Description: "What looks at a conversation after a reply", Get: evaluatorsText},
		{Name: "TIME", Description: "The present date and time", Get: timeText},
		{Name: "ANXIETY", Dynamic: true, Description: "How not to talk too much", Get: anxietyText},
		{Name: "WORLD", Description: "Where the conversation takes place", Get: worldText},
		{Name: "ROLES", Dynamic: true, Description: "Who owns and who administers this world", Get: rolesText},
		{Name: "SETTINGS", Dynamic: true, Description: "The settings of this world", Get: settingsText},
		{Name: "CAPABILITIES", Dynamic: true, Description: "What the agent's models and tools can do", Get: capabilitiesText},
		{Name: "CHOICE", Description: "What may be chosen in the room", Get: choiceText},
		{Name: "ATTACHMENTS", Description: "What came with the message", Get: attachmentsText},
		{Name: "ENTITIES", Dynamic: true, Description: "Who is in this conversation", Get: entitiesText},
		{Name: "RELATIONSHIPS", Dynamic: true, Description: "What others are to the person who speaks", Get: relationshipsText},
		{Name: "SUMMARY", Description: "What was said long ago in this conversation", Get: summaryText},
		{Name: "FACTS", Description: "What the agent remembers that may help", Get: recalledText},
		{Name: "RECENT_MESSAGES", Position: 100, Carried: true, Description: "What was said last in this conversation", Get: recentMessagesText},
		{Name: "ACTION_STATE", Position: 150, Description: "What the agent has done in this turn", Get: actionStateText},
	}
}

// providerSet finds providers by name and has them in order.
type providerSet struct {
	all    []Provider // in order
	byName map[string]*Provider
}

func newProviderSet(all []Provider) *providerSet {
	s := &providerSet{all: slices.Clone(all), byName: map[string]*Provider{}}
	slices.SortStableFunc(s.all, func(a, b Provider) int { return cmp.Compare(a.Position, b.Position) })
	for i := range s.all {
		s.byName[normalName(s.all[i].Name)] = &s.all[i]
	}
	return s
}

// asked finds the providers of these names, each once and in order. Names that
// nobody has are passed over.
func (s *providerSet) asked(names []string) (found []*Provider) {
	for _, name := range names {
		if p := s.byName[normalName(name)]; p != nil && !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b *Provider) int { return cmp.Compare(a.Position, b.Position) })
	return found
}

// usual are the providers that nobody need ask for. carried includes those
// that a request holds already.
func (s *providerSet) usual(carried bool) (found []*Provider) {
	for i := range s.all {
		if p := &s.all[i]; !p.Dynamic && !p.Private && (carried || !p.Carried) {
			found = append(found, p)
		}
	}
	return found
}

// piece asks one provider. One that fails, panics or takes too long is left
// out: the run and the log say so.
func (t *Turn) piece(ctx context.Context, p *Provider) (text string) {
	limited, cancel := context.WithTimeout(ctx, providerTime)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			t.without(p, eliza.Recovered(r))
			text = ""
		}
	}()
	text, err := p.Get(limited, t)
	if err != nil {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("it took longer than %s", providerTime)
		}
		t.without(p, err)
		return ""
	}
	return strings.TrimSpace(text)
}

func (t *Turn) without(p *Provider, err error) {
	t.event("PROVIDER_FAILED", map[string]any{"provider": p.Name, "error": eliza.ErrorMessage(err)})
	t.service.log.Warn("a provider failed", "provider", p.Name, "agent", t.Agent.Name, "agentId", t.Agent.ID, "error", err)
}

// pieces asks providers and returns what they say, by name and in order.
func (t *Turn) pieces(ctx context.Context, providers []*Provider) (said map[string]string, inOrder []string) {
	said = make(map[string]string, len(providers))
	for _, p := range providers {
		if text := t.piece(ctx, p); text != "" {
			said[p.Name] = text
			inOrder = append(inOrder, text)
		}
	}
	return said, inOrder
}

// lookUp is the action by which a model asks for state that it was not given.
func lookUp(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	names, err := texts(arguments, "providers")
	if err != nil {
		return "", err
	}
	found := t.service.providers.asked(names)
	if len(found) == 0 {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "there is no provider %s", strings.Join(names, ", "))
	}
	_, said := t.pieces(ctx, found)
	if len(said) == 0 {
		return "There is nothing to say about that.", nil
	}
	return strings.Join(said, "\n\n"), nil
}
