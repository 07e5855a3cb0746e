package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/model"
)

const berlin = `weather{"city":"Berlin","days":2}`

var textCalls = []struct {
	name, in string
	want     taken
}{
	{"Hermes", "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\":\"Berlin\",\"days\":2}}\n</tool_call>", taken{Calls: []string{berlin}}},
	{"Hermes, text before", "Let me look.\n<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"Berlin\",\"days\":2}}</tool_call>", taken{Text: "Let me look.", Calls: []string{berlin}}},
	{"Hermes, in the line", "Let me look. <tool_call>{\"name\":\"clock\",\"arguments\":{}}</tool_call> Wait.", taken{Text: "Let me look. Wait.", Calls: []string{"clock{}"}}},
	{"two blocks", "<tool_call>{\"name\":\"clock\"}</tool_call>\n<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"Berlin\",\"days\":2}}</tool_call>", taken{Calls: []string{"clock{}", berlin}}},
	{"two in one block", "<tool_call>{\"name\":\"clock\"}\n{\"name\":\"clock\",\"arguments\":{\"x\":1}}</tool_call>", taken{Calls: []string{"clock{}", `clock{"x":1}`}}},
	{"unclosed", "<tool_call>{\"name\":\"clock\",\"arguments\":{}}", taken{Calls: []string{"clock{}"}}},
	{"unclosed, then another", "<tool_call>{\"name\":\"clock\"}\n<tool_call>{\"name\":\"clock\",\"arguments\":{\"x\":1}}<|im_end|>", taken{Calls: []string{"clock{}", `clock{"x":1}`}}},
	{"after a thought", "<think>secret plan</think>\n<tool_call>{\"name\":\"clock\"}</tool_call>", taken{Thought: "secret plan", Calls: []string{"clock{}"}}},
	{"arguments as a text", "<tool_call>{\"name\":\"clock\",\"arguments\":\"{\\\"x\\\":1}\"}</tool_call>", taken{Calls: []string{`clock{"x":1}`}}},
	{"in a code block of its own", "<tool_call>\n```json\n{\"name\":\"clock\",\"arguments\":{}}\n```\n</tool_call>", taken{Calls: []string{"clock{}"}}},
	{"Python's quotes", "<tool_call>{'name': 'clock', 'arguments': {'x': True}}</tool_call>", taken{Calls: []string{`clock{"x":true}`}}},
	{"OpenAI's form", "<tool_calls>[{\"type\":\"function\",\"function\":{\"name\":\"clock\",\"arguments\":\"{}\"}}]</tool_calls>", taken{Calls: []string{"clock{}"}}},
	{"tools", "<tools>\n{\"name\":\"clock\",\"arguments\":{}}\n</tools>", taken{Calls: []string{"clock{}"}}},
	{"function_call", "<function_call>{\"name\":\"clock\",\"arguments\":{}}</function_call>", taken{Calls: []string{"clock{}"}}},
	{"functioncall", "<functioncall> {\"name\": \"clock\", \"arguments\": '{\"x\": 1}'} </functioncall>", taken{Calls: []string{`clock{"x":1}`}}},
	{"Phi", "<|tool_call|>[{\"name\":\"clock\",\"arguments\":{}}]<|/tool_call|>", taken{Calls: []string{"clock{}"}}},
	{"Granite", "<|tool_call|>[{\"name\":\"clock\",\"arguments\":{}}]", taken{Calls: []string{"clock{}"}}},
	{"Mistral", "[TOOL_CALLS] [{\"name\":\"weather\",\"arguments\":{\"city\":\"Berlin\",\"days\":2}},{\"name\":\"clock\",\"arguments\":{}}]</s>", taken{Calls: []string{berlin, "clock{}"}}},
	{"Mistral, newer", "[TOOL_CALLS]weather[ARGS]{\"city\":\"Berlin\",\"days\":2}", taken{Calls: []string{berlin}}},
	{"Mistral, between", "Let me look.[TOOL_CALLS]clock{\"x\":1}", taken{Text: "Let me look.", Calls: []string{`clock{"x":1}`}}},
	{"Llama", "<function=weather>{\"city\":\"Berlin\",\"days\":2}</function>", taken{Calls: []string{berlin}}},
	{"Llama, code", "<|python_tag|>{\"name\": \"weather\", \"parameters\": {\"city\":\"Berlin\",\"days\":2}}<|eom_id|>", taken{Calls: []string{berlin}}},
	{"Llama, two", "<|python_tag|>{\"name\":\"clock\",\"parameters\":{}}; {\"name\":\"clock\",\"parameters\":{\"x\":1}}", taken{Calls: []string{"clock{}", `clock{"x":1}`}}},
	{"Qwen Coder", "<tool_call>\n<function=weather>\n<parameter=city>\nBerlin\n</parameter>\n<parameter=days>\n2\n</parameter>\n</function>\n</tool_call>", taken{Calls: []string{berlin}}},
	{"Qwen Coder, a text of digits", "<function=weather>\n<parameter=zip>\n01234\n</parameter>\n</function>", taken{Calls: []string{`weather{"zip":"01234"}`}}},
	{"GLM", "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Berlin</arg_value>\n<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>", taken{Calls: []string{berlin}}},
	{"GLM, no arguments", "<tool_call>clock\n</tool_call>", taken{Calls: []string{"clock{}"}}},
	{"Anthropic's form", "<function_calls>\n<invoke name=\"weather\">\n<parameter name=\"city\">Berlin</parameter>\n<parameter name=\"days\">2</parameter>\n</invoke>\n</function_calls>", taken{Calls: []string{berlin}}},
	{"MiniMax", "<minimax:tool_call>\n<invoke name=\"weather\">\n<parameter name=\"city\">Berlin</parameter>\n<parameter name=\"days\">2</parameter>\n</invoke>\n</minimax:tool_call>", taken{Calls: []string{berlin}}},
	{"DeepSeek's tags", "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"weather\">\n<｜DSML｜parameter name=\"city\" string=\"true\">Berlin</｜DSML｜parameter>\n<｜DSML｜parameter name=\"days\" string=\"false\">2</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>", taken{Calls: []string{berlin}}},
	{"DeepSeek R1", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n{\"city\":\"Berlin\",\"days\":2}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", taken{Calls: []string{berlin}}},
	{"DeepSeek V3.1", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>clock<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{\"city\":\"Berlin\",\"days\":2}<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>", taken{Calls: []string{"clock{}", berlin}}},
	{"Kimi", "<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>{\"city\":\"Berlin\",\"days\":2}<|tool_call_end|><|tool_calls_section_end|>", taken{Calls: []string{berlin}}},
	{"Command A", "<|START_ACTION|>[{\"tool_call_id\":\"0\",\"tool_name\":\"weather\",\"parameters\":{\"city\":\"Berlin\",\"days\":2}}]<|END_ACTION|>", taken{Calls: []string{berlin}}},
	{"LFM", "<|tool_call_start|>[weather(city=\"Berlin\", days=2), clock()]<|tool_call_end|>", taken{Calls: []string{berlin, "clock{}"}}},
	{"Gemma", "<|tool_call>call:weather{city:<|\"|>Berlin<|\"|>,days:2}<tool_call|>", taken{Calls: []string{berlin}}},
	{"InternLM", "<|action_start|><|plugin|>{\"name\":\"clock\",\"parameters\":{}}<|action_end|>", taken{Calls: []string{"clock{}"}}},
	{"Harmony", "<|channel|>analysis<|message|>secret plan<|end|><|start|>assistant<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{\"city\":\"Berlin\",\"days\":2}<|call|>", taken{Thought: "secret plan", Calls: []string{berlin}}},
	{"Harmony, recipient first", "<|start|>assistant to=functions.clock<|channel|>commentary json<|message|>{}<|call|>", taken{Calls: []string{"clock{}"}}},
	{"tags of its parts", "<tool_call><name>clock</name><arguments>{\"x\":1}</arguments></tool_call>", taken{Calls: []string{`clock{"x":1}`}}},

	{"JSON alone", "{\"name\": \"weather\", \"parameters\": {\"city\":\"Berlin\",\"days\":2}}", taken{Calls: []string{berlin}}},
	{"JSON alone, OpenAI's form", "\n{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"arguments\": {\"city\":\"Berlin\",\"days\":2}}}<|im_end|>", taken{Calls: []string{berlin}}},
	{"JSON alone, after a thought", "<think>secret plan</think>\n\n{\"name\":\"clock\",\"arguments\":{}}", taken{Thought: "secret plan", Calls: []string{"clock{}"}}},
	{"JSON alone, cut", "{\"name\":\"weather\",\"parameters\":{\"city\":\"Ber", taken{Calls: []string{"weather!"}}},
	{"words behind the call", "{\"name\":\"clock\",\"parameters\":{}}\nThis calls the clock.", taken{Calls: []string{"clock{}"}}},
	{"JSON of another tool", "{\"name\":\"Ann\",\"arguments\":{}} is what <b>I</b> know.", taken{Text: "{\"name\":\"Ann\",\"arguments\":{}} is what <b>I</b> know."}},
	{"JSON that is an answer", "{\"text\":\"Hello there.\"}", taken{Text: "{\"text\":\"Hello there.\"}"}},
	{"JSON about a tool", "{\"name\":\"weather\",\"is\":\"a tool\"}", taken{Text: "{\"name\":\"weather\",\"is\":\"a tool\"}"}},

	{"cut", "<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"Ber", taken{Calls: []string{"weather!"}}},
	{"broken", "<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\" \"Berlin\"}}</tool_call>", taken{Calls: []string{"weather!"}}},
	{"no name", "<tool_call>{\"arguments\":{}}</tool_call>", taken{Calls: []string{"unnamed_tool!"}}},
	{"arguments are a list", "<tool_call>{\"name\":\"clock\",\"arguments\":[1]}</tool_call>", taken{Calls: []string{"clock!"}}},
	{"nothing", "<tool_call>\n<tool_call>", taken{Calls: []string{"unnamed_tool!"}}},

	{"speaks of the tag", "The <tool_call> tag holds a call.", taken{Text: "The <tool_call> tag holds a call."}},
	{"in code", "Write `<tool_call>{\"name\":\"clock\"}</tool_call>` for it.", taken{Text: "Write `<tool_call>{\"name\":\"clock\"}</tool_call>` for it."}},
	{"in a code block", fenced, taken{Text: fenced}},
}

func TestToolCallsInText(t *testing.T) {
	for _, c := range textCalls {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, take(t, new(Habits), withTools(), "m", c.in)); diff != "" {
				t.Error(diff)
			}
			everySplit(t, withTools(), c.in)
		})
	}
}

