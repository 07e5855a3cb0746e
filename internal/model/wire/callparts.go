package wire

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/model"
)

// Bounds of the tool calls of one answer.
const (
	maxCalls    = 128
	maxToolName = 256
)

// CallPart is a piece of a tool call, as a server sends it.
type CallPart struct {
	Index     int  // its number in the answer, as the server counts
	Numbered  bool // Index was told
	ID, Name  string
	Arguments string
	// Whole says that nothing more of the call comes.
	Whole bool
}

// callParts puts tool calls together from their pieces. Servers number calls
// wrongly or not at all, give every piece an id of its own, or none, or repeat
// the name: which piece belongs to which call follows from all of these.
type callParts struct {
	tools []model.Tool // that were offered
	list  []callPart
	round int
}

type callPart struct {
	index     int
	numbered  bool
	id, name  string
	arguments []byte
	whole     bool
	round     int   // when the last piece came
	failed    error // why the call cannot be read at all
}

func (c *callParts) any() bool { return len(c.list) > 0 }

// Calls takes the pieces of tool calls that came together.
func (c *Composer) Calls(parts ...CallPart) {
	c.calls.round++
	for _, part := range parts {
		c.calls.add(part)
	}
}

func (c *callParts) add(part CallPart) {
	p := c.find(part)
	if p == nil {
		if len(c.list) == maxCalls {
			return
		}
		c.list = append(c.list, callPart{index: part.Index, numbered: part.Numbered, id: part.ID, name: part.Name})
		p = &c.list[len(c.list)-1]
	} else {
		if name := c.joined(p.name, part.Name); name != "" {
			p.name = name
		}
		if p.id == "" {
			p.id = part.ID
		}
	}
	p.round, p.whole = c.round, part.Whole
	p.name = p.name[:min(len(p.name), maxToolName)]
	if len(p.arguments) <= maxArguments {
		p.arguments = append(p.arguments, part.Arguments...)
	}
}

// find returns the call that a piece continues; nil when it begins one.
func (c *callParts) find(part CallPart) *callPart {
	for i := len(c.list) - 1; i >= 0; i-- {
		p := &c.list[i]
		if p.numbered && part.Numbered && p.index != part.Index {
			continue
		}
		if c.continues(p, part) {
			return p
		}
		if p.numbered && part.Numbered || part.ID == "" || p.id == "" {
			return nil
		}
	}
	return nil
}

// continues reports whether a piece can be more of a call.
func (c *callParts) continues(p *callPart, part CallPart) bool {
	sameID := part.ID != "" && part.ID == p.id
	switch {
	case p.whole:
		return false
	case part.Name == "":
		return true
	case p.round == c.round && !sameID:
		return p.name == "" // two calls that came together
	case p.name == "":
		return true
	case p.complete():
		return false
	}
	empty := len(p.arguments) == 0
	switch {
	case part.Name == p.name:
		return sameID || empty || part.ID == "" || p.id == "" || part.Numbered
	case part.ID != "" && p.id != "" && !sameID:
		return false
	}
	return empty && c.joined(p.name, part.Name) != ""
}

// complete reports whether a call's arguments are a whole object.
func (p *callPart) complete() bool {
	if !bytes.HasSuffix(bytes.TrimRight(p.arguments, white), []byte("}")) {
		return false
	}
	_, err := readArguments(p.arguments)
	return err == nil
}

// joined is a name that comes in pieces, or again as a whole; empty when the
// two are names of different tools.
func (c *callParts) joined(name, more string) string {
	switch {
	case more == "" || more == name:
		return name
	case name == "":
		return more
	case c.offered(name + more):
		return name + more
	case c.offered(name) && (c.offered(more) || !strings.HasPrefix(more, name)):
		return ""
	case strings.HasPrefix(more, name):
		return more
	case c.offered(more):
		return ""
	}
	return name + more
}

func (c *callParts) offered(name string) bool {
	for i := range c.tools {
		if c.tools[i].Name == name {
			return true
		}
	}
	return false
}

// all returns the calls, those that cannot be read with a problem for the model.
func (c *callParts) all(p Peer) []model.ToolCall {
	var calls []model.ToolCall
	ids := make(map[string]bool, len(c.list))
	for i := range c.list {
		part := &c.list[i]
		if part.name == "" && part.id == "" && len(part.arguments) == 0 {
			continue
		}
		call := part.call(p)
		for call.ID == "" || ids[call.ID] {
			call.ID = "call_" + strconv.FormatUint(rand.Uint64(), 36)
		}
		ids[call.ID] = true
		calls = append(calls, call)
	}
	return calls
}

// unnamed is the name of a call that names no tool: no provider takes an empty
// one back.
const unnamed = "unnamed_tool"

func (p *callPart) call(peer Peer) model.ToolCall {
	call := model.ToolCall{ID: p.id, Name: strings.TrimSpace(p.name)}
	arguments, err := readArguments(p.arguments)
	if p.failed != nil {
		err = p.failed
	}
	if call.Name == "" {
		call.Name, err = unnamed, errNoName
	}
	if err != nil {
		call.Problem = problem(peer.clean(call.Name), string(p.arguments), err)
		arguments = []byte("{}")
	}
	call.Arguments = arguments
	return call
}
