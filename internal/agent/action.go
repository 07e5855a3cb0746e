package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// Action is something an agent can do besides talking. What it changes is
// noted on the turn and stored with the reply in one transaction, so that an
// action of a turn that dies has never happened.
type Action struct {
	Name        string
	Similes     []string // other names that models use for it
	Description string
	Parameters  json.RawMessage // JSON Schema of an object; nil for none
	// Implied actions are understood when a model names them but not offered
	// as tools: plain text already is a REPLY.
	Implied bool
	// Paints actions are offered where a model makes pictures.
	Paints bool
	// Run does it and returns one sentence about what was done: the model
	// reads it, and the person does when the model adds nothing.
	Run func(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error)
}

// builtinActions are those of ElizaOS's bootstrap plugin that need nothing
// else, and two for memory.
func builtinActions() []Action {
	return []Action{
		{Name: "REPLY", Similes: []string{"RESPOND", "GREET"}, Implied: true, Description: "Answer with text", Parameters: textParameter("text", "What to say"), Run: reply},
		{Name: "NONE", Similes: []string{"NO_ACTION"}, Implied: true, Description: "Do nothing", Run: silence},
		{Name: "IGNORE", Similes: []string{"STOP_TALKING"}, Description: "Stay silent: the message is not for you, or the conversation is over", Run: silence},
		{Name: "FOLLOW_ROOM", Description: "Take part in this room without being named, from now on", Run: roomState(eliza.RoomFollowed, "I will follow this room from now on.")},
		{Name: "UNFOLLOW_ROOM", Description: "Answer in this room only when named, from now on", Run: roomState(eliza.RoomPlain, "I no longer follow this room.")},
		{Name: "MUTE_ROOM", Description: "Be silent in this room until named", Run: roomState(eliza.RoomMuted, "I will be silent here until you name me.")},
		{Name: "UNMUTE_ROOM", Description: "Talk again in a room that was muted", Run: roomState(eliza.RoomPlain, "I will talk here again.")},
		{Name: "REMEMBER", Description: "Keep a fact about the person you talk with, because they asked for it or it will matter later",
			Parameters: textParameter("text", "The fact, in the person's words"), Run: remember},
		{Name: "GENERATE_IMAGE", Similes: []string{"DRAW", "CREATE_IMAGE", "RENDER_IMAGE"}, Paints: true, Description: "Make a picture and send it with the answer",
			Parameters: textParameter("prompt", "What the picture shows, in detail"), Run: paint},
		{Name: "FORGET", Description: "Forget what the person asks to be forgotten", Parameters: textParameter("query", "What to forget"), Run: forget},
	}
}

func textParameter(name, description string) json.RawMessage {
	b, _ := json.Marshal(map[string]any{
		"type": "object", "required": []string{name}, "additionalProperties": false,
		"properties": map[string]any{name: map[string]any{"type": "string", "description": description}},
	})
	return b
}

// actionSet finds actions by the names that models use.
type actionSet struct {
	byName   map[string]*Action
	tools    []model.Tool
	painting model.Tool // offered where a model makes pictures
}

func newActionSet(actions []Action) *actionSet {
	s := &actionSet{byName: map[string]*Action{}}
	for i := range actions {
		a := &actions[i]
		for _, name := range append([]string{a.Name}, a.Similes...) {
			s.byName[normalName(name)] = a
		}
		tool := model.Tool{Name: a.Name, Description: a.Description, Parameters: a.Parameters}
		switch {
		case a.Paints:
			s.painting = tool
		case !a.Implied:
			s.tools = append(s.tools, tool)
		}
	}
	return s
}

// normalName folds case and underscores, as ElizaOS does.
func normalName(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "") }

// act runs one tool call of the model and returns what to tell it.
func (t *Turn) act(ctx context.Context, call model.ToolCall) string {
	action := t.service.actions.byName[normalName(call.Name)]
	if action == nil {
		t.event("ACTION_COMPLETED", map[string]any{"actionName": call.Name, "success": false, "result": "unknown action"})
		return fmt.Sprintf("There is no action %q.", call.Name)
	}
	t.event("ACTION_STARTED", map[string]any{"actionId": call.ID, "actionName": action.Name})
	said, err := runAction(ctx, action, t, call.Arguments)
	if err != nil {
		t.event("ACTION_COMPLETED", map[string]any{"actionId": call.ID, "actionName": action.Name, "success": false, "result": err.Error()})
		t.service.log.Warn("action failed", "agent", t.Agent.Name, "agentId", t.Agent.ID, "action", action.Name, "error", err)
		return "That did not work: " + eliza.ErrorMessage(err)
	}
	t.event("ACTION_COMPLETED", map[string]any{"actionId": call.ID, "actionName": action.Name, "success": true, "result": said})
	t.done = append(t.done, action.Name)
	if said != "" {
		t.said = append(t.said, said)
	}
	return said
}

// runAction keeps a panic within the action.
func runAction(ctx context.Context, a *Action, t *Turn, arguments json.RawMessage) (said string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("action %s: %w", a.Name, eliza.Recovered(p))
		}
	}()
	return a.Run(ctx, t, arguments)
}

// argument reads one text argument. Error code: INVALID_REQUEST.
func argument(arguments json.RawMessage, name string) (string, error) {
	var all map[string]any
	if err := json.Unmarshal(arguments, &all); err != nil {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "the arguments are not a JSON object")
	}
	text, _ := all[name].(string)
	if strings.TrimSpace(text) == "" {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "the argument %q is missing", name)
	}
	return text, nil
}

func reply(_ context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	if text, err := argument(arguments, "text"); err == nil {
		t.write(text)
	}
	return "", nil
}

func silence(context.Context, *Turn, json.RawMessage) (string, error) { return "", nil }

func roomState(state eliza.RoomState, said string) func(context.Context, *Turn, json.RawMessage) (string, error) {
	return func(_ context.Context, t *Turn, _ json.RawMessage) (string, error) {
		t.roomState = &state
		return said, nil
	}
}

func remember(_ context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	text, err := argument(arguments, "text")
	if err != nil {
		return "", err
	}
	t.facts = append(t.facts, text)
	return fmt.Sprintf("I will remember that: %q.", text), nil
}

func paint(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	prompt, err := argument(arguments, "prompt")
	if err != nil {
		return "", err
	}
	studio := t.service.options.Studio
	if studio == nil || !studio.Can(&t.Agent) {
		return "", eliza.Errorf(eliza.CodeModel, "no model that makes pictures is configured")
	}
	picture, err := studio.Paint(ctx, &t.Agent, prompt)
	if err != nil {
		return "", err
	}
	t.pictures = append(t.pictures, picture)
	return "Here is the picture.", nil
}

func forget(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	query, err := argument(arguments, "query")
	if err != nil {
		return "", err
	}
	ids, err := t.service.memory.Matching(ctx, t.recallQuery(query))
	if err != nil {
		return "", err
	}
	t.forget = append(t.forget, ids...)
	if len(ids) == 0 {
		return fmt.Sprintf("I have nothing stored about %q.", query), nil
	}
	return fmt.Sprintf("I have forgotten what you told me about %q.", query), nil
}
