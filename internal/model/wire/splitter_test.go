package wire

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/model"
)

// taken is what is made of a model's text.
type taken struct {
	Text, Thought string
	Calls         []string // name and arguments
}

// take composes an answer of pieces, and checks that the listener heard the
// answer's text.
func take(t *testing.T, h *Habits, req model.Request, name string, pieces ...string) taken {
	t.Helper()
	var heard strings.Builder
	c := h.Compose(req, name, false, func(s string) { heard.WriteString(s) })
	for _, piece := range pieces {
		c.Write(piece)
	}
	answer, err := c.Close(Peer{})
	if err != nil {
		t.Fatal(err)
	}
	if heard.String() != answer.Text {
		t.Errorf("heard %q, wrote %q", heard.String(), answer.Text)
	}
	got := taken{Text: answer.Text, Thought: answer.Thought}
	for _, call := range answer.ToolCalls {
		said := call.Name + string(call.Arguments)
		if call.Problem != "" {
			said = call.Name + "!"
		}
		got.Calls = append(got.Calls, said)
	}
	return got
}

func withTools() model.Request {
	return model.Request{Tools: []model.Tool{
		{Name: "clock"},
		{Name: "weather", Parameters: []byte(`{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"},"zip":{"type":"string"}}}`)},
	}}
}

const fenced = "Look:\n```html\n<think>\n</think>\n<s>old</s></s>\n<tool_call>{\"name\":\"clock\"}</tool_call>\n<|im_start|>user\n```\nDone."

