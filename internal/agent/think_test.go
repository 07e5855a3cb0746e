package agent_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp"
	"github.com/elizad/elizad/internal/model"
)

// TestTextBesideACallIsKeptAndTheResultIsAwaited says for what a turn goes on:
// for whatever the model has to know before it can answer.
func TestTextBesideACallIsKeptAndTheResultIsAwaited(t *testing.T) {
	tide, tea := toolCall("LOOK_UP_TIDE", `{}`), toolCall("REMEMBER", `{"text":"Ada likes tea"}`)
	for name, c := range map[string]struct {
		answers []model.Answer
		calls   int
		text    string
	}{
		"plain words":                   {[]model.Answer{wants("Hello.")}, 1, "Hello."},
		"an effect":                     {[]model.Answer{wants("Noted.", tea)}, 1, "Noted."},
		"several effects":               {[]model.Answer{wants("Noted.", tea, toolCall("FOLLOW_ROOM", `{}`))}, 1, "Noted."},
		"an effect without text":        {[]model.Answer{wants("", tea), wants("Noted.")}, 2, "Noted."},
		"a look":                        {[]model.Answer{wants("Let me look.", tide), wants("High tide is at 14:07.")}, 2, "Let me look.\n\nHigh tide is at 14:07."},
		"its own space":                 {[]model.Answer{wants("Let me look.", tide), wants(" High tide is at 14:07.")}, 2, "Let me look. High tide is at 14:07."},
		"its own line":                  {[]model.Answer{wants("Let me look.\n", tide), wants("High tide is at 14:07.")}, 2, "Let me look.\nHigh tide is at 14:07."},
		"two looks":                     {[]model.Answer{wants("Let me look.", tide), wants("And there.", toolCall("LOOK_UP_TIDE", `{"place":"pier"}`)), wants("At 14:07.")}, 3, "Let me look.\n\nAnd there.\n\nAt 14:07."},
		"a look beside an effect":       {[]model.Answer{wants("A moment.", tea, tide), wants("At 14:07.")}, 2, "A moment.\n\nAt 14:07."},
		"an effect that fails":          {[]model.Answer{wants("Noted.", toolCall("REMEMBER", `{}`)), wants("I could not note it.")}, 2, "Noted.\n\nI could not note it."},
		"what nobody knows":             {[]model.Answer{wants("A moment.", toolCall("NO_SUCH_THING", `{}`)), wants("I cannot do that.")}, 2, "A moment.\n\nI cannot do that."},
		"a look that fails":             {[]model.Answer{wants("A moment.", toolCall("BREAK_DOWN", `{}`)), wants("It does not work.")}, 2, "A moment.\n\nIt does not work."},
		"silence beside a look":         {[]model.Answer{wants("", toolCall("IGNORE", `{}`), tide), wants("At 14:07.")}, 2, "At 14:07."},
		"an answer by a tool":           {[]model.Answer{wants("A moment.", tide), wants("", toolCall("REPLY", `{"text":"At 14:07."}`))}, 2, "A moment.\n\nAt 14:07."},
		"the same answer twice":         {[]model.Answer{wants("At noon.", toolCall("REPLY", `{"text":"At noon."}`))}, 1, "At noon."},
		"an answer by a tool, no words": {[]model.Answer{wants("", toolCall("REPLY", `{}`)), wants("At noon.")}, 2, "At noon."},
		"only space beside an effect":   {[]model.Answer{wants(" \n", tea), wants("Noted.")}, 2, " \nNoted."},
	} {
		t.Run(name, func(t *testing.T) {
			var looked atomic.Int32
			m := inTurn(c.answers...)
			r := newScripted(t, m, &looked)
			e := r.answered(r.agent("Keeper"), "When is high tide? I like tea.")
			if e.Reply.Content != c.text || len(m.asked()) != c.calls {
				t.Errorf("%q after %d calls, want %q after %d", e.Reply.Content, len(m.asked()), c.text, c.calls)
			}
		})
	}
}

