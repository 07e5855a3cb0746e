package wire

import (
	"strings"
	"unicode/utf8"
)

// mark is what a piece of markup in a model's text means.
type mark uint8

const (
	noMark       mark = iota
	thoughtOpen       // a thought begins
	thoughtClose      // a thought ends
	answerOpen        // what follows is the answer, after a thought
	answerClose       //
	callOpen          // a tool call begins
	callClose         //
	turnEnd           // the model's turn is over
	turnStart         // somebody's turn begins; who follows in the text or is the name
	channel           // a Harmony channel begins; its name follows
	filler            // says nothing: the beginning of a text, a separator
	strikeOpen        // HTML's <s>, whose </s> is no end of a turn
)

// token is one piece of markup.
type token struct {
	mark  mark
	name  string // of what it opens or closes; opening and closing ones have the same
	arg   string // "f" of <function=f>, the attributes of another tag
	pipes bool   // written as a special token, <|name|>, and not as a tag
}

// tags are the tags that models write, by their names in lower case: the
// chat templates of the model families on Hugging Face.
var tags = map[string]token{
	"think": {mark: thoughtOpen, name: "think"}, "thinking": {mark: thoughtOpen, name: "think"},
	"thought": {mark: thoughtOpen, name: "think"}, "thoughts": {mark: thoughtOpen, name: "think"},
	"seed:think": {mark: thoughtOpen, name: "think"}, "mm:think": {mark: thoughtOpen, name: "think"},
	"antml:thinking": {mark: thoughtOpen, name: "think"},
	"reasoning":      {mark: thoughtOpen, name: "reasoning"}, "reason": {mark: thoughtOpen, name: "reasoning"},
	"reflection": {mark: thoughtOpen, name: "reflection"}, "reflect": {mark: thoughtOpen, name: "reflection"},
	"thought_process": {mark: thoughtOpen, name: "think"}, "thinking_process": {mark: thoughtOpen, name: "think"},
	"chain_of_thought": {mark: thoughtOpen, name: "think"}, "internal_thoughts": {mark: thoughtOpen, name: "think"},
	"analysis": {mark: thoughtOpen, name: "analysis_tag"}, "rationale": {mark: thoughtOpen, name: "rationale"},
	"unused94": {mark: thoughtOpen, name: "medgemma"}, "unused95": {mark: thoughtClose, name: "medgemma"},
	"scratchpad":      {mark: thoughtOpen, name: "scratchpad"},
	"inner_monologue": {mark: thoughtOpen, name: "monologue"}, "internal_monologue": {mark: thoughtOpen, name: "monologue"},

	"answer": {mark: answerOpen, name: "answer"}, "final_answer": {mark: answerOpen, name: "final_answer"},
	"response": {mark: answerOpen, name: "response"}, "output": {mark: answerOpen, name: "output"},
	"solution": {mark: answerOpen, name: "solution"},

	"tool_call": {mark: callOpen, name: "tool_call"}, "tool_calls": {mark: callOpen, name: "tool_calls"},
	"toolcall": {mark: callOpen, name: "toolcall"}, "tools": {mark: callOpen, name: "tools"},
	"function_call": {mark: callOpen, name: "function_call"}, "function_calls": {mark: callOpen, name: "function_calls"},
	"functioncall": {mark: callOpen, name: "functioncall"}, "function": {mark: callOpen, name: "function"},
	"invoke": {mark: callOpen, name: "invoke"}, "antml:function_calls": {mark: callOpen, name: "antml:function_calls"},
	"antml:invoke": {mark: callOpen, name: "antml:invoke"}, "minimax:tool_call": {mark: callOpen, name: "minimax:tool_call"},

	"start_of_turn": {mark: turnStart}, "end_of_turn": {mark: turnEnd}, "eos": {mark: turnEnd},
	"bos": {mark: filler}, "pad": {mark: filler}, "s": {mark: strikeOpen, name: strike},
}

