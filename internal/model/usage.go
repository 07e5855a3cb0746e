package model

import "github.com/elizad/elizad/internal/eliza"

const (
	// addedTokens is what a server may add to a request on its own: the words
	// in which tools are explained, a template, a hidden prompt.
	addedTokens = 10_000
	// hiddenTokens is what a model may write that nobody is shown, such as its
	// reasoning: more than any model's longest output (128,000 tokens for
	// OpenAI's and Anthropic's largest models).
	hiddenTokens = 262_144
)

// believable is what a call took: what the server counted where that can be
// true, and else an upper estimate. A server that counts nothing, less than
// nothing, or more than the request and the answer can hold would have budgets
// never fill or overflow.
func believable(req *Request, answer *Answer) (input, output int) {
	input, output = answer.Usage.InputTokens, answer.Usage.OutputTokens
	most := req.MostTokens()
	said := Request{Turns: []Turn{{Text: answer.Text, ToolCalls: answer.ToolCalls}}}
	silent := answer.Text == "" && len(answer.ToolCalls) == 0
	if mostSaid := said.MostTokens(); output < 0 || output == 0 && !silent || output > mostSaid+TextTokens(answer.Thought)+hiddenTokens {
		output = mostSaid
	}
	if input <= 0 || input > 2*most+addedTokens {
		input = most
	}
	return input, output
}

// count replaces what the server counted by what is believable of it.
func (a *Answer) count(req *Request) {
	a.Usage.InputTokens, a.Usage.OutputTokens = believable(req, a)
}

// uncounted is a usage without what cannot be true, for calls that failed.
func uncounted(u eliza.Usage) eliza.Usage {
	if u.InputTokens < 0 || u.OutputTokens < 0 || u.OutputTokens > hiddenTokens {
		u.InputTokens, u.OutputTokens = 0, 0
	}
	return u
}
