package template_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/elizad/elizad/internal/template"
)

func TestOneDecisionIsRead(t *testing.T) {
	const (
		respond, ignore, stop, none = template.Respond, template.Ignore, template.Stop, template.Undecided
	)
	for said, want := range map[string]template.Decision{
		// one word, however it is dressed
		"RESPOND": respond, "REPLY": respond, "yes": respond, "Respond.": respond, " respond\n": respond, "**RESPOND**": respond, "`REPLY`": respond, `"RESPOND"`: respond,
		"_RESPOND_": respond, "“Reply”": respond, "[RESPOND]": respond, "```\nRESPOND\n```": respond, "> RESPOND": respond, "RESPOND ✅": respond, "RESPOND<|im_end|>": respond, "(RESPOND)": respond,
		"IGNORE": ignore, "no": ignore, "None.": ignore, "[IGNORE]": ignore, "*ignore*": ignore, "- IGNORE": ignore,
		"STOP": stop, "stop": stop, "Stop.": stop, "**STOP**!": stop, "[STOP]": stop, "'STOP'": stop,
		// behind a label
		"Decision: IGNORE": ignore, "Action - RESPOND": respond, "Answer: no": ignore, "**Decision:** `RESPOND`": respond, "My decision is IGNORE.": ignore, "The answer is: RESPOND": respond,
		"Action: STOP": stop, "final answer = STOP": stop, "Respond: yes": respond, "Should I respond? No.": ignore, "should_respond: false": ignore,
		// objects and elements
		`{"action":"RESPOND"}`: respond, `{"action":"stop"}`: stop, "```json\n{\"reasoning\":\"nobody said STOP\",\"decision\":\"IGNORE\"}\n```": ignore, `{"should_respond":true}`: respond, `{"shouldRespond":false}`: ignore,
		`{"action":["REPLY"]}`: respond, `{"text":"STOP"}`: none, `{"action":"RESPOND","decision":"STOP"}`: none, `{"action":7}`: none, `{"action":"RESPOND`: respond,
		"<response><name>Pat</name><reasoning>They said STOP.</reasoning><action>REPLY</action></response>": respond,
		"<response>\n  <action>\n RESPOND\n</action></response>":                                            respond, "<response><action>IGNORE</action></response>": ignore,
		"<response><action>STOP</action></response>": stop, "<decision>IGNORE</decision>": ignore, "<Response><Action>ignore</Action></Response>": ignore, "<response>IGNORE</response>": ignore,
		"Here it is:\n```xml\n<response><action>RESPOND</action></response>\n```": respond, "<response><action>RESPOND": respond,
		"<response><action>RESPOND | IGNORE | STOP</action></response>": none, "<action>STOP</action> or <action>RESPOND</action>": none, "<response><name>Pat</name><action>STOP. No, IGNORE</action></response>": ignore,
		"<response><name>STOP</name><action>IGNORE</action></response>": ignore, "<response><name>Pat</name><reasoning>cut off, STOP": none,
		// thoughts
		"<think>Should I RESPOND or IGNORE?</think>IGNORE": ignore, "<think>Nobody asked me to stop, so": none, "<thinking>STOP</thinking>\n\nRESPOND": respond, "they said STOP\n</think>\nIGNORE": ignore,
		"<think>RESPOND": none, "<think>a<think>b</think>STOP</think>RESPOND": respond, "<Think foo>STOP</Think>": none, "": none, " \n": none, "…": none,
		// sentences
		"IGNORE. Nobody asked me to stop.": ignore, "RESPOND because Pat was named": respond, "RESPOND, do not IGNORE this.": respond, "REPLY: Sure, lunch at noon!": respond,
		"IGNORE - the message is for Pat. STOP was not said.": ignore, "No, the message is for Pat.": ignore, "Yes, Pat is asked.": respond, "IGNORE\nRESPOND": ignore,
		"I should not respond: IGNORE": ignore, "Stop? No: RESPOND": respond, "The message names Pat. So my decision is RESPOND.": respond, "It is for Robin.\n\nIGNORE": ignore,
		"I could RESPOND or IGNORE here.\nIGNORE": ignore, "It is for me.\nDecision: respond": respond, "I was not asked.\n**Action:** IGNORE": ignore, "No reason to stay silent: RESPOND": respond, "I don't see why to IGNORE it; RESPOND": respond,
		"Do not IGNORE but RESPOND": respond,
		// negated or ambiguous
		"DO NOT RESPOND": none, "Don't RESPOND": none, "I would never STOP": none, "NO RESPONSE": none, "DO_NOT_RESPOND": none, "Not RESPOND": none, "Do not: RESPOND": none, "DO NOT\nRESPOND": none,
		"RESPOND or IGNORE": none, "RESPOND/IGNORE/STOP": none, "Should I RESPOND?": none, "STOP?": none, "STOP or RESPOND?": none,
		"I will respond to that": none, "Robin, lunch at noon sounds great": none, "I think RESPOND is right": none, "Is it for somebody else? Yes.": none, "Ignore the noise and answer": none, "the stop sign": none, "STOPPED": none,
		// a STOP that is not all that was said never stops
		"STOP. Robin was asked to be quiet.": ignore, "STOP TALKING": ignore, "I was asked to be quiet: STOP": ignore, "The user typed 'STOP'": ignore, "STOP STOP": ignore, "I will not. Stop.": none, "STOP, or RESPOND": none, "Nobody said STOP": ignore,
	} {
		if got := template.Decide(said); got != want {
			t.Errorf("%q is read as %q, want %q", said, got, want)
		}
	}
	if template.Decide(strings.Repeat("word ", 100_000)+"STOP") == template.Stop {
		t.Error("a long answer stops")
	}
}

// FuzzDecide holds any answer to the rules that keep a room from being muted
// by accident.
func FuzzDecide(f *testing.F) {
	for _, s := range []string{"STOP", "IGNORE. Nobody asked me to stop.", "<response><action>STOP</action></response>", `{"action":"STOP"}`, "Action: STOP", "<think>a</think>STOP", "DO NOT RESPOND", "_'’", "``` \n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		switch d := template.Decide(said); d {
		case template.Respond, template.Ignore, template.Undecided:
		case template.Stop:
			letters := strings.Map(func(r rune) rune {
				if unicode.IsLetter(r) {
					return unicode.ToUpper(r)
				}
				return -1
			}, said)
			if !strings.Contains(letters, "STOP") && !strings.Contains(said, `\`) {
				t.Errorf("%q stops", said)
			}
			if template.Decide(said+" was never said") == template.Stop && !strings.ContainsAny(said, "<{") {
				t.Errorf("%q stops although more was said", said)
			}
		default:
			t.Errorf("%q is read as %q", said, d)
		}
		if d := template.Decide("<think>" + said); d != template.Undecided && !strings.Contains(said, "</") {
			t.Errorf("an unfinished thought %q decides %q", said, d)
		}
	})
}
