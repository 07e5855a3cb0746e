package model

import (
	"context"
	"errors"
	"net"
)

// Meter is asked before each try of a model whether it may be made, and told
// what it took.
type Meter interface {
	// Begin may lower MaxTokens of the request. end, which may be nil, is
	// called once the try is over. An error keeps the try from being made and
	// is what the call returns.
	Begin(ctx context.Context, by Choice, req *Request) (end func(Taken), err error)
}

// Taken is what a try of a model took.
type Taken struct {
	Model        string // as the provider named it in its answer; may be empty
	InputTokens  int
	OutputTokens int
	// Unknown says that the provider did not tell: the try may have taken all
	// that it was allowed to.
	Unknown bool
}

// The purposes of requests that no model for text is sent; only a Meter sees
// them. ForVectors holds a text in each turn, ForPicture the prompt.
const (
	ForVectors Purpose = "vectors"
	ForPicture Purpose = "picture"
)

// Overheads of the forms in which providers write down a request, and of a
// picture that a model looks at: more than any of them counts.
const (
	perTurn  = 12
	perTool  = 24
	perImage = 3000
)

// MostTokens is an upper estimate of the tokens that a request takes as input.
func (r *Request) MostTokens() int {
	n := TextTokens(r.System) + perTurn
	for i := range r.Turns {
		t := &r.Turns[i]
		n += perTurn + TextTokens(t.Name) + TextTokens(t.Text) + perImage*len(t.Images)
		for _, call := range t.ToolCalls {
			n += perTool + TextTokens(call.Name) + textTokens(call.Arguments)
		}
	}
	for _, tool := range r.Tools {
		n += perTool + TextTokens(tool.Name) + TextTokens(tool.Description) + textTokens(tool.Parameters)
	}
	return n
}

// TextTokens is an upper estimate of the tokens of a text, two to three times
// what prose takes. It follows how tokenizers cut a text before they look for
// pieces that they know: a word of n letters takes at most half as many
// tokens, since they know all common pairs of letters; capitals, digits, signs
// and every byte of other scripts count one each.
func TextTokens(text string) int { return textTokens(text) }

func textTokens[T ~string | ~[]byte](text T) int {
	n, word := 0, 0
	for i := range len(text) {
		c := text[i]
		switch {
		case c >= 'a' && c <= 'z':
			word++
			continue
		case c == ' ':
		default:
			n++
		}
		n += (word + 1) / 2
		word = 0
	}
	return n + (word+1)/2
}

// begin asks the meter, if there is one, and returns a function that never is
// nil.
func begin(ctx context.Context, m Meter, by Choice, req *Request) (func(Taken), error) {
	if m == nil {
		return ignore, nil
	}
	end, err := m.Begin(ctx, by, req)
	if end == nil {
		end = ignore
	}
	if err != nil {
		err = &notMade{err}
	}
	return end, err
}

// notMade says why a try was not made.
type notMade struct{ why error }

func (e *notMade) Error() string { return e.why.Error() }
func (e *notMade) Unwrap() error { return e.why }

func ignore(Taken) {}

// errUnknown stands for the outcome of a try that is not over.
var errUnknown = errors.New("the try is not over")

// takenBy tells what a try of a model for text took: what is believable of what
// the provider counted; nothing when it refused or was not reached; otherwise
// all that it may have taken.
func takenBy(req *Request, answer *Answer, written bool, err error) Taken {
	var call *CallError
	var op *net.OpError
	switch {
	case err == nil:
		input, output := believable(req, answer)
		return Taken{Model: answer.Model, InputTokens: input, OutputTokens: output}
	case written:
	case errors.As(err, &call) && call.Status != 0:
		return Taken{}
	case errors.As(err, &op) && op.Op == "dial":
		return Taken{}
	}
	return Taken{Unknown: true}
}

// vectorsRequest shows a Meter what is to be made vectors of.
func vectorsRequest(texts []string) *Request {
	req := &Request{Purpose: ForVectors, Turns: make([]Turn, len(texts))}
	for i, text := range texts {
		req.Turns[i] = Turn{Role: RoleUser, Text: text}
	}
	return req
}

// allOrNothing is takenBy for models that count nothing.
func allOrNothing(err error) Taken {
	if err == nil {
		return Taken{Unknown: true}
	}
	return takenBy(nil, nil, false, err)
}

// pictureTokens is how many tokens of output a picture counts: the most that
// gpt-image-1 makes of one (OpenAI's guide "Image generation", high quality).
const pictureTokens = 6240

func pictureRequest(prompt string) *Request {
	return &Request{Purpose: ForPicture, Turns: []Turn{{Role: RoleUser, Text: prompt}}, MaxTokens: pictureTokens}
}
