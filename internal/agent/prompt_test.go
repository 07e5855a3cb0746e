package agent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/test/stubmodel"
)

// shaped makes a running agent with a template.
func (r *rig) shaped(name, key, source string) eliza.Agent {
	r.t.Helper()
	a := r.agent(name)
	if _, err := r.agents.Update(r.t.Context(), a.ID, func(a *eliza.Agent) error {
		a.Character.Templates = map[string]string{key: source}
		return nil
	}); err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *rig) streamed(message eliza.ID) string {
	var b strings.Builder
	for _, e := range r.soFar() {
		if chunk, is := e.(bus.StreamChunk); is && chunk.MessageID == message {
			b.WriteString(chunk.Text)
		}
	}
	return b.String()
}

func TestATemplateIsAskedAndItsAnswerRead(t *testing.T) {
	r := newRig(t)
	a := r.shaped("Robin", "messageHandlerTemplate", "# {{agentName}}\n{{#each character.bio}}* {{this}}\n{{/each}}{{providers}}\nNames: {{actionNames}}")
	room := r.channel(eliza.TypeDM, r.person, a.ID)
	r.stub.Script(stubmodel.Reply{Text: "<response><thought>Ada greets</thought><actions>REPLY,FOLLOW_ROOM,NO_SUCH</actions><providers></providers><text>Hello &lt;Ada&gt;</text></response>"})
	said := r.say(room, "good <morning>")
	e := r.ended(said.Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if e.Reply.Content != "Hello <Ada>" || e.Content.Thought != "Ada greets" || !slices.Contains(e.Content.Actions, "FOLLOW_ROOM") {
		t.Errorf("answered %q as %+v", e.Reply.Content, e.Content)
	}
	if got := r.streamed(said.Message.ID); got != "Hello <Ada>" {
		t.Errorf("streamed %q", got)
	}
	prompt := gjson.GetBytes(r.stub.Last().Body, `messages.#(role=="user").content`).String()
	for _, piece := range []string{"# Robin\n* A test's agent\n", "Ada: good <morning>", "Names: REPLY, "} {
		if !strings.Contains(prompt, piece) {
			t.Errorf("%q is not in the prompt %q", piece, prompt)
		}
	}
	for answer, want := range map[string]string{
		"plain words, and more of them than are held back in the beginning of an answer to see what it is": "plain words, and more of them than are held back in the beginning of an answer to see what it is",
		"```json\n{\"text\":\"in JSON\",\"actions\":[\"REPLY\"]}\n```":                                     "in JSON",
	} {
		r.stub.Script(stubmodel.Reply{Text: answer})
		said := r.say(room, "again")
		e := r.ended(said.Message.ID, a.ID)
		r.want(e, eliza.Replied, "")
		if got := r.streamed(said.Message.ID); e.Reply.Content != want || got != want {
			t.Errorf("%q is answered as %q, streamed as %q", answer, e.Reply.Content, got)
		}
	}
}

func TestABrokenTemplateIsPassedOver(t *testing.T) {
	r := newRig(t)
	a := r.shaped("Robin", "messageHandlerTemplate", "{{#each bio}} never closed")
	e := r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "hello").Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	run, err := r.agents.Run(t.Context(), a.ID, e.Delivery.RunID)
	if err != nil || !slices.ContainsFunc(run.Events, func(e eliza.RunEvent) bool { return e.Type == "TEMPLATE_FAILED" }) || !strings.Contains(r.stub.Last().System, "You are Robin.") {
		t.Errorf("%v: %+v", err, run.Events)
	}
}

// TestAModelDecidesWhatIsLeftOpen asks it in its own words and in those of a
// template, and has it stop.
func TestAModelDecidesWhatIsLeftOpen(t *testing.T) {
	r := newRig(t)
	a := r.shaped("Robin", "shouldRespondTemplate", "Is it for {{agentName}}?")
	room := r.channel(eliza.TypeGroup, r.person, a.ID)
	for _, step := range []struct {
		model  string
		state  eliza.DeliveryState
		reason eliza.Reason
	}{
		{"<response><action>IGNORE</action></response>", eliza.Ignored, eliza.ReasonNotAddressed},
		{"<response><name>Robin</name><action>RESPOND</action></response>", eliza.Replied, ""},
		{"<response><action>STOP</action></response>", eliza.Ignored, eliza.ReasonMuted},
		{"", eliza.Ignored, eliza.ReasonMuted}, // the model is not asked any more
	} {
		if step.model != "" {
			r.stub.Script(stubmodel.Reply{Text: step.model})
		}
		r.want(r.ended(r.say(room, "nice weather").Message.ID, a.ID), step.state, step.reason)
	}
	if !strings.Contains(r.stub.Last().System, "Is it for Robin?") {
		t.Errorf("asked %q", r.stub.Last().System)
	}
	for setting, answers := range map[string]bool{"SHOULD_RESPOND_BYPASS_TYPES=FEED, group": true, "ALWAYS_RESPOND_SOURCES=TEST": true, "ALWAYS_RESPOND_CHANNELS=FEED": false, "SHOULD_RESPOND_BYPASS_SOURCES=discord": false} {
		b := r.agent("Eager "+setting, setting)
		if !answers {
			r.stub.Script(stubmodel.Reply{Text: "IGNORE"})
		}
		e := r.ended(r.say(r.channel(eliza.TypeGroup, r.person, b.ID), "nice weather").Message.ID, b.ID)
		if (e.Delivery.State == eliza.Replied) != answers {
			t.Errorf("%s: %s", setting, e.Delivery.State)
		}
	}
}
