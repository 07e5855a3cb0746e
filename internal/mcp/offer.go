package mcp

import "fmt"

// maxActions is how many functions a request of a model may name, with OpenAI
// as with most that speak its protocol.
const maxActions = 128

// offered is what of one server an agent is offered.
type offered struct {
	tools []Tool
	left  []LeftOut
}

// offer names the tools of an agent's servers, and shares out the room that the
// agent's other actions leave.
func (s *Service) offer(connections []*connection) []offered {
	s.mu.Lock()
	n := names{reserved: s.reserved}
	room := max(0, maxActions-s.actions)
	s.mu.Unlock()
	for _, c := range connections {
		n.servers = append(n.servers, c.server.Name)
	}
	all := make([]offered, len(connections))
	counts := make([]int, len(connections))
	untold := make([]bool, len(connections))
	for i, c := range connections {
		c.mu.Lock()
		all[i] = offered{append([]Tool{}, c.listing.tools...), append([]LeftOut{}, c.listing.left...)}
		untold[i], c.untold = c.untold, false
		c.mu.Unlock()
		named := make([]string, len(all[i].tools))
		for j, tool := range all[i].tools {
			named[j] = tool.Name
		}
		for j, action := range n.of(c.server.Name, named) {
			all[i].tools[j].Action = action
		}
		counts[i] = len(all[i].tools)
	}
	for i, share := range shares(counts, room) {
		for _, tool := range all[i].tools[share:] {
			all[i].left = append(all[i].left, LeftOut{tool.Name, fmt.Sprintf("an agent is offered %d actions at most", maxActions)})
		}
		all[i].tools = all[i].tools[:share]
		if untold[i] {
			connections[i].tell(all[i])
		}
	}
	return all
}

// shares divides room fairly: nobody gets more than another who wants more.
func shares(wanted []int, room int) []int {
	got := make([]int, len(wanted))
	for hungry := true; hungry && room > 0; {
		hungry = false
		for i := range wanted {
			if got[i] < wanted[i] && room > 0 {
				got[i]++
				room--
				hungry = true
			}
		}
	}
	return got
}

// tell writes to the log what is offered under which name, and what is not.
func (c *connection) tell(o offered) {
	c.log.Info("an MCP server's tools are known", "offered", len(o.tools), "leftOut", len(o.left))
	for _, tool := range o.tools {
		if plain, _ := ActionName(tool.Server, tool.Name); plain != tool.Action {
			c.log.Info("an MCP tool has a name of its own, for its plain name is taken by another, the same as another's or not in Latin letters", "tool", c.mask(tool.Name), "action", tool.Action)
		}
		if tool.Cut {
			c.log.Info("an MCP tool's description was cut", "tool", c.mask(tool.Name), "action", tool.Action)
		}
	}
	for _, left := range o.left {
		c.log.Warn("an MCP tool is left out", "tool", c.mask(left.Name), "why", left.Why)
	}
}
