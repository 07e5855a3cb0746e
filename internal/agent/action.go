package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// maxActions is how many actions a turn may take, whatever the model asks for.
const maxActions = 20

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
	// Final actions are the answer, or the decision to give none: the turn ends
	// with them.
	Final bool
	// EffectOnly actions do something whose result, when it was done, changes
	// nothing of the answer: text beside them may end the turn. After any other
	// action the model is asked again, with the result.
	EffectOnly bool
	// Quiet actions are no part of the answer: their results are for the model.
	Quiet bool
	// Data is what results are that are no sentences: they are for the model,
	// and never told to the person as they are.
	Data bool
	// Foreign results are what others wrote, so that the gate counts them.
	Foreign bool
	// Outside marks what cannot be undone or stored with the turn, such as a
	// call of another server: it is recorded before and after, so that it is
	// not done twice (call.go).
	Outside bool
	// Offered reports whether the action makes sense in a turn; nil for always.
	Offered func(t *Turn) bool
	// Needs is what it takes to do it without asking; NeedsFor, when set, tells
	// it for these arguments.
	Needs    Authority
	NeedsFor func(ctx context.Context, t *Turn, arguments json.RawMessage) Authority
	// Run does it and returns one sentence about what was done: the model
	// reads it, and the person does when the model adds nothing.
	Run func(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error)
}

// builtinActions are those of ElizaOS's bootstrap plugin, two for memory, and
// the one by which a model asks for state.
func builtinActions() []Action {
	return []Action{
		{Name: "REPLY", Similes: []string{"RESPOND", "GREET"}, Implied: true, Final: true, Description: "Answer with text", Parameters: parameters("text", "What to say"), Run: reply},
		{Name: "NONE", Similes: []string{"NO_ACTION"}, Implied: true, Final: true, Description: "Do nothing", Run: silence},
		{Name: "IGNORE", Similes: []string{"STOP_TALKING"}, Final: true, Description: "Stay silent: the message is not for you, or the conversation is over", Run: silence},
		{Name: "FOLLOW_ROOM", EffectOnly: true, Description: "Take part in this room without being named, from now on", Run: roomState(eliza.RoomFollowed, "I will follow this room from now on.")},
		{Name: "UNFOLLOW_ROOM", EffectOnly: true, Description: "Answer in this room only when named, from now on", Run: roomState(eliza.RoomPlain, "I no longer follow this room.")},
		{Name: "MUTE_ROOM", EffectOnly: true, Description: "Be silent in this room until named", Run: roomState(eliza.RoomMuted, "I will be silent here until you name me.")},
		{Name: "UNMUTE_ROOM", EffectOnly: true, Description: "Talk again in a room that was muted", Run: roomState(eliza.RoomPlain, "I will talk here again.")},
		{Name: "REMEMBER", EffectOnly: true, Description: "Keep a fact about the person you talk with, because they asked for it or it will matter later",
			Parameters: parameters("text", "The fact, in the person's words"), Run: remember},
		{Name: "FORGET", EffectOnly: true, Description: "Forget what the person asks to be forgotten", Parameters: parameters("query", "What to forget"), Run: forget},
		{Name: "SEND_MESSAGE", Similes: []string{"DM", "MESSAGE", "SEND_DM"}, EffectOnly: true, Outside: true, Needs: ByRequester, Description: "Say something in another channel, or to another person in private, because the person asks for it",
			Parameters: parameters("target", "The name or id of the channel or of the person", "text", "What to say"), Run: sendMessage},
		{Name: "UPDATE_CONTACT", Similes: []string{"UPDATE_ENTITY"}, EffectOnly: true, Needs: ByRequester, NeedsFor: contactNeeds, Description: "Note where a person can be reached elsewhere",
			Parameters: optional(parameters("source", "Where, such as telegram or email", "address", "The name or address there", "entity", "Whose; the one who asks when absent"), "entity"), Run: updateContact},
		{Name: "UPDATE_ROLE", Similes: []string{"CHANGE_ROLE", "SET_ROLE", "MAKE_ADMIN"}, EffectOnly: true, Needs: ByOwner, Offered: inGroup, Description: "Give somebody here a role in this world",
			Parameters: parameters("entity", "The person's name or id", "role", "OWNER, ADMIN or NONE"), Run: updateRole},
		{Name: "UPDATE_SETTINGS", Similes: []string{"UPDATE_SETTING", "SAVE_SETTING", "CONFIGURE"}, EffectOnly: true, Needs: ByOwner, Description: "Change settings of this world",
			Parameters: json.RawMessage(`{"type":"object","required":["settings"],"additionalProperties":false,"properties":{"settings":{"type":"object","description":"New values by the names of the settings"}}}`), Run: updateSettings},
		{Name: "GENERATE_IMAGE", Similes: []string{"DRAW", "CREATE_IMAGE", "RENDER_IMAGE"}, EffectOnly: true, Offered: (*Turn).paints, Description: "Make a picture and send it with the answer",
			Parameters: parameters("prompt", "What the picture shows, in detail"), Run: paint},
		{Name: "GET_STATE", Quiet: true, Description: "Look up more before you answer: " + dynamicNames(),
			Parameters: json.RawMessage(`{"type":"object","required":["providers"],"additionalProperties":false,"properties":{"providers":{"type":"array","items":{"type":"string"},"description":"Names of what to look up"}}}`), Run: lookUp},
	}
}

