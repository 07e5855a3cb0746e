package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// titleMessages is how many messages a conversation needs to have a title.
const titleMessages = 4

const (
	titleReads = 500 // bytes of each message
	maxTitle   = 100 // characters
)

const askTitle = `You give conversations titles. Answer with the title alone: three to seven words, in the language of the conversation, without quotes and without a full stop.`

// Title has an agent's model name a conversation by its newest messages, those
// before a moment when it is not 0. Without a title it says why there is none.
// Error codes: NOT_FOUND (channel, or the agent does not run), MODEL_ERROR,
// TIMEOUT, RATE_LIMIT_EXCEEDED (a budget), DB_ERROR.
func (s *Service) Title(ctx context.Context, agent, channel eliza.ID, limit int, before eliza.Millis) (title, why string, err error) {
	a, err := s.Agent(ctx, agent)
	if eliza.ErrorCode(err) == eliza.CodeNotFound || err == nil && a.Status != eliza.Active {
		return "", "", eliza.Errorf(eliza.CodeNotFound, "Agent not found or not active")
	}
	if err != nil {
		return "", "", err
	}
	if _, err := s.store.Channel(ctx, channel); err != nil {
		return "", "", err
	}
	newest, err := s.store.Messages(ctx, channel, store.MessageQuery{Limit: limit, Before: before})
	if err != nil {
		return "", "", fmt.Errorf("read the conversation: %w", err)
	}
	if len(newest) < titleMessages {
		return "", "Not enough messages to generate a title", nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.TurnTimeout)
	defer cancel()
	ctx = budget.With(ctx, &budget.Payer{Agent: a.ID, Character: &a.Character, Room: channel})
	text, _ := s.models.Text(&a.Character)
	answer, err := text.Generate(ctx, titleRequest(&a, newest), nil)
	if err != nil {
		return "", "", modelFailed(err)
	}
	if title = cleanTitle(answer.Text); title == "" {
		return "", "The model gave no title", nil
	}
	return title, "", nil
}

// titleRequest asks about a conversation, given newest first. It is shown as
// one text, so that the model names it and does not go on with it.
func titleRequest(a *eliza.Agent, newest []eliza.Message) model.Request {
	var b strings.Builder
	for _, m := range slices.Backward(newest) {
		name := m.AuthorName
		if m.AuthorID == a.ID {
			name = a.Name
		}
		if name == "" {
			name = "User"
		}
		b.WriteString(name + ": " + strings.Join(strings.Fields(m.Content[:min(len(m.Content), titleReads)]), " ") + "\n")
	}
	return model.Request{
		Purpose: model.ForTitle, System: askTitle, Turns: []model.Turn{{Role: model.RoleUser, Text: strings.ToValidUTF8(b.String(), "")}}, MaxTokens: thinkingRoom,
		Scene: model.Scene{Character: &a.Character, AgentID: a.ID, Now: eliza.Now()},
	}
}

// modelFailed gives a model's failure the code that a caller understands.
func modelFailed(err error) error {
	var call *model.CallError
	var over *budget.Exceeded
	switch {
	case errors.As(err, &over):
		return over
	case errors.Is(err, context.DeadlineExceeded):
		return &eliza.Error{Code: eliza.CodeTimeout, Message: "The model did not answer in time", Err: err}
	case errors.As(err, &call):
		return &eliza.Error{Code: eliza.CodeModel, Message: failureOf(call), Err: err}
	}
	return fmt.Errorf("ask for a title: %w", err)
}

// cleanTitle takes the first line of what a model wrote and leaves out what
// only dresses it.
func cleanTitle(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text = strings.TrimSpace(strings.Trim(strings.TrimSpace(text), "\"'`*#“”«»"))
	text = strings.TrimSuffix(text, ".")
	if runes := []rune(text); len(runes) > maxTitle {
		text = strings.TrimSpace(string(runes[:maxTitle]))
	}
	return text
}
