package main

import (
	"slices"

	"github.com/elizad/elizad/test/stubmodel"
)

// row is one dialect of the table.
type row struct {
	dialect string // its name in package stubmodel
	does    string // what the server does, as the rest of "The server ..."
	servers string // of which it is reported; "" for none by name
	sees    sees
	// differs holds what the person sees through an API where that is not sees.
	differs map[string]sees
	// absent says why the dialect does not exist in an API, or in an answer in
	// one piece (inOnePiece).
	absent map[string]string
	counts bool     // whatever the server counts, more than nothing is counted
	tool   bool     // the person asks for what only a tool can tell
	says   []string // what the person says; one message when nil
}

// inOnePiece is the key in row.absent of answers that are not streamed.
const inOnePiece = "in one piece"

// sees is what the person must see of the last message, and what it costs.
type sees struct {
	text     string // the whole reply; "" for none
	thought  string // kept apart from it
	reason   string // why there is no reply: the reason of the delivery
	told     string // words of what the person is told then
	streamed string // what a person who follows the stream has seen; the reply when ""
	calls    []int  // of the model, for each of the person's messages; one for each when nil
}

func (r row) messages() []string {
	switch {
	case r.says != nil:
		return r.says
	case r.tool:
		return []string{stubmodel.TideQuestion}
	}
	return []string{"Hello."}
}

// through is what the person sees through an API.
func (r row) through(api string) sees {
	s, ok := r.differs[api]
	if !ok {
		s = r.sees
	}
	if s.calls == nil {
		s.calls = slices.Repeat([]int{1}, len(r.messages()))
	}
	if s.streamed == "" {
		s.streamed = s.text
	}
	return s
}

// says is a reply in one call.
func says(text string) sees { return sees{text: text} }

// thinks is the plain reply beside a thought.
func thinks() sees { return sees{text: stubmodel.Hello, thought: stubmodel.Secret} }

// fails is a failure in one call.
func fails(words string) sees { return sees{reason: "model_error", told: words} }

// half is a failure after a part of the answer was seen.
func half(words string) sees { return sees{reason: "model_error", told: words, streamed: "Half an "} }

// costs sets how many calls each of the person's messages takes.
func (s sees) costs(calls ...int) sees {
	s.calls = calls
	return s
}

const attempts = 2 // MODEL_ATTEMPTS of the test

// again sets that the call is made for as often as is configured.
func (s sees) again() sees { return s.costs(attempts) }

// group is a part of the table.
type group struct {
	title, about string
	rows         []row
}

var table = []group{
	{"Thoughts", "What a model thinks is kept as the thought of its answer; it is never sent to the person, stored as text or shown to the model again.", thoughtRows},
	{"Calls of tools", "The agent has a tool that tells when the tide is high, at the pier or at the mole.", callRows},
	{"Calls that leak into the text", "The model's template was not understood by its server, so that a call arrives as text.", leakRows},
	{"Refusals", "What a server does not take is left out and remembered for that model: the same message costs two calls the first time, one from then on.", refusalRows},
	{"Context", "A model reads so many tokens and no more; the run of the answer tells what was left out.", contextRows},
	{"Forms of the answer", "", streamRows},
	{"Faults", "A failure that may pass is tried again, MODEL_ATTEMPTS times in all (twice here), unless a part of the answer was seen already.", faultRows},
	{"Counts of tokens", "Whatever a server counts, what budgets and runs show is more than nothing and credible.", usageRows},
}