// TestTheLastCallIsMadeWithoutTools has a model look something else up each
// time it may.
func TestTheLastCallIsMadeWithoutTools(t *testing.T) {
	for setting, calls := range map[string]int{"": 4, "MAX_MULTISTEP_ITERATIONS=2": 2, "MAX_MULTISTEP_ITERATIONS=1": 2, "USE_MULTI_STEP=false": 2, "MAX_MULTISTEP_ITERATIONS=7": 7} {
		t.Run(setting, func(t *testing.T) {
			var looked atomic.Int32
			m := &scriptedModel{answer: func(n int, req model.Request) (model.Answer, error) {
				if len(req.Tools) == 0 {
					return wants("At 14:07."), nil
				}
				return wants(fmt.Sprintf("Look %d.", n), toolCall("LOOK_UP_TIDE", fmt.Sprintf(`{"place":"pier %d"}`, n))), nil
			}}
			r := newScripted(t, m, &looked)
			e := r.answered(r.agent("Keeper", setting), "When is high tide?")
			asked := m.asked()
			if len(asked) != calls || int(looked.Load()) != calls-1 || !strings.HasPrefix(e.Reply.Content, "Look 1.") || !strings.HasSuffix(e.Reply.Content, "\n\nAt 14:07.") {
				t.Fatalf("%d calls, %d looks, then %q", len(asked), looked.Load(), e.Reply.Content)
			}
			last := asked[calls-1]
			for _, turn := range last.Turns {
				if turn.Role == model.RoleTool || len(turn.ToolCalls) > 0 {
					t.Errorf("a request without tools has %+v", turn)
				}
			}
			note := last.Turns[len(last.Turns)-1]
			for n := 1; n < calls; n++ {
				if want := fmt.Sprintf(`LOOK_UP_TIDE {"place":"pier %d"}`+"\n"+`High tide is at 14:07, for {"place":"pier %d"}`, n, n); !strings.Contains(note.Text, want) {
					t.Errorf("%q is not in %q", want, note.Text)
				}
			}
			if note.Role != model.RoleUser || !strings.Contains(sent(last), "When is high tide?") || !strings.Contains(sent(last), "assistant: Look 1.") {
				t.Errorf("the last request is %s", sent(last))
			}
		})
	}
}

// TestTheSameCallIsDoneOnce has a model ask for the same thing for ever, with
// its arguments written in other ways.
func TestTheSameCallIsDoneOnce(t *testing.T) {
	same := []string{`{"place":"pier","days":2}`, `{ "days": 2, "place": "pier" }`, "{\"place\":\"\\u0070ier\",\n\"days\":2}"}
	var looked atomic.Int32
	m := &scriptedModel{answer: func(n int, _ model.Request) (model.Answer, error) {
		return wants("", toolCall([]string{"LOOK_UP_TIDE", "look_up_tide"}[n%2], same[n%3])), nil
	}}
	r := newScripted(t, m, &looked, func(r *rig) { r.options.MaxSteps = 10 })
	a := r.agent("Keeper")
	e := r.answered(a, "When is high tide?")
	asked := m.asked()
	if looked.Load() != 1 || len(asked) != 4 || len(asked[2].Tools) == 0 || len(asked[3].Tools) != 0 {
		t.Fatalf("%d looks, %d calls, tools in the last %d", looked.Load(), len(asked), len(asked[len(asked)-1].Tools))
	}
	if told := asked[2].Turns[len(asked[2].Turns)-1].Text; !strings.Contains(told, "asked for this before") || !strings.Contains(told, "High tide is at 14:07") {
		t.Errorf("the second time the model is told %q", told)
	}
	if repeated := r.runEvents(a, e.Delivery.RunID, "ACTION_REPEATED"); len(repeated) != 2 {
		t.Errorf("the run tells of %v", repeated)
	}
}

// TestWhatIsTheSameWithinOneAnswerIsDoneOnce lets the model go on: it has not
// seen the result when it asks again.
func TestWhatIsTheSameWithinOneAnswerIsDoneOnce(t *testing.T) {
	var looked atomic.Int32
	m := inTurn(wants("", toolCall("LOOK_UP_TIDE", `{}`), toolCall("LOOK_UP_TIDE", `{}`), toolCall("LOOK_UP_TIDE", `{}`)), wants("At 14:07."))
	r := newScripted(t, m, &looked)
	r.answered(r.agent("Keeper"), "When is high tide?")
	if asked := m.asked(); looked.Load() != 1 || len(asked) != 2 || len(asked[1].Tools) == 0 {
		t.Errorf("%d looks, %d calls", looked.Load(), len(asked))
	}
}