// A model without tools is told of them in its system prompt, and one that is
// asked for its last word has called tools before.
func TestToolCallsWithoutOfferedTools(t *testing.T) {
	for _, req := range []model.Request{
		{System: "Call a tool by <tool_call>{...}</tool_call>."},
		{Turns: []model.Turn{{Role: model.RoleAssistant, ToolCalls: []model.ToolCall{{ID: "a", Name: "clock"}}}}},
	} {
		got := take(t, new(Habits), req, "m", "<tool_call>{\"name\":\"clock\",\"arguments\":{}}</tool_call>")
		if diff := cmp.Diff(taken{Calls: []string{"clock{}"}}, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestProblemsAreToldInAFewWords(t *testing.T) {
	c := new(Habits).Compose(withTools(), "m", false, nil)
	c.Write("<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"" + strings.Repeat("Berlin ", 1000))
	answer, err := c.Close(Peer{})
	if err != nil || len(answer.ToolCalls) != 1 {
		t.Fatalf("%+v, %v", answer, err)
	}
	call := answer.ToolCalls[0]
	if !strings.Contains(call.Problem, "end in the middle") || !strings.Contains(call.Problem, "Berlin") || len(call.Problem) > 500 || string(call.Arguments) != "{}" {
		t.Errorf("%+v", call)
	}
}
