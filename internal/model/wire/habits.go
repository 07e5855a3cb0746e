package wire

import (
	"strings"
	"sync"
	"time"
)

// How long the first text of an answer is held back, and how many answers it
// takes to know a model.
const (
	firstPatience = 250 * time.Millisecond
	enoughAnswers = 8 // without a bare closing tag, until nothing is held back
	enoughMisses  = 3 // of a model that was expected to send one
	mostModels    = 256
)

// Habits remembers of the models of one server whether they end a thought
// that they did not begin, because the chat template did so in the prompt:
// everything before the closing tag is the thought then. The zero value is
// ready. It is safe for concurrent use.
type Habits struct {
	mu     sync.Mutex
	models map[string]habit
}

type habit struct {
	bare    bool // it once sent a closing tag alone
	answers int  // since the last one
}

// patience is how long to hold back the first text of a model's next answer.
func (h *Habits) patience(name string) time.Duration {
	h.mu.Lock()
	m := h.models[name]
	h.mu.Unlock()
	switch {
	case (m.bare || thinks(name)) && m.answers < enoughMisses:
		return untilClosed
	case m.answers < enoughAnswers:
		return firstPatience
	}
	return 0
}

// closesBare reports whether the model has ended a thought that it did not begin.
func (h *Habits) closesBare(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.models[name].bare
}

// learn takes note of an answer.
func (h *Habits) learn(name string, bare bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := h.models[name]
	switch {
	case bare:
		m = habit{bare: true}
	case m.answers >= enoughAnswers:
		return
	default:
		m.answers++
		m.bare = m.bare && m.answers < enoughMisses
	}
	if h.models == nil || len(h.models) >= mostModels {
		h.models = make(map[string]habit)
	}
	h.models[name] = m
}

// thinkers are parts of the names of models whose chat templates begin a
// thought in the prompt, by their model cards; unless is part of the names of
// their siblings that do not think.
var thinkers = []struct{ part, unless string }{
	{"deepseek-r1", ""}, {"deepseek-reasoner", ""}, {"r1-distill", ""}, {"r1-1776", ""}, {"qwq", ""},
	{"qwen3", "instruct"}, {"magistral", ""}, {"exaone-deep", ""}, {"glm-4.5", ""}, {"glm-4.6", ""}, {"glm-z1", ""},
	{"minimax-m", ""}, {"nemotron", "instruct"}, {"smollm3", ""}, {"phi-4-reasoning", ""}, {"phi-4-mini-reasoning", ""},
	{"openthinker", ""}, {"skywork-or1", ""}, {"marco-o1", ""}, {"acereason", ""}, {"-thinking", ""}, {"-reasoning", "non-reasoning"},
}

// thinks guesses from a model's name whether it thinks without saying where
// the thought begins.
func thinks(name string) bool {
	name = strings.ToLower(name)
	for _, t := range thinkers {
		if strings.Contains(name, t.part) && (t.unless == "" || !strings.Contains(name, t.unless)) {
			return !strings.Contains(name, "coder") && !strings.Contains(name, "embed")
		}
	}
	return false
}
