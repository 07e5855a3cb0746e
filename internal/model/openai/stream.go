package openai

import (
	"io"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// assembly puts the chunks of one answer together (OpenAI's API reference,
// "The chat completion chunk object").
type assembly struct {
	*wire.Composer
	peer     wire.Peer
	finished bool // a reason to stop came
	done     bool // the closing word came
	whole    bool // the answer came in one piece
	known    bool // choices came, which every answer has
	strange  bool // anything came
	streamed bool // content came in deltas
	filtered bool // a filter's report says that it held something back
}

// add takes one chunk, or an answer in one piece, which holds a message where
// a chunk holds a delta. gjson takes a fifth of the time that encoding/json
// takes here, and this is the most frequent work of a reply.
func (a *assembly) add(data []byte) (done bool, err error) {
	if string(data) == "[DONE]" {
		a.done = true
		return true, nil
	}
	c, err := a.peer.Object(data)
	if err != nil {
		return false, err
	}
	failed, choices := false, false
	c.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "error", "errors", "base_resp":
			failed = failed || wire.IsFault(c)
		case "object":
			failed = failed || value.Str == "error"
			a.whole = a.whole || value.Str == "chat.completion"
		case "model":
			a.Model(value.Str)
		case "choices":
			choices = true
			value.ForEach(func(_, choice gjson.Result) bool {
				a.takeChoice(choice)
				return true
			})
		case "usage":
			a.takeUsage(value)
		case "x_groq":
			a.takeUsage(value.Get("usage"))
		case "prompt_filter_results", "prompt_feedback":
			a.filtered = a.filtered || blocked(value)
		}
		return !failed
	})
	switch {
	case failed && a.Wrote():
		return false, a.peer.InStream(data)
	case failed, !choices && wire.IsBareFault(c):
		return false, a.peer.Instead(data)
	}
	a.known, a.strange = a.known || choices, true
	return a.whole && a.finished && !a.streamed, nil
}

func (a *assembly) takeUsage(u gjson.Result) {
	if u.IsObject() {
		in, out := wire.Tokens(u.Get("prompt_tokens")), wire.Tokens(u.Get("completion_tokens"))
		if in == 0 && out == 0 {
			in, out = wire.Tokens(u.Get("input_tokens")), wire.Tokens(u.Get("output_tokens"))
		}
		a.Usage(in, out)
	}
}

// takeChoice takes the first of the choices, as one is asked for.
func (a *assembly) takeChoice(choice gjson.Result) {
	var delta, message, text, usage gjson.Result
	index, reason := int64(0), ""
	choice.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "index":
			index = value.Int()
		case "delta":
			delta = value
		case "message":
			message = value
		case "text":
			text = value
		case "usage":
			usage = value
		case "finish_reason":
			reason = value.Str
		}
		return true
	})
	if index != 0 {
		return
	}
	if reason != "" {
		a.finished = true
		a.Finish(reason)
	}
	a.takeUsage(usage)
	switch {
	case delta.IsObject():
		a.streamed = true
		a.Message(delta)
	case message.IsObject():
		if a.whole = !a.streamed; a.whole { // else it repeats what was streamed
			a.Message(message)
		}
	case text.Type == gjson.String: // of the older completions API
		a.Write(text.Str)
	}
}

// blocked reports whether a filter's report says that the prompt was refused:
// Azure's, or Gemini's.
func blocked(report gjson.Result) bool {
	if report.Get("block_reason").Str != "" || report.Get("blockReason").Str != "" {
		return true
	}
	found := false
	report.ForEach(func(_, one gjson.Result) bool {
		one.Get("content_filter_results").ForEach(func(_, category gjson.Result) bool {
			found = found || category.Get("filtered").Bool()
			return true
		})
		return !found
	})
	return found
}

// close checks that the answer is whole and completes it. read is how reading
// it ended.
func (a *assembly) close(read error) (model.Answer, error) {
	if read == io.EOF && !a.finished && !a.done && !a.whole && !a.filtered {
		read = io.ErrUnexpectedEOF
		if a.strange && !a.known {
			read = a.peer.NoAnswer()
		}
	}
	if read != nil && read != io.EOF {
		return a.Break(), read
	}
	if a.filtered && !a.Wrote() {
		a.Finish("content_filter")
	}
	return a.Close(a.peer)
}
