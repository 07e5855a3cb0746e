package ollama

import (
	"encoding/json"
	"strings"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// chatLine is one line of the answer.
type chatLine struct {
	Model   string `json:"model"`
	Message struct {
		Content   string     `json:"content"`
		ToolCalls []chatCall `json:"tool_calls"`
	} `json:"message"`
	Done            bool            `json:"done"`
	PromptEvalCount int             `json:"prompt_eval_count"`
	EvalCount       int             `json:"eval_count"`
	Error           json.RawMessage `json:"error"`
}

// assembly puts the lines of one answer together.
type assembly struct {
	answer   model.Answer
	chunk    func(string)
	peer     wire.Peer
	text     strings.Builder
	finished bool
}

// add takes one line. Tool calls come whole.
func (a *assembly) add(line []byte) error {
	var l chatLine
	if err := json.Unmarshal(line, &l); err != nil {
		return a.peer.Nonsense("a part of the answer", err)
	}
	if len(l.Error) > 0 && string(l.Error) != "null" {
		return a.peer.InStream(line)
	}
	if l.Model != "" {
		a.answer.Model = l.Model
	}
	if piece := l.Message.Content; piece != "" {
		a.text.WriteString(piece)
		if a.chunk != nil {
			a.chunk(piece)
		}
	}
	for _, c := range l.Message.ToolCalls {
		call, err := a.peer.ToolCall("", c.Function.Name, c.Function.Arguments)
		if err != nil {
			return err
		}
		a.answer.ToolCalls = append(a.answer.ToolCalls, call)
	}
	if l.Done {
		a.finished = true
		a.answer.Usage.InputTokens, a.answer.Usage.OutputTokens = l.PromptEvalCount, l.EvalCount
	}
	return nil
}
