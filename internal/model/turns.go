package model

import (
	"slices"

	"github.com/elizad/elizad/internal/eliza"
)

// Validate checks what every text model needs: a conversation whose last turn
// is there to be answered, and tool results that name their call. Error code:
// INVALID_REQUEST.
func (r Request) Validate() error {
	if len(r.Turns) == 0 {
		return eliza.Errorf(eliza.CodeInvalidRequest, "the conversation is empty")
	}
	if r.Turns[len(r.Turns)-1].Role == RoleAssistant {
		return eliza.Errorf(eliza.CodeInvalidRequest, "the conversation ends with the assistant's own turn")
	}
	for i, turn := range r.Turns {
		if turn.Role == RoleTool && turn.ToolCallID == "" {
			return eliza.Errorf(eliza.CodeInvalidRequest, "turn %d is a tool's result and names no call", i)
		}
	}
	return nil
}

// Speech returns the turns as a model should read them: when more than one
// name speaks in the user's role, each such text begins with its name.
func (r Request) Speech() []Turn {
	first := ""
	several := slices.ContainsFunc(r.Turns, func(t Turn) bool {
		if t.Role != RoleUser || t.Name == "" {
			return false
		}
		if first == "" {
			first = t.Name
		}
		return t.Name != first
	})
	if !several {
		return r.Turns
	}
	turns := slices.Clone(r.Turns)
	for i := range turns {
		if t := &turns[i]; t.Role == RoleUser && t.Name != "" {
			t.Text = t.Name + ": " + t.Text
		}
	}
	return turns
}
