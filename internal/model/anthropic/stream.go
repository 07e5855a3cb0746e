package anthropic

import (
	"io"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// assembly puts the events of one answer together (Anthropic's API reference,
// "Streaming messages"), or takes a message in one piece.
type assembly struct {
	*wire.Composer
	peer     wire.Peer
	finished bool // a reason to stop came, or the closing event
	known    bool // something came that an answer has
	strange  bool // something came
}

// add takes one event.
func (a *assembly) add(data []byte) (done bool, err error) {
	event, err := a.peer.Object(data)
	if err != nil {
		return false, err
	}
	kind := event.Get("type").Str
	switch {
	case (kind == "error" || wire.IsFault(event)) && a.Wrote():
		return false, a.peer.InStream(data)
	case kind == "error" || wire.IsFault(event), kind == "" && wire.IsBareFault(event):
		return false, a.peer.Instead(data)
	}
	a.strange = true
	switch kind {
	case "message_start":
		a.known = true
		a.takeMessage(event.Get("message"))
	case "message":
		a.known, a.finished = true, true
		a.takeMessage(event)
		return true, nil
	case "content_block_start":
		a.known = true
		a.takeBlock(event.Get("index"), event.Get("content_block"))
	case "content_block_delta":
		a.known = true
		a.takeDelta(event.Get("index"), event.Get("delta"))
	case "message_delta":
		a.stop(event.Get("delta.stop_reason").Str)
		a.takeUsage(event.Get("usage"))
	case "message_stop":
		a.finished = true
		return true, nil
	}
	return false, nil
}

func (a *assembly) takeMessage(m gjson.Result) {
	a.Model(m.Get("model").Str)
	a.takeUsage(m.Get("usage"))
	a.stop(m.Get("stop_reason").Str)
	a.Content(m.Get("content"))
}

func (a *assembly) stop(reason string) {
	if reason != "" {
		a.finished = true
		a.Finish(reason)
	}
}

func (a *assembly) takeUsage(u gjson.Result) {
	input := wire.Tokens(u.Get("input_tokens")) + wire.Tokens(u.Get("cache_creation_input_tokens")) + wire.Tokens(u.Get("cache_read_input_tokens"))
	a.Usage(input, wire.Tokens(u.Get("output_tokens")))
}

// takeBlock takes the beginning of a block. The input of a tool call comes
// afterwards, but for servers that send it at once.
func (a *assembly) takeBlock(index, block gjson.Result) {
	if kind := block.Get("type").Str; kind != "tool_use" && kind != "server_tool_use" {
		a.Content(block)
		return
	}
	part := wire.CallPart{Index: int(index.Int()), Numbered: true, ID: block.Get("id").String(), Name: block.Get("name").Str}
	if arguments := wire.Arguments(block.Get("input")); arguments != "{}" {
		part.Arguments = arguments
	}
	a.Calls(part)
}

func (a *assembly) takeDelta(index, delta gjson.Result) {
	switch delta.Get("type").Str {
	case "thinking_delta":
		a.Think(delta.Get("thinking").Str)
	case "input_json_delta":
		a.Calls(wire.CallPart{Index: int(index.Int()), Numbered: true, Arguments: wire.Arguments(delta.Get("partial_json"))})
	case "signature_delta", "citations_delta":
	default:
		a.Content(delta.Get("text"))
	}
}

// close checks that the answer is whole and completes it. read is how reading
// it ended.
func (a *assembly) close(read error) (model.Answer, error) {
	if read == io.EOF {
		switch {
		case a.finished:
			read = nil
		case a.strange && !a.known:
			read = a.peer.NoAnswer()
		default:
			read = io.ErrUnexpectedEOF
		}
	}
	if read != nil {
		return a.Break(), read
	}
	return a.Close(a.peer)
}