// specials are the special tokens that servers let through, written <|name|>,
// with "▁" as "_". The name of a turnStart is who begins; empty where it follows.
var specials = map[string]token{
	"think": {mark: thoughtOpen, name: "think"}, "thinking": {mark: thoughtOpen, name: "think"},
	"start_thinking": {mark: thoughtOpen, name: "cohere"}, "end_thinking": {mark: thoughtClose, name: "cohere"},
	"begin_of_thought": {mark: thoughtOpen, name: "thought"}, "end_of_thought": {mark: thoughtClose, name: "thought"},

	"tool_call": {mark: callOpen, name: "tool_call"}, "tool_calls": {mark: callOpen, name: "tool_calls"},
	"tool_call_start": {mark: callOpen, name: "tool_call_start"},
	"tool_call_begin": {mark: callOpen, name: "tool_call_begin"}, "tool_call_end": {mark: callClose, name: "tool_call_start tool_call_begin"},
	"tool_calls_begin": {mark: callOpen, name: "tool_calls_begin"}, "tool_calls_end": {mark: callClose, name: "tool_calls_begin"},
	"tool_calls_section_begin": {mark: callOpen, name: "tool_calls_section"}, "tool_calls_section_end": {mark: callClose, name: "tool_calls_section"},
	"start_action": {mark: callOpen, name: "action"}, "end_action": {mark: callClose, name: "action"},
	"action_start": {mark: callOpen, name: "action"}, "action_end": {mark: callClose, name: "action"},
	"python_tag": {mark: callOpen, name: "python_tag"},

	"im_end": {mark: turnEnd}, "eot_id": {mark: turnEnd}, "eom_id": {mark: turnEnd}, "eot": {mark: turnEnd},
	"end": {mark: turnEnd}, "return": {mark: turnEnd}, "call": {mark: turnEnd}, "eos": {mark: turnEnd},
	"endoftext": {mark: turnEnd}, "end_of_text": {mark: turnEnd}, "end_of_sentence": {mark: turnEnd},
	"end_of_turn": {mark: turnEnd}, "endofturn": {mark: turnEnd}, "end_of_turn_token": {mark: turnEnd},
	"end_of_message": {mark: turnEnd}, "end_of_document": {mark: turnEnd}, "im_eot": {mark: turnEnd},

	"im_start": {mark: turnStart}, "start_header_id": {mark: turnStart}, "start": {mark: turnStart},
	"start_of_role": {mark: turnStart}, "turn": {mark: turnStart}, "start_of_turn": {mark: turnStart},
	"assistant": {mark: turnStart, name: "assistant"}, "model": {mark: turnStart, name: "assistant"},
	"chatbot_token": {mark: turnStart, name: "assistant"}, "user": {mark: turnStart, name: "user"},
	"user_token": {mark: turnStart, name: "user"}, "human": {mark: turnStart, name: "user"},
	"system": {mark: turnStart, name: "system"}, "system_token": {mark: turnStart, name: "system"},
	"tool": {mark: turnStart, name: "tool"}, "observation": {mark: turnStart, name: "tool"}, "ipython": {mark: turnStart, name: "tool"},

	"channel": {mark: channel}, "message": {mark: filler, name: headerEnd}, "constrain": {mark: filler},
	"im_sep": {mark: filler, name: headerEnd}, "end_header_id": {mark: filler, name: headerEnd}, "end_of_role": {mark: filler, name: headerEnd},
	"begin_of_text": {mark: filler}, "startoftext": {mark: filler}, "begin_of_sentence": {mark: filler}, "bos": {mark: filler}, "pad": {mark: filler},
	"start_of_turn_token": {mark: filler}, "start_response": {mark: filler}, "end_response": {mark: filler},
	"start_text": {mark: filler}, "end_text": {mark: filler},
	"begin_of_solution": {mark: filler}, "end_of_solution": {mark: filler},
}

// literals are markup that is neither a tag nor a special token.
var literals = []struct {
	text  string
	token token
}{
	{"[THINK]", token{mark: thoughtOpen, name: "mistral"}}, {"[/THINK]", token{mark: thoughtClose, name: "mistral"}},
	{"[TOOL_CALLS]", token{mark: callOpen, name: "mistral", pipes: true}}, {"[/TOOL_CALLS]", token{mark: callClose, name: "mistral", pipes: true}},
	{"[INST]", token{mark: turnStart, name: "user"}}, {"[/INST]", token{mark: turnStart, name: "assistant"}},
	{"◁think▷", token{mark: thoughtOpen, name: "kimi"}}, {"◁/think▷", token{mark: thoughtClose, name: "kimi"}},
}

// headerEnd is the name of the tokens between who speaks and what is said.
const headerEnd = "message"

// strike is the name of a tag of HTML that some models end their turns with.
const strike = "s"

// Bounds of a piece of markup, so that little text is held back for it.
const (
	longestName       = 40
	longestAttributes = 200
)

// verdict says whether a text begins with something.
type verdict uint8

const (
	no   verdict = iota
	yes          //
	wait         // the text is too short to say
)

// markupAt reads the markup that s begins with, and its length. It waits while
// more text could decide, unless s is final.
func markupAt(s string, final bool) (token, int, verdict) {
	var (
		t token
		n int
		v verdict
	)
	if s[0] == '<' {
		t, n, v = angleAt(s)
	} else {
		t, n, v = literalAt(s)
	}
	if v == wait && final {
		v = no
	}
	return t, n, v
}

func literalAt(s string) (token, int, verdict) {
	for _, l := range literals {
		if strings.HasPrefix(s, l.text) {
			return l.token, len(l.text), yes
		}
		if strings.HasPrefix(l.text, s) {
			return token{}, 0, wait
		}
	}
	return token{}, 0, no
}

