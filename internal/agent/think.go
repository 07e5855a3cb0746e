package agent

import (
	"context"
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/model"
)

// thinking is how far a turn is with its model, so that it can be taken up
// again after it had to wait.
type thinking struct {
	Turns []model.Turn     `json:"turns"` // what came after the conversation: calls of the model and their results
	Calls []model.ToolCall `json:"calls"` // asked for and not done yet
	Step  int              `json:"step"`  // calls of the model so far
	Ended bool             `json:"ended"` // the model has answered
}

// think calls the model, and again after actions that want its word, until it
// has answered.
func (t *Turn) think(ctx context.Context) error {
	t.learnTools(ctx)
	req, templated := t.templated(ctx)
	if !templated {
		req = t.request(ctx)
	}
	conversation := req.Turns[:len(req.Turns):len(req.Turns)]
	th := &t.thinking
	for {
		if err := t.work(ctx); err != nil {
			return err
		}
		if th.Ended || th.Step >= t.steps() {
			return nil
		}
		req.Turns = append(conversation, th.Turns...)
		answer, err := t.answer(ctx, req, templated)
		if err != nil {
			return err
		}
		th.Step++
		if len(answer.ToolCalls) == 0 {
			return nil
		}
		th.Turns = append(th.Turns, model.Turn{Role: model.RoleAssistant, Text: answer.Text, ToolCalls: answer.ToolCalls})
		th.Calls, th.Ended = answer.ToolCalls, answer.Text != ""
	}
}

// work does what the model has asked for, in order.
func (t *Turn) work(ctx context.Context) error {
	th := &t.thinking
	for len(th.Calls) > 0 {
		call := th.Calls[0]
		result, err := t.act(ctx, call)
		if err != nil {
			return err
		}
		th.Calls = th.Calls[1:]
		th.Turns = append(th.Turns, model.Turn{Role: model.RoleTool, Name: call.Name, ToolCallID: call.ID, Text: result})
		switch normalName(call.Name) {
		case "ignore", "none", "reply":
			th.Ended = true
		}
	}
	return nil
}

// request is what the model is asked.
func (t *Turn) request(ctx context.Context) model.Request {
	_, parts := t.pieces(ctx, t.service.providers.usual(false))
	return model.Request{
		Purpose: model.ForReply, System: strings.Join(parts, "\n\n"), Turns: t.conversation, Tools: t.tools(), Scene: t.scene(),
	}
}

// mostSteps bounds how many calls of its model a character may ask for.
const mostSteps = 20

// steps is how often the turn may call its model: the character's own word
// (ElizaOS's MAX_MULTISTEP_ITERATIONS, and USE_MULTI_STEP for once), else the
// server's.
func (t *Turn) steps() int {
	if use, err := strconv.ParseBool(t.Agent.Character.Setting("USE_MULTI_STEP")); err == nil && !use {
		return 1
	}
	if n, err := strconv.Atoi(t.Agent.Character.Setting("MAX_MULTISTEP_ITERATIONS")); err == nil && n > 0 {
		return min(n, mostSteps)
	}
	return t.service.options.MaxSteps
}
