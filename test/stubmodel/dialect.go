package stubmodel

import (
	"slices"
	"strings"
	"time"
)

// The names of the APIs, as [Call.API] has them.
const (
	OpenAI    = "openai"
	Anthropic = "anthropic"
	Ollama    = "ollama"
)

// Dialect is a habit that model servers are known for, against the letter of
// their API. A server is spoken to in a dialect by the name of the model:
// "no-done" for the dialect of that name, and "no-done:x" for the same with a
// memory of its own, such as of how often it was called. A model "no-done:whole"
// or "no-done:whole-x" does not stream.
type Dialect struct {
	Name   string
	speaks map[string]func(*Call) Reply // by API
}

// APIs are those in which the dialect exists.
func (d Dialect) APIs() (names []string) {
	for _, api := range []string{OpenAI, Anthropic, Ollama} {
		if d.speaks[api] != nil {
			names = append(names, api)
		}
	}
	return names
}

// Dialects lists all of them, in groups.
func Dialects() []Dialect {
	return slices.Concat(thoughtDialects, callDialects, leakDialects, refusalDialects, contextDialects, streamDialects, faultDialects, usageDialects)
}

var dialects = func() map[string]Dialect {
	all := map[string]Dialect{}
	for _, d := range Dialects() {
		if _, twice := all[d.Name]; twice {
			panic("stubmodel: two dialects " + d.Name)
		}
		all[d.Name] = d
	}
	return all
}()

// everywhere is a dialect of all APIs.
func everywhere(name string, speak func(*Call) Reply) Dialect {
	return Dialect{name, map[string]func(*Call) Reply{OpenAI: speak, Anthropic: speak, Ollama: speak}}
}

// always answers the same to every call.
func always(r Reply) func(*Call) Reply { return func(*Call) Reply { return r } }

// hearing is what a model remembers.
type hearing struct {
	calls int64
	first time.Time
}

// spokenBy tells which dialect a model speaks, and which variant of it.
func spokenBy(model string) (name, variant string, ok bool) {
	name, variant, _ = strings.Cut(model, ":")
	_, ok = dialects[name]
	return name, variant, ok
}

// seen counts a call of a model.
func (s *Server) seen(call *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.heard[call.Model]
	if h == nil {
		h = &hearing{first: time.Now()}
		if s.heard == nil {
			s.heard = map[string]*hearing{}
		}
		s.heard[call.Model] = h
	}
	h.calls++
	call.Nth, call.Since = h.calls, time.Since(h.first)
}

// CountOf tells how many calls of a model that speaks a dialect came.
func (s *Server) CountOf(model string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.heard[model]; h != nil {
		return h.calls
	}
	return 0
}

// speak answers in a dialect.
func speak(name, variant string, call *Call) Reply {
	say := dialects[name].speaks[call.API]
	if say == nil {
		return Reply{Status: 501, Message: "the dialect " + name + " does not exist in this API"}
	}
	r := say(call)
	if strings.HasPrefix(variant, "whole") {
		r.NoStream = true
	}
	return r
}