// dynamicNames are the built-in providers that are there for the asking.
func dynamicNames() string {
	var names []string
	for _, p := range builtinProviders() {
		if p.Dynamic && !p.Private {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// parameters is the schema of an object of texts, all of which are required:
// each name is followed by its description.
func parameters(described ...string) json.RawMessage {
	properties, required := map[string]any{}, []string{}
	for i := 0; i < len(described); i += 2 {
		properties[described[i]] = map[string]any{"type": "string", "description": described[i+1]}
		required = append(required, described[i])
	}
	b, _ := json.Marshal(map[string]any{"type": "object", "required": required, "additionalProperties": false, "properties": properties})
	return b
}

// optional takes a name from those that a schema requires.
func optional(schema json.RawMessage, name string) json.RawMessage {
	var all map[string]any
	_ = json.Unmarshal(schema, &all)
	var required []any
	for _, r := range all["required"].([]any) {
		if r != name {
			required = append(required, r)
		}
	}
	all["required"] = required
	b, _ := json.Marshal(all)
	return b
}

func inGroup(t *Turn) bool { return !t.Room.Type.Private() }

// actionSet finds actions by the names that models use.
type actionSet struct {
	all    []Action
	byName map[string]*Action
}

func newActionSet(actions []Action) *actionSet {
	s := &actionSet{all: actions, byName: make(map[string]*Action, 2*len(actions))}
	for i := range actions {
		a := &actions[i]
		for _, name := range append([]string{a.Name}, a.Similes...) {
			if key := normalName(name); s.byName[key] == nil || name == a.Name {
				s.byName[key] = a
			}
		}
	}
	return s
}

// normalName folds case and underscores, as ElizaOS does.
func normalName(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "") }

// offered are the actions that make sense in the turn, with those that are
// only understood if implied is set.
func (t *Turn) offered(implied bool) (all []*Action) {
	for _, set := range []*actionSet{t.service.actions, t.own} {
		if set == nil {
			continue
		}
		for i := range set.all {
			if a := &set.all[i]; (implied || !a.Implied) && (a.Offered == nil || a.Offered(t)) {
				all = append(all, a)
			}
		}
	}
	return all
}

// tools are the actions that the model may ask for.
func (t *Turn) tools() []model.Tool {
	offered := t.offered(false)
	tools := make([]model.Tool, len(offered))
	for i, a := range offered {
		tools[i] = model.Tool{Name: a.Name, Description: a.Description, Parameters: a.Parameters}
	}
	return tools
}

// action finds an action by a name that a model uses; nil when there is none.
func (t *Turn) action(name string) *Action {
	key := normalName(name)
	if a := t.service.actions.byName[key]; a != nil || t.own == nil {
		return a
	}
	return t.own.byName[key]
}

// act runs one tool call of the model and returns what to tell it, and whether
// it was done.
func (t *Turn) act(ctx context.Context, action *Action, call model.ToolCall) (said string, ok bool, err error) {
	if t.decision == nil {
		t.acts++
	}
	if t.acts > maxActions {
		return fmt.Sprintf("Not done: %d actions in one turn are the most.", maxActions), false, nil
	}
	if action == nil {
		t.decision = nil
		t.refused(call, call.Name, "unknown action")
		return fmt.Sprintf("There is no action %q.", call.Name), false, nil
	}
	if call.Problem != "" {
		t.refused(call, action.Name, call.Problem)
		return call.Problem, false, nil
	}
	if call.Arguments, err = fit(action.Parameters, call.Arguments); err != nil {
		t.refused(call, action.Name, err.Error())
		return "Not done: " + eliza.ErrorMessage(err) + ".", false, nil
	}
	if a := t.decision; a != nil {
		t.decision = nil
		said, ok = t.decided(ctx, action, call, a)
		return said, ok, nil
	}
	needs := action.Needs
	if action.NeedsFor != nil {
		needs = action.NeedsFor(ctx, t, call.Arguments)
	}
	why, err := t.hinders(ctx, needs)
	if err != nil {
		return "", false, err
	}
	if why != "" {
		said, err = t.ask(ctx, action, call, why)
		return said, false, err
	}
	said, ok = t.perform(ctx, action, call)
	return said, ok, nil
}

// refused records a call that was not done, and why.
func (t *Turn) refused(call model.ToolCall, name, why string) {
	t.event("ACTION_COMPLETED", map[string]any{"actionId": call.ID, "actionName": name, "success": false, "result": ends(why, maxNoted)})
}

// perform does what was let through, and records it. ok says that it went
// well.
func (t *Turn) perform(ctx context.Context, action *Action, call model.ToolCall) (said string, ok bool) {
	if err := t.takeTool(ctx, action); err != nil {
		t.refused(call, action.Name, err.Error())
		return "That was not done: " + eliza.ErrorMessage(err), false
	}
	t.event("ACTION_STARTED", map[string]any{"actionId": call.ID, "actionName": action.Name})
	do := runAction
	if action.Outside {
		do = outsideAction
	}
	said, err := do(ctx, action, t, call)
	if action.Foreign {
		t.untrust("the result of "+action.Name, eliza.NoID)
	}
	outcome := map[string]any{"actionId": call.ID, "actionName": action.Name, "success": err == nil, "result": ends(said, maxNoted)}
	if err != nil {
		outcome["result"] = ends(err.Error(), maxNoted)
		t.service.log.Warn("action failed", "agent", t.Agent.Name, "agentId", t.Agent.ID, "action", action.Name, "error", err)
		said = "That did not work: " + eliza.ErrorMessage(err)
	}
	t.event("ACTION_COMPLETED", outcome)
	t.did = append(t.did, action.Name+": "+ends(said, maxNoted))
	if err == nil && !action.Quiet {
		t.done = append(t.done, action.Name)
		if said != "" && !action.Data {
			t.said = append(t.said, said)
		}
	}
	return said, err == nil
}

// runAction keeps a panic within the action.
func runAction(ctx context.Context, a *Action, t *Turn, call model.ToolCall) (said string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("action %s: %w", a.Name, eliza.Recovered(p))
		}
	}()
	return a.Run(ctx, t, call.Arguments)
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

// texts reads an argument that is a list of texts, each of which may hold
// several separated by commas. Error code: INVALID_REQUEST.
func texts(arguments json.RawMessage, name string) (all []string, err error) {
	var given map[string][]string
	if json.Unmarshal(arguments, &given) != nil || len(given[name]) == 0 {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "the argument %q is missing", name)
	}
	for _, text := range given[name] {
		for part := range strings.SplitSeq(text, ",") {
			all = append(all, strings.TrimSpace(part))
		}
	}
	return all, nil
}
