package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// contactKey is the key of an entity's metadata that tells where else it can
// be reached, by source such as telegram or email.
const contactKey = "contact"

const maxContact = 500 // bytes of a source or an address

// updateContact notes where somebody can be reached: the person who asks, or
// another one of the conversation.
func updateContact(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	source, err := argument(arguments, "source")
	if err != nil {
		return "", err
	}
	address, err := argument(arguments, "address")
	if err != nil {
		return "", err
	}
	if len(source) > maxContact || len(address) > maxContact {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "a source or an address is longer than %d bytes", maxContact)
	}
	person, err := t.contactOf(ctx, arguments)
	if err != nil {
		return "", err
	}
	source = strings.ToLower(strings.TrimSpace(source))
	t.effects.Contacts = append(t.effects.Contacts, contact{person.ID, source, strings.TrimSpace(address)})
	return fmt.Sprintf("I have noted how to reach %s by %s.", nameOf(person), source), nil
}

// contactOf is whose contact is meant: the one named, else who asks.
func (t *Turn) contactOf(ctx context.Context, arguments json.RawMessage) (eliza.Entity, error) {
	if who, err := argument(arguments, "entity"); err == nil && !strings.EqualFold(who, t.Speaker) {
		return t.person(ctx, who)
	}
	return eliza.Entity{ID: t.Message.AuthorID, Names: []string{t.Speaker}}, nil
}

// contactNeeds asks for more authority when it is another one's contact.
func contactNeeds(ctx context.Context, t *Turn, arguments json.RawMessage) Authority {
	if person, err := t.contactOf(ctx, arguments); err == nil && person.ID == t.Message.AuthorID {
		return ByRequester
	}
	return ByOwner
}

// contact is where somebody can be reached, to be stored with the turn.
type contact struct {
	Entity  eliza.ID `json:"entity"`
	Source  string   `json:"source"`
	Address string   `json:"address"`
}

func (c contact) note(e *eliza.Entity) {
	if e.Metadata == nil {
		e.Metadata = map[string]any{}
	}
	known, _ := e.Metadata[contactKey].(map[string]any)
	if known == nil {
		known = map[string]any{}
	}
	known[c.Source] = c.Address
	e.Metadata[contactKey] = known
}