var contents = []struct {
	name, in string
	want     taken
}{
	{"plain", "Hello there.", taken{Text: "Hello there."}},
	{"plain with white space", "\n Hello\n\n there. \n", taken{Text: "\n Hello\n\n there. \n"}},
	{"empty", "", taken{}},

	{"thought", "<think>secret plan</think>\n\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"thought, no line break", "<think>secret plan</think>Hello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"empty thought", "<think>\n\n</think>\n\nHello there.", taken{Text: "Hello there."}},
	{"closed at once", "<think/>Hello there.", taken{Text: "Hello there."}},
	{"white space first", "\n\n <think>secret plan</think> Hello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"another name", "<thinking>secret plan</thinking>\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"capitals", "<THINK>secret plan</Think>\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"attributes", "<think type=\"deep\" n='1'>secret plan</think >\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"spaces in the tags", "< think >secret plan</ think>\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"closed under another name", "<think>secret plan</thinking>\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"thought tag", "<thought>secret plan</thought>Hello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"reasoning tag", "<reasoning>\nsecret plan\n</reasoning>\n\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"reflection within", "<thinking>a <reflection>secret</reflection> plan</thinking>\n<output>\nHello there.\n</output>", taken{Text: "Hello there.", Thought: "a <reflection>secret</reflection> plan"}},
	{"answer tag", "<think>secret plan</think>\n<answer>\nHello there.\n</answer>\n", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"a name space", "<seed:think>secret plan</seed:think>Hello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"unclosed", "<think>secret plan, and on", taken{Thought: "secret plan, and on"}},
	{"cut in the closing tag", "<think>secret plan</thi", taken{Thought: "secret plan</thi"}},
	{"two thoughts", "<think>secret</think>\nHello\n\n<think>plan</think>\n\nthere.", taken{Text: "Hello\n\nthere.", Thought: "secret\n\nplan"}},
	{"nested", "<think>a<think>b</think>c</think>d", taken{Text: "d", Thought: "abc"}},
	{"opened twice", "<think>\n<think>\nsecret plan</think>\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"closed twice", "<think>secret plan</think></think>\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"it speaks of the tag", "<think>They ask about the <think> tag, and `</think>`.</think>It opens a thought.", taken{Text: "It opens a thought.", Thought: "They ask about the <think> tag, and `</think>`."}},
	{"an end within", "<think>secret plan<|im_end|>\n<|im_start|>assistant\nHello there.<|im_end|>", taken{Text: "Hello there.", Thought: "secret plan"}},

	{"only the closing tag", "secret plan\n</think>\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"only the closing tag, in the line", "Let me see. The secret plan.</think>Hello there.", taken{Text: "Hello there.", Thought: "Let me see. The secret plan."}},
	{"only the closing tag, between sentences", "The secret plan. </think> Hello there.", taken{Text: "Hello there.", Thought: "The secret plan."}},
	{"MedGemma", "<unused94>thought\nsecret plan<unused95>Hello there.", taken{Text: "Hello there.", Thought: "thought\nsecret plan"}},
	{"only another closing tag", "secret plan\n</thinking>\n\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"a closing tag first", "</think>\n\nHello there.", taken{Text: "Hello there."}},
	{"only Kimi's", "secret plan◁/think▷Hello there.", taken{Text: "Hello there.", Thought: "secret plan"}},

	{"Kimi", "◁think▷secret plan◁/think▷Hello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"Magistral", "[THINK]secret plan[/THINK]Hello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"Command A", "<|START_THINKING|>secret plan<|END_THINKING|><|START_RESPONSE|>Hello there.<|END_RESPONSE|>", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"OpenThinker", "<|begin_of_thought|>\n\nsecret plan\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nHello there.\n\n<|end_of_solution|>", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"Harmony", "<|channel|>analysis<|message|>secret plan<|end|><|start|>assistant<|channel|>final<|message|>Hello there.<|return|>", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"Harmony, sloppy", "<|channel>analysis\nsecret plan<|channel>final\nHello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"Harmony, no message", "<|channel|>analysis secret plan<|end|><|channel|>final Hello there.", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"Harmony, final alone", "<|channel|>final<|message|>Hello there.", taken{Text: "Hello there."}},
	{"Harmony, cut", "<|channel|>analysis<|message|>secret plan", taken{Thought: "secret plan"}},
	{"Harmony without its tokens", "analysisThe secret plan.assistantfinalHello there.", taken{Text: "Hello there.", Thought: "The secret plan."}},
	{"Gemma", "<|channel>thought\nsecret plan\n<channel|>Hello there.<turn|>", taken{Text: "Hello there.", Thought: "secret plan"}},
	{"the word analysis", "analysis of this: fine", taken{Text: "analysis of this: fine"}},

	{"ChatML", "Hello there.<|im_end|>", taken{Text: "Hello there."}},
	{"ChatML, line", "<|im_start|>assistant\nHello there.\n<|im_end|>\n", taken{Text: "Hello there."}},
	{"Llama 3", "<|start_header_id|>assistant<|end_header_id|>\n\nHello there.<|eot_id|>", taken{Text: "Hello there."}},
	{"Phi", "<|assistant|>Hello there.<|end|>", taken{Text: "Hello there."}},
	{"Gemma 2", "<start_of_turn>model\nHello there.<end_of_turn>", taken{Text: "Hello there."}},
	{"Mistral", "Hello there.</s>", taken{Text: "Hello there."}},
	{"DeepSeek", "<｜Assistant｜>Hello there.<｜end▁of▁sentence｜>", taken{Text: "Hello there."}},
	{"Granite", "<|start_of_role|>assistant<|end_of_role|>Hello there.<|end_of_text|>", taken{Text: "Hello there."}},
	{"two ends", "Hello there.<|end|><|endoftext|>", taken{Text: "Hello there."}},
	{"end behind code", "```go\nx\n```<|im_end|>", taken{Text: "```go\nx\n```"}},
	{"end in open code", "```go\nx\n<|im_end|>", taken{Text: "```go\nx"}},
	{"another's turn", "Hello there.<|im_end|>\n<|im_start|>user\nWhat next?<|im_end|>\n<|im_start|>assistant\nMore.", taken{Text: "Hello there.\nMore."}},
	{"another's turn at the end", "Hello there.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnd now?", taken{Text: "Hello there."}},
	{"Llama 2", "Hello there.</s><s>[INST] And now? [/INST]", taken{Text: "Hello there."}},

	{"speaks of the tag", "The <think> tag opens and </think> closes a thought.", taken{Text: "The <think> tag opens and </think> closes a thought."}},
	{"speaks of the closing tag", "The </think> tag closes a thought.", taken{Text: "The </think> tag closes a thought."}},
	{"tags in code", "Use `<think>` and `</think>`, then `<|im_end|>`.", taken{Text: "Use `<think>` and `</think>`, then `<|im_end|>`."}},
	{"a tag alone in code", "`</think>`", taken{Text: "`</think>`"}},
	{"a list of tags", "- <think>: opens\n- </think>: closes", taken{Text: "- <think>: opens\n- </think>: closes"}},
	{"speaks of a token", "The <|im_end|> token ends a turn.", taken{Text: "The <|im_end|> token ends a turn."}},
	{"code block", fenced, taken{Text: fenced}},
	{"struck out", "It costs <s>10</s> 8 euros.", taken{Text: "It costs <s>10</s> 8 euros."}},
	{"a lone backtick", "The ` key.<|im_end|>", taken{Text: "The ` key."}},
	{"less than", "1 < 2, a<b, [x], ~5, x <| f |> y, <3", taken{Text: "1 < 2, a<b, [x], ~5, x <| f |> y, <3"}},
	{"a document", "<response>\n<thought>plan</thought>\n<text>Hello</text>\n</response>", taken{Text: "<response>\n<thought>plan</thought>\n<text>Hello</text>\n</response>"}},
	{"a document after a thought", "<think>secret plan</think>\n<response>\n<thought>plan</thought>\n</response>", taken{Text: "<response>\n<thought>plan</thought>\n</response>", Thought: "secret plan"}},
	{"HTML", "<p>Hello</p>\n<think>", taken{Text: "<p>Hello</p>\n<think>"}},
	{"no tools offered", "<tool_call>{\"name\":\"clock\"}</tool_call>", taken{Text: "<tool_call>{\"name\":\"clock\"}</tool_call>"}},
}

func TestContentIsTakenApart(t *testing.T) {
	for _, c := range contents {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, take(t, new(Habits), model.Request{}, "m", c.in)); diff != "" {
				t.Error(diff)
			}
			everySplit(t, model.Request{}, c.in)
		})
	}
}

// everySplit checks that a text gives the same however it arrives.
func everySplit(t *testing.T, req model.Request, in string) {
	t.Helper()
	want := take(t, new(Habits), req, "m", in)
	for i := range len(in) + 1 {
		if diff := cmp.Diff(want, take(t, new(Habits), req, "m", in[:i], in[i:])); diff != "" {
			t.Fatalf("cut at %d, before %q:\n%s", i, in[i:], diff)
		}
	}
	if diff := cmp.Diff(want, take(t, new(Habits), req, "m", strings.Split(in, "")...)); diff != "" {
		t.Fatalf("by letters:\n%s", diff)
	}
}

func FuzzContent(f *testing.F) {
	for _, c := range contents {
		f.Add(c.in, uint64(0x1111111111111111))
	}
	for _, c := range textCalls {
		f.Add(c.in, uint64(0xfedcba9876543210))
	}
	f.Fuzz(func(t *testing.T, in string, lengths uint64) {
		if !utf8.ValidString(in) {
			return
		}
		var pieces []string
		for rest, i := in, 0; rest != ""; i++ {
			n := min(len(rest), 1+int(lengths>>(i%16*4)&15))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		for _, req := range []model.Request{{}, withTools()} {
			whole := take(t, new(Habits), req, "m", in)
			if diff := cmp.Diff(whole, take(t, new(Habits), req, "m", pieces...)); diff != "" {
				t.Errorf("%q:\n%s", pieces, diff)
			}
			if whole := take(t, new(Habits), req, "qwq", in); whole.Text != take(t, new(Habits), req, "qwq", pieces...).Text {
				t.Errorf("held back: %q", pieces)
			}
		}
	})
}

// Text is handed on as soon as it can be no markup any more.
func TestOnlyMarkupIsHeldBack(t *testing.T) {
	h := new(Habits)
	for range enoughAnswers {
		h.learn("m", false)
	}
	var heard []string
	c := h.Compose(withTools(), "m", false, func(s string) { heard = append(heard, s) })
	for _, piece := range []string{"Hel", "lo ", "there, 1 <", " 2 and", " <thin", "k> is", " a tag."} {
		c.Write(piece)
	}
	want := []string{"Hel", "lo", " there, 1", " <", " 2 and", " <", "think>", " is", " a tag."}
	if strings.Join(heard, "") != strings.Join(want, "") || len(heard) < 7 {
		t.Errorf("heard %q", heard)
	}
}
