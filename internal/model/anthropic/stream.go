package anthropic

import (
	"io"
	"strings"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// assembly puts the events of one answer together (Anthropic's API reference,
// "Streaming messages").
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

// add takes one event. Thinking is not part of the answer.
func (a *assembly) add(event sdk.MessageStreamEventUnion) {
	switch event.Type {
	case "message_start":
		if event.Message.Model != "" {
			a.answer.Model = event.Message.Model
		}
		u := event.Message.Usage
		a.answer.Usage.InputTokens = int(u.InputTokens + u.CacheCreationInputTokens + u.CacheReadInputTokens)
		a.answer.Usage.OutputTokens = int(u.OutputTokens)
	case "content_block_start":
		switch block := event.ContentBlock; block.Type {
		case "text":
			a.write(block.Text)
		case "tool_use":
			a.tools = append(a.tools, toolPart{index: event.Index, id: block.ID, name: block.Name})
		}
	case "content_block_delta":
		switch event.Delta.Type {
		case "text_delta":
			a.write(event.Delta.Text)
		case "input_json_delta":
			for i := range a.tools {
				if p := &a.tools[i]; p.index == event.Index {
					p.arguments = append(p.arguments, event.Delta.PartialJSON...)
				}
			}
		}
	case "message_delta":
		if n := event.Usage.OutputTokens; n > 0 {
			a.answer.Usage.OutputTokens = int(n)
		}
	case "message_stop":
		a.finished = true
	}
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

// close checks that the answer is whole and completes it.
func (a *assembly) close() error {
	if !a.finished {
		return io.ErrUnexpectedEOF
	}
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
