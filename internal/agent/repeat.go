package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/elizad/elizad/internal/model"
)

// mostRepeats is how many answers of the model may ask for the same thing
// before it gets no more tools.
const mostRepeats = 3

// asked is a call that the model has made in this turn.
type asked struct {
	Name   string `json:"name"`   // of the action
	Result int    `json:"result"` // index of its result in thinking.Turns
	OK     bool   `json:"ok"`     // it was done
	Data   bool   `json:"data"`   // the result is for the model alone
	Step   int    `json:"step"`   // of the newest answer that asks for it
	Times  int    `json:"times"`  // how many answers asked for it
}

// once does what the model asks for, unless it was done before in this turn:
// then the model is told so, with the earlier result. ok says that it was done.
func (t *Turn) once(ctx context.Context, action *Action, call model.ToolCall) (said string, ok bool, err error) {
	th := &t.thinking
	key := callKey(action, call)
	if before, known := th.Asked[key]; known {
		if before.Step != th.Step {
			before.Step = th.Step
			before.Times++
		}
		th.Asked[key] = before
		th.Withdrawn = th.Withdrawn || before.Times >= mostRepeats
		t.event("ACTION_REPEATED", map[string]any{"actionId": call.ID, "actionName": before.Name, "times": before.Times})
		return "You asked for this before in this turn, with the same arguments, so it was not done again. The result was: " + th.Turns[before.Result].Text, before.OK, nil
	}
	if said, ok, err = t.act(ctx, action, call); err != nil {
		return "", false, err
	}
	if th.Asked == nil {
		th.Asked = map[string]asked{}
	}
	made := asked{Name: call.Name, Result: len(th.Turns), OK: ok, Step: th.Step, Times: 1}
	if action != nil {
		made.Name, made.Data = action.Name, action.Quiet || action.Data
	}
	th.Asked[key] = made
	return said, ok, nil
}

// callKey is the same for calls of one action with the same arguments, however
// they are written.
func callKey(action *Action, call model.ToolCall) string {
	name := normalName(call.Name)
	if action != nil {
		name = action.Name
	}
	return name + " " + fingerprint(call.Arguments) + " " + call.Problem
}

// fingerprint is the same for JSON that says the same.
func fingerprint(arguments []byte) string {
	var value any
	d := json.NewDecoder(bytes.NewReader(arguments))
	d.UseNumber()
	if d.Decode(&value) == nil {
		if plain, err := json.Marshal(value); err == nil {
			arguments = plain
		}
	}
	sum := sha256.Sum256(arguments)
	return hex.EncodeToString(sum[:16])
}
