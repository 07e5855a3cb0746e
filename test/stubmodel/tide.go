package stubmodel

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

// The question that dialects about tools answer, the tool that they ask for,
// which takes a place, and what its result holds.
const (
	TideQuestion = "When is high tide?"
	TideTool     = "tide"
	tideName     = "T_TIDE" // where nothing tells what the tool is called
)

var (
	tideNames = regexp.MustCompile(`\b\w*TIDE\b`)
	tideTimes = regexp.MustCompile(`\b(pier|mole) \d\d:\d\d\b`)
)

// TideResult is the result of the tool for a place.
func TideResult(place string) string {
	return map[string]string{"pier": "pier 14:07", "mole": "mole 14:21"}[place]
}

// tideCall is the name under which the tool is offered.
func tideCall(c *Call) string {
	name := ""
	gjson.GetBytes(c.Body, "tools").ForEach(func(_, tool gjson.Result) bool {
		for _, path := range []string{"function.name", "name"} {
			if n := tool.Get(path).Str; strings.HasSuffix(strings.ToUpper(n), "TIDE") {
				name = n
			}
		}
		return name == ""
	})
	if name == "" {
		name = tideNames.FindString(c.System)
	}
	if name == "" {
		name = tideName
	}
	return name
}

// offersTools reports whether the call offers any that may be called.
func offersTools(c *Call) bool {
	choice := gjson.GetBytes(c.Body, "tool_choice")
	return len(gjson.GetBytes(c.Body, "tools").Array()) > 0 && choice.Str != "none" && choice.Get("type").Str != "none"
}

// answersTool reports whether the call tells the result of a tool.
func answersTool(c *Call) bool {
	last := gjson.GetBytes(c.Body, "messages.@reverse.0")
	return last.Get("role").Str == "tool" || last.Get(`content.#(type=="tool_result")`).Exists()
}

// told lists what came after the person's question: the results of tools,
// whatever the role in which they are told.
func told(c *Call) (results []string) {
	gjson.GetBytes(c.Body, "messages").ForEach(func(_, message gjson.Result) bool {
		role := message.Get("role").Str
		if role != "user" && role != "tool" {
			return true
		}
		content := message.Get("content")
		if strings.Contains(content.Raw, TideQuestion) {
			results = nil
		}
		if !content.IsArray() {
			if !strings.Contains(content.Str, TideQuestion) {
				results = append(results, content.Str)
			}
			return true
		}
		content.ForEach(func(_, part gjson.Result) bool {
			if part.Get("type").Str == "tool_result" {
				results = append(results, contentText(part.Get("content")))
			} else if text := part.Get("text").Str; text != "" && !strings.Contains(text, TideQuestion) {
				results = append(results, text)
			}
			return true
		})
		return true
	})
	return results
}

// tideAnswer is the model's answer once it was told results; "" before.
func tideAnswer(c *Call) string {
	results := told(c)
	if len(results) == 0 {
		return ""
	}
	var times []string
	for _, r := range results {
		found := tideTimes.FindAllString(r, -1)
		if found == nil {
			found = []string{"a problem"}
		}
		times = append(times, found...)
	}
	return "High tide: " + strings.Join(times, ", ") + "."
}

// asked reports whether the person has asked for the tide.
func asked(c *Call) bool { return bytes.Contains(c.Body, []byte(TideQuestion)) }

// asks is a dialect's reply to the question, which asks for the tool. Before
// the question, and once it was told the result, the answer is plain.
func asks(call func(c *Call, name string) Reply) func(*Call) Reply {
	return func(c *Call) Reply {
		if !asked(c) {
			return Reply{Text: Hello}
		}
		if answer := tideAnswer(c); answer != "" {
			return Reply{Text: answer}
		}
		return call(c, tideCall(c))
	}
}