// angleAt reads <name attributes>, </name>, <|name|> and what models make of
// them: one of the two bars left out, wide bars, spaces around the name.
func angleAt(s string) (t token, n int, v verdict) {
	i := spacesAfter(s, 1)
	closing := i < len(s) && s[i] == '/'
	if closing {
		i = spacesAfter(s, i+1)
	}
	i, lead, v := barAt(s, i)
	if v == wait {
		return t, 0, wait
	}
	if lead && i < len(s) && s[i] == '/' {
		closing = true
		i++
	}
	i, prefixed, v := dsmlAt(s, i, lead)
	if v == wait {
		return t, 0, wait
	}
	start := i
	for i < len(s) && i-start <= longestName && nameByte(s[i]) {
		i++
	}
	name := strings.ReplaceAll(strings.ToLower(s[start:i]), "▁", "_")
	if i == len(s) {
		return t, 0, mayBeName(name, i-start)
	}
	table := tags
	end, trail, v := barAt(s, i)
	if v == wait {
		return t, 0, wait
	}
	if (lead || trail) && !prefixed {
		table = specials
	}
	t, known := table[name]
	if !known {
		return token{}, 0, no
	}
	t.pipes = (lead || trail) && !prefixed
	if t.pipes {
		i = end
		if i == len(s) {
			return t, 0, wait
		}
		if s[i] != '>' {
			return token{}, 0, no
		}
	} else {
		rest := s[i:min(len(s), i+longestAttributes)]
		stop := strings.IndexAny(rest, "<>\n")
		switch {
		case stop < 0 && len(rest) < longestAttributes:
			return t, 0, wait
		case stop < 0 || rest[stop] != '>' || !strings.ContainsAny(rest[:1], " \t/=>"):
			return token{}, 0, no
		}
		t.arg = strings.TrimSpace(rest[:stop])
		i += stop
	}
	t, ok := turned(t, closing, !lead && trail)
	if !ok {
		return token{}, 0, no
	}
	return t, i + 1, yes
}

// turned gives a token that is closed the meaning of its other half.
func turned(t token, closing, trailing bool) (token, bool) {
	t.arg = strings.TrimPrefix(t.arg, "=")
	empty := strings.HasSuffix(t.arg, "/") // <think/>
	switch {
	case closing || trailing:
		switch t.mark {
		case thoughtOpen:
			t.mark = thoughtClose
		case answerOpen:
			t.mark = answerClose
		case callOpen:
			t.mark = callClose
		case channel:
			t.mark, t.name = thoughtClose, "channel"
		case strikeOpen, turnStart:
			t.mark = turnEnd
		case turnEnd, filler:
		default:
			return t, false
		}
	case empty && t.mark == thoughtOpen:
		t.mark = filler
	case t.name == "function" && t.mark == callOpen:
		return t, t.arg != ""
	case strings.HasSuffix(t.name, "invoke"):
		return t, strings.Contains(t.arg, "name=")
	}
	return t, true
}

func spacesAfter(s string, i int) int {
	for end := i + 2; i < min(len(s), end) && s[i] == ' '; {
		i++
	}
	return i
}

// barAt passes over "|" or the wide "｜" of DeepSeek's tokens.
func barAt(s string, i int) (next int, found bool, v verdict) {
	const wide = "｜"
	switch rest := s[i:]; {
	case rest == "":
		return i, false, yes
	case rest[0] == '|':
		return i + 1, true, yes
	case strings.HasPrefix(rest, wide):
		return i + len(wide), true, yes
	case strings.HasPrefix(wide, rest):
		return i, false, wait
	}
	return i, false, yes
}

// dsmlAt passes over the prefix of DeepSeek's tags, <｜DSML｜name>.
func dsmlAt(s string, i int, lead bool) (next int, found bool, v verdict) {
	const prefix = "DSML｜"
	switch rest := s[i:]; {
	case !lead || rest == "":
		return i, false, yes
	case strings.HasPrefix(rest, prefix):
		return i + len(prefix), true, yes
	case strings.HasPrefix(prefix, rest):
		return i, false, wait
	}
	return i, false, yes
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == ':' || strings.IndexByte("▁", c) >= 0
}

// mayBeName reports whether a known name begins so.
func mayBeName(begun string, length int) verdict {
	if length > longestName {
		return no
	}
	for begun != "" && begun[len(begun)-1] >= utf8.RuneSelf { // the beginning of a "▁"
		begun = begun[:len(begun)-1]
	}
	for _, table := range []map[string]token{tags, specials} {
		for name := range table {
			if strings.HasPrefix(name, begun) {
				return wait
			}
		}
	}
	return no
}
