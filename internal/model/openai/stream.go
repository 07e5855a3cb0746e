package openai

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// assembly puts the chunks of one answer together (OpenAI's API reference,
// "The chat completion chunk object").
type assembly struct {
	answer   model.Answer
	chunk    func(string)
	peer     wire.Peer
	text     strings.Builder
	tools    []toolPart
	finished bool
}

// toolPart is a tool call whose arguments still come.
type toolPart struct {
	index     int64
	id, name  string
	arguments []byte
}

// add takes one chunk, or an answer in one piece, which holds a message where
// a chunk holds a delta. gjson takes a fifth of the time that encoding/json
// takes here, and this is the most frequent work of a reply.
func (a *assembly) add(data []byte) error {
	if !valid(data) {
		return a.peer.Nonsense("a part of the answer", nil)
	}
	c := gjson.ParseBytes(data)
	if !c.IsObject() {
		return a.peer.Nonsense("a part of the answer", nil)
	}
	failed := false
	c.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "error":
			failed = value.Type != gjson.Null
		case "model":
			if value.Str != "" {
				a.answer.Model = value.Str
			}
		case "choices":
			value.ForEach(func(_, choice gjson.Result) bool {
				a.takeChoice(choice)
				return true
			})
		case "usage":
			if value.IsObject() {
				a.answer.Usage.InputTokens = int(value.Get("prompt_tokens").Int())
				a.answer.Usage.OutputTokens = int(value.Get("completion_tokens").Int())
			}
		}
		return !failed
	})
	if failed {
		return a.peer.InStream(data)
	}
	return nil
}

// valid checks a chunk. gjson's check is the faster one but recurses as deep
// as its input goes, so that a long one goes to encoding/json's.
func valid(data []byte) bool {
	if len(data) > 64<<10 {
		return json.Valid(data)
	}
	return gjson.ValidBytes(data)
}

// takeChoice takes the first of the choices; one is asked for.
func (a *assembly) takeChoice(choice gjson.Result) {
	var delta gjson.Result
	index, finished := int64(0), false
	choice.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "index":
			index = value.Int()
		case "delta", "message":
			delta = value
		case "finish_reason":
			finished = value.Str != ""
		}
		return true
	})
	if index != 0 {
		return
	}
	a.finished = a.finished || finished
	delta.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "content", "refusal":
			a.write(value.Str)
		case "tool_calls":
			n := int64(0)
			value.ForEach(func(_, call gjson.Result) bool {
				a.takeCall(call, n)
				n++
				return true
			})
		}
		return true
	})
}

func (a *assembly) write(piece string) {
	if piece == "" {
		return
	}
	a.text.WriteString(piece)
	if a.chunk != nil {
		a.chunk(piece)
	}
}

// takeCall takes a part of a tool call. Servers that send whole calls may
// leave the index out; the place n in the list counts then.
func (a *assembly) takeCall(call gjson.Result, n int64) {
	if index := call.Get("index"); index.Type == gjson.Number {
		n = index.Int()
	}
	id, function := call.Get("id").Str, call.Get("function")
	part := a.part(n, id)
	if id != "" {
		part.id = id
	}
	if name := function.Get("name").Str; name != "" {
		part.name = name
	}
	arguments := function.Get("arguments")
	if arguments.Type == gjson.JSON { // an object, against the specification
		part.arguments = append(part.arguments, arguments.Raw...)
	} else {
		part.arguments = append(part.arguments, arguments.Str...)
	}
}

// part finds the call that a delta continues. A new id at a known index is a
// new call, because some servers number all calls 0.
func (a *assembly) part(index int64, id string) *toolPart {
	for i := len(a.tools) - 1; i >= 0; i-- {
		if p := &a.tools[i]; p.index == index && (id == "" || p.id == "" || p.id == id) {
			return p
		}
	}
	a.tools = append(a.tools, toolPart{index: index})
	return &a.tools[len(a.tools)-1]
}

// close checks the tool calls and completes the answer.
func (a *assembly) close() error {
	a.answer.Text = a.text.String()
	for _, p := range a.tools {
		call, err := a.peer.ToolCall(p.id, p.name, p.arguments)
		if err != nil {
			return err
		}
		a.answer.ToolCalls = append(a.answer.ToolCalls, call)
	}
	return nil
}