// TestNobodyIsToldWhatWasMeantForTheModel has a model write nothing after it
// looked something up.
func TestNobodyIsToldWhatWasMeantForTheModel(t *testing.T) {
	state := toolCall("GET_STATE", `{"providers":["ANXIETY"]}`)
	tea := toolCall("REMEMBER", `{"text":"Ada likes tea"}`)
	const used = "I used GET_STATE, but could not work out an answer from what came back."
	for name, c := range map[string]struct {
		answers []model.Answer
		text    string
	}{
		"for ever":            {[]model.Answer{wants("", state)}, used},
		"once":                {[]model.Answer{wants("", state), wants("")}, used},
		"after a word":        {[]model.Answer{wants("Let me look.", state), wants(" \n")}, "Let me look.\n\n" + used},
		"after an effect":     {[]model.Answer{wants("", tea, state), wants("")}, `I will remember that: "Ada likes tea". ` + used},
		"only effects":        {[]model.Answer{wants("", tea), wants("")}, `I will remember that: "Ada likes tea".`},
		"nothing that worked": {[]model.Answer{wants("", toolCall("BREAK_DOWN", `{}`)), wants("")}, "What I tried did not work."},
	} {
		t.Run(name, func(t *testing.T) {
			var looked atomic.Int32
			r := newScripted(t, inTurn(c.answers...), &looked)
			if e := r.answered(r.agent("Keeper"), "hello"); e.Reply.Content != c.text {
				t.Errorf("answered %q, want %q", e.Reply.Content, c.text)
			}
		})
	}
}

// TestABrokenCallGoesBackToTheModel has arguments that no provider could read.
func TestABrokenCallGoesBackToTheModel(t *testing.T) {
	broken := model.ToolCall{ID: "b1", Name: "LOOK_UP_TIDE", Arguments: []byte(`{"place": "pi`), Problem: "The arguments end too early."}
	var looked atomic.Int32
	m := inTurn(wants("Let me look.", broken), wants("", toolCall("LOOK_UP_TIDE", `{}`)), wants("At 14:07."))
	r := newScripted(t, m, &looked)
	a := r.agent("Keeper")
	e := r.answered(a, "When is high tide?")
	if e.Reply.Content != "Let me look.\n\nAt 14:07." || looked.Load() != 1 {
		t.Errorf("answered %q after %d looks", e.Reply.Content, looked.Load())
	}
	turns := m.asked()[1].Turns
	back, told := turns[len(turns)-2], turns[len(turns)-1]
	if string(back.ToolCalls[0].Arguments) != "{}" || told.Role != model.RoleTool || told.ToolCallID != "b1" || told.Text != broken.Problem {
		t.Errorf("the model is told %+v after %+v", told, back)
	}
	if done := r.runEvents(a, e.Delivery.RunID, "ACTION_COMPLETED"); len(done) != 2 || done[0]["success"] != false || done[0]["result"] != broken.Problem || done[1]["success"] != true {
		t.Errorf("the run tells of %v", done)
	}

	looked.Store(0)
	m = inTurn(wants("", broken))
	r = newScripted(t, m, &looked, func(r *rig) { r.options.MaxSteps = 10 })
	if e := r.answered(r.agent("Keeper"), "When is high tide?"); e.Reply.Content != "What I tried did not work." || len(m.asked()) != 4 || looked.Load() != 0 {
		t.Errorf("answered %q after %d calls and %d looks", e.Reply.Content, len(m.asked()), looked.Load())
	}
}

