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
	Reasoned bool             `json:"reasoned,omitempty"` // the model's own reasoning is among its thoughts
	Turns    []model.Turn     `json:"turns"`              // what came after the conversation: calls of the model and their results
	Calls    []model.ToolCall `json:"calls"`              // asked for and not done yet
	Step     int              `json:"step"`               // calls of the model so far
	Ended    bool             `json:"ended"`              // the model has answered

	// What is known of the model's last answer and its calls.
	Spoke   bool `json:"spoke"`   // text stood beside the calls
	Informs bool `json:"informs"` // the model has to read a result before it can answer
	Final   bool `json:"final"`   // one of the calls was the answer, or the decision to give none

	Asked     map[string]asked `json:"asked"`     // every call of the turn, see callKey
	Withdrawn bool             `json:"withdrawn"` // the model goes round in circles: it gets no more tools
}

// think calls the model, and again after actions that want its word, until it
// has answered. The last call that it may make is made without tools.
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
		switch {
		case th.Ended, th.Step >= t.steps() && !th.Informs:
			return nil
		case t.over != nil && t.text.Len() > 0: // what was said stands, though nothing can be added
			t.unanswered = th.Informs
			return nil
		}
		closing := th.Step > 0 && (th.Withdrawn || th.Step+1 >= max(t.steps(), 2))
		ask := req
		if closing {
			ask = t.closing(req)
		} else {
			ask.Turns = append(conversation, th.Turns...)
		}
		answer, err := t.answer(ctx, ask, templated)
		if err != nil {
			return err
		}
		th.Step++
		spoke := strings.TrimSpace(answer.Text) != ""
		if len(answer.ToolCalls) == 0 || closing {
			t.unanswered = th.Informs && !spoke
			return nil
		}
		calls := readable(answer.ToolCalls)
		th.Turns = append(th.Turns, model.Turn{Role: model.RoleAssistant, Text: answer.Text, ToolCalls: calls})
		th.Calls, th.Spoke, th.Informs, th.Final = calls, spoke, false, false
	}
}

// readable gives calls whose arguments could not be read an empty object, so
// that the conversation can be sent back.
func readable(calls []model.ToolCall) []model.ToolCall {
	all := make([]model.ToolCall, len(calls))
	for i, call := range calls {
		if call.Problem != "" || len(call.Arguments) == 0 {
			call.Arguments = []byte("{}")
		}
		all[i] = call
	}
	return all
}

// work does what the model has asked for, in order. The turn ends with it when
// the person has an answer and no result could change it.
func (t *Turn) work(ctx context.Context) error {
	th := &t.thinking
	if len(th.Calls) == 0 {
		return nil
	}
	for len(th.Calls) > 0 {
		call := th.Calls[0]
		action := t.action(call.Name)
		said, ok, err := t.once(ctx, action, call)
		if err != nil {
			return err
		}
		th.Calls = th.Calls[1:]
		th.Turns = append(th.Turns, model.Turn{Role: model.RoleTool, Name: call.Name, ToolCallID: call.ID, Text: said})
		th.Informs = th.Informs || !ok || !action.EffectOnly && !action.Final
		th.Final = th.Final || ok && action.Final
	}
	th.Ended = !th.Informs && (th.Spoke || th.Final)
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
// server's. After a single step the model is called once more, without tools,
// when it has to read a result before it can answer.
func (t *Turn) steps() int {
	if use, err := strconv.ParseBool(t.Agent.Character.Setting("USE_MULTI_STEP")); err == nil && !use {
		return 1
	}
	if n, err := strconv.Atoi(t.Agent.Character.Setting("MAX_MULTISTEP_ITERATIONS")); err == nil && n > 0 {
		return min(n, mostSteps)
	}
	return t.service.options.MaxSteps
}
