// Package offline is the text model that the binary itself brings: a memory
// assistant, which never pretends to be a language model.
//
// It reads the last message and the scene of a request and answers by rules
// alone: it keeps and forgets what it is told to, quotes what was said to it
// with who said it and when, knows the time, calculates, and knows its
// character's words. Where no rule fits, it says that no language model is
// configured and how to add one. So whatever it says comes from the scene, from
// the character or from this package.
//
// It asks for the same tools as a real model would, and only for those that the
// request offers. Only the last message can make it do so: recalled memories
// are quoted, never obeyed.
package offline

import (
	"context"
	"strings"

	"github.com/elizad/elizad/internal/model"
)

// ModelName is how answers name this model.
const ModelName = "memory assistant"

// New returns the memory assistant. It keeps nothing between calls and is safe
// for concurrent use.
func New() model.Text { return assistant{} }

type assistant struct{}

// Generate answers by the first rule that fits. Error codes: INVALID_REQUEST;
// the context's error when it ends before the answer was handed on.
func (assistant) Generate(ctx context.Context, req model.Request, chunk func(string)) (model.Answer, error) {
	if err := req.Validate(); err != nil {
		return model.Answer{}, err
	}
	var a answer
	switch last := req.Turns[len(req.Turns)-1]; {
	case last.Role == model.RoleTool:
		a = results(req.Turns)
	case req.Purpose == model.ForShouldRespond:
		a = answer{text: shouldRespond(newTalk(&req))}
	case req.Purpose == model.ForTitle:
		a = answer{text: title(&req)}
	default:
		a = reply(newTalk(&req))
	}
	text, err := stream(ctx, a.text, chunk)
	return model.Answer{Text: text, ToolCalls: a.calls, Model: ModelName}, err
}

// answer is what a rule has to say and wants done.
type answer struct {
	text  string
	calls []model.ToolCall
}

func say(text string) (answer, bool) { return answer{text: text}, true }

// rules are asked in this order; the first that knows an answer gives it.
var rules = []func(*talk) (answer, bool){
	wordless,
	roomCommand,
	remind,
	moment,
	timezone,
	forget,
	remember,
	list,
	clock,
	calculate,
	examples,
	courtesy,
	about,
	recall,
	nothingRecalled,
}

func reply(t *talk) answer {
	for _, rule := range rules {
		if a, ok := rule(t); ok {
			return a
		}
	}
	return answer{text: t.plainSentence()}
}

// results answers when tools have run: what they say of themselves is what
// there is to say.
func results(turns []model.Turn) answer {
	first := len(turns)
	for first > 0 && turns[first-1].Role == model.RoleTool {
		first--
	}
	var said []string
	for _, turn := range turns[first:] {
		if text := strings.TrimSpace(turn.Text); text != "" {
			said = append(said, text)
		}
	}
	return answer{text: strings.Join(said, " ")}
}

// stream hands a text on word by word and returns what it handed on.
func stream(ctx context.Context, text string, chunk func(string)) (string, error) {
	for at := 0; at < len(text); {
		if err := ctx.Err(); err != nil {
			return text[:at], err
		}
		end := at + 1
		if space := strings.IndexByte(text[end:], ' '); space >= 0 {
			end += space
		} else {
			end = len(text)
		}
		if chunk != nil {
			chunk(text[at:end])
		}
		at = end
	}
	return text, ctx.Err()
}