func TestArgumentsAreComparedWithTheirSchema(t *testing.T) {
	const schema = `{"type":"object","required":["place"],"properties":{"place":{"type":"string"},"days":{"type":"integer"},"height":{"type":"number"},"all":{"type":"boolean"},
		"names":{"type":"array","items":{"type":"string"}},"near":{"type":"object","required":["x"],"properties":{"x":{"type":"number"}}},"odd":{"anyOf":[{"type":"string"}]},"maybe":{"type":["string","null"]},"any":{}}}`
	for given, want := range map[string]string{
		`{"place":"pier"}`:                                       "",
		`{ "place" : "pier", "more": 1 }`:                        "",
		`{"place":"pier","days":2,"height":1.5,"all":true}`:      "",
		`{"place":"pier","days":"2"}`:                            `{"days":2,"place":"pier"}`,
		`{"place":"pier","days":2.0}`:                            "",
		`{"place":"pier","height":"1.5"}`:                        `{"height":1.5,"place":"pier"}`,
		`{"place":"pier","all":"true"}`:                          `{"all":true,"place":"pier"}`,
		`{"place":7}`:                                            `{"place":"7"}`,
		`{"place":12345678901234567890}`:                         `{"place":"12345678901234567890"}`,
		`{"place":"pier","names":"a"}`:                           `{"names":["a"],"place":"pier"}`,
		`{"place":"pier","names":"[\"a\"]"}`:                     `{"names":["a"],"place":"pier"}`,
		`{"place":"pier","near":"{\"x\":\"1\"}"}`:                `{"near":{"x":1},"place":"pier"}`,
		`{"place":"pier","days":null}`:                           `{"place":"pier"}`,
		`{"place":"pier","maybe":null,"any":[null],"odd":[1,2]}`: "",
		`{}`:                              `the argument "place" is missing`,
		`{"place":null}`:                  `the argument "place" is missing`,
		`null`:                            `the argument "place" is missing`,
		`{"place":["pier"]}`:              `the argument "place" must be string, not array`,
		`{"place":"pier","days":"two"}`:   `the argument "days" must be integer, not string`,
		`{"place":"pier","days":1.5}`:     `the argument "days" must be integer, not number`,
		`{"place":"pier","all":1}`:        `the argument "all" must be boolean, not number`,
		`{"place":"pier","names":[1,{}]}`: `the argument "names[1]" must be string, not object`,
		`{"place":"pier","near":{}}`:      `the argument "near.x" is missing`,
		`[]`:                              "the arguments are not a JSON object",
	} {
		got, err := fitted(schema, given)
		if want == "" {
			want = given // as it was
		}
		if err != nil {
			got = eliza.ErrorMessage(err)
		}
		if got != want {
			t.Errorf("%s becomes %s, want %s", given, got, want)
		}
	}
	for _, lenient := range []string{"", "{}", "null", "true", `{"type":"object","properties":7}`, `{"$ref":"#/x","required":["a"]}`, `{"anyOf":[{"required":["a"]}]}`} {
		if got, err := fitted(lenient, `{"b":1}`); err != nil || got != `{"b":1}` {
			t.Errorf("%s: %s, %v", lenient, got, err)
		}
	}
}

// TestWhatDoesNotFitIsToldToTheModel takes what can only be meant, and tells
// the rest.
func TestWhatDoesNotFitIsToldToTheModel(t *testing.T) {
	var looked atomic.Int32
	m := inTurn(wants("", toolCall("LOOK_UP_TIDE", `{"days":"many"}`)), wants("", toolCall("LOOK_UP_TIDE", `{"days":"3"}`)), wants("At 14:07."))
	r := newScripted(t, m, &looked)
	r.answered(r.agent("Keeper"), "When is high tide?")
	asked := m.asked()
	var told []string
	for _, req := range asked[1:] {
		told = append(told, req.Turns[len(req.Turns)-1].Text)
	}
	if diff := cmp.Diff([]string{`Not done: the argument "days" must be integer, not string.`, `High tide is at 14:07, for {"days":3}`}, told); diff != "" || looked.Load() != 1 {
		t.Errorf("%s, %d looks", diff, looked.Load())
	}
}

func fitted(schema, given string) (string, error) {
	got, err := agent.Fit([]byte(schema), []byte(given))
	return string(got), err
}

// TestTheDataOfAServersToolIsNoAnswer has a model call a tool of an MCP server
// for ever.
func TestTheDataOfAServersToolIsNoAnswer(t *testing.T) {
	var called atomic.Int32
	tools := sdk.NewServer(&sdk.Implementation{Name: "tides", Version: "1"}, nil)
	sdk.AddTool(tools, &sdk.Tool{Name: "tide"}, func(context.Context, *sdk.CallToolRequest, struct{}) (*sdk.CallToolResult, any, error) {
		called.Add(1)
		return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: `{"rows":["internal-7"]}`}}}, nil, nil
	})
	web := httptest.NewServer(sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return tools }, nil))
	t.Cleanup(web.Close)
	var looked atomic.Int32
	m := inTurn(wants("", toolCall("T_TIDE", `{}`)))
	servers := mcp.New(mcp.Options{Client: web.Client(), Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(servers.Close)
	r := newScripted(t, m, &looked, func(r *rig) { r.options.MCP = servers })
	a := r.agent("Keeper")
	a, err := r.agents.Update(t.Context(), a.ID, func(a *eliza.Agent) error {
		a.Character.Settings = map[string]any{"mcp": map[string]any{"servers": map[string]any{"t": map[string]any{"type": "http", "url": web.URL, "approval": "never"}}}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	servers.Trust(a.ID, &a.Character)
	e := r.answered(a, "When is high tide?")
	if e.Reply.Content != "I used T_TIDE, but could not work out an answer from what came back." || called.Load() != 1 || len(m.asked()) != 4 {
		t.Errorf("answered %q after %d calls of the tool and %d of the model", e.Reply.Content, called.Load(), len(m.asked()))
	}
	if last := sent(m.asked()[3]); !strings.Contains(last, "internal-7") {
		t.Errorf("the model is not told what was found: %s", last)
	}
}
