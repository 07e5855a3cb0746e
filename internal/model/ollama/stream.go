package ollama

import (
	"io"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// assembly puts the parts of one answer together: the lines of a stream, or
// one object (Ollama's API documentation, "Generate a chat completion").
type assembly struct {
	*wire.Composer
	peer     wire.Peer
	finished bool
	known    bool // something came that an answer has
	strange  bool // something came
}

// add takes one part. Tool calls come whole.
func (a *assembly) add(data []byte) (done bool, err error) {
	l, err := a.peer.Object(data)
	if err != nil {
		return false, err
	}
	failed := false
	l.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "error", "errors", "object", "type":
			failed = failed || wire.IsFault(l)
		case "model":
			a.Model(value.Str)
		case "message":
			a.known = true
			a.Message(value)
		case "response": // of the API for completions
			a.known = true
			a.Write(value.Str)
		case "done":
			a.finished = value.Type == gjson.True
		case "done_reason":
			a.Finish(value.Str)
		case "prompt_eval_count":
			a.Usage(wire.Tokens(value), 0)
		case "eval_count":
			a.Usage(0, wire.Tokens(value))
		}
		return !failed
	})
	switch {
	case failed && a.Wrote():
		return false, a.peer.InStream(data)
	case failed, !a.known && !a.finished && wire.IsBareFault(l):
		return false, a.peer.Instead(data)
	}
	a.strange = true
	return a.finished, nil
}

// close checks that the answer is whole and completes it. read is how reading
// it ended.
func (a *assembly) close(read error) (model.Answer, error) {
	if read == io.EOF {
		read = io.ErrUnexpectedEOF
		if a.strange && !a.known {
			read = a.peer.NoAnswer()
		}
	}
	if read != nil {
		return a.Break(), read
	}
	return a.Close(a.peer)
}
