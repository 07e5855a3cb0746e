package main

import (
	"slices"
	"time"
)

// The phases of a run.
const (
	phaseStart    = "start"    // start-up, idle memory
	phasePing     = "ping"     // GET /api/ping
	phaseAgents   = "agents"   // GET /api/agents
	phaseSubmit   = "submit"   // POST /api/messaging/submit
	phaseMessages = "messages" // GET a channel's newest messages
	phaseSockets  = "sockets"  // messages to many Socket.IO clients
	phaseStalled  = "stalled"  // the same beside a client that does not read
	phaseIdle     = "idle"     // memory of Socket.IO clients that do nothing
	phaseMemories = "memories" // an agent with 100,000 memories: lists, search, rooms, history
	phaseSleepers = "sleepers" // 10,000 agents, 100 of which are spoken to
	phaseReply    = "reply"    // message to reply, one connection
	phaseLookUp   = "lookup"   // message to reply by way of a tool, one connection
	phaseReplies  = "replies"  // message to reply, many connections, and memory afterwards
)

var phases = []string{phaseStart, phasePing, phaseAgents, phaseSubmit, phaseMessages, phaseSockets, phaseStalled, phaseIdle, phaseReply, phaseLookUp, phaseReplies, phaseMemories, phaseSleepers}

// figure is one row of the table.
type figure struct {
	key   string
	title string
	unit  string
	// eliza is what ElizaOS 1.7.2 (bun 1.4.5, PGlite, plugins sql, bootstrap,
	// openai) did on 2 cores shared with the load and with a model that answers
	// at once, as measured on 2026-11-23. Where several runs differed it is the
	// best of them. 0: not measured.
	eliza float64
	aim   float64 // 0: none
	more  bool    // more is better
}

// better reports whether a value reaches the aim.
func (f *figure) reached(value float64) bool {
	if f.more {
		return value >= f.aim
	}
	return value <= f.aim
}

// ratio is how many times better than ElizaOS a value is.
func (f *figure) ratio(value float64) float64 {
	if f.more {
		return value / f.eliza
	}
	return f.eliza / value
}

var figures = []figure{
	{key: "ready.new", title: "exec to ready, new data folder", unit: "ms", eliza: 2800, aim: 50},
	{key: "ready.old", title: "exec to ready, the same folder again", unit: "ms", eliza: 2800, aim: 50},
	{key: "ready.full", title: "exec to ready, after all replies below", unit: "ms", eliza: 2800, aim: 50},
	{key: "answer.first", title: "exec to the first reply, new data folder", unit: "ms", eliza: 2800, aim: 50},
	{key: "memory.idle", title: "resident memory, idle, 1 agent", unit: "MB", eliza: 369, aim: 35},
	{key: "memory.10k", title: "resident memory after 10,000 replies", unit: "MB", eliza: 917},
	{key: "memory.20k", title: "resident memory after 20,000 replies", unit: "MB", eliza: 917},
	{key: "memory.growth", title: "growth for 1,000 replies, between those", unit: "MB", aim: 0.1},
	{key: "replies.rate", title: "replies, 32 connections", unit: "/s", eliza: 28, aim: 1500, more: true},
	{key: "replies.p50", title: "  p50", unit: "ms", eliza: 1100},
	{key: "replies.p99", title: "  p99", unit: "ms", eliza: 2200},
	{key: "reply.rate", title: "replies, 1 connection", unit: "/s", eliza: 15, more: true},
	{key: "reply.p50", title: "  p50", unit: "ms", eliza: 66, aim: 3.5},
	{key: "reply.p99", title: "  p99", unit: "ms"},
	{key: "reply.calls", title: "  calls of the model for each", unit: "", aim: 1},
	{key: "lookup.rate", title: "replies by way of a tool, 1 connection", unit: "/s", more: true},
	{key: "lookup.p50", title: "  p50", unit: "ms"},
	{key: "lookup.p99", title: "  p99", unit: "ms"},
	{key: "lookup.calls", title: "  calls of the model for each", unit: "", aim: 2},
	{key: "submit.rate", title: "POST submit, 32 connections", unit: "/s", eliza: 1525, aim: 15000, more: true},
	{key: "submit.p50", title: "  p50", unit: "ms", eliza: 19},
	{key: "submit.p99", title: "  p99", unit: "ms"},
	{key: "agents.rate", title: "GET agents, 32 connections", unit: "/s", eliza: 2050, aim: 20500, more: true},
	{key: "ping.rate", title: "GET ping, 32 connections", unit: "/s", eliza: 8400, aim: 84000, more: true},
	{key: "messages.rate", title: "GET 50 messages, 32 connections", unit: "/s", eliza: 530, aim: 5300, more: true},
	{key: "memories.rate", title: "GET 50 of 100,000 memories, 32 connections", unit: "/s", eliza: 43, aim: 4300, more: true},
	{key: "memories.p50", title: "  p50", unit: "ms", eliza: 700},
	{key: "memories.p99", title: "  p99", unit: "ms"},
	{key: "search.rate", title: "POST search of 100,000 memories, 32 connections", unit: "/s", more: true},
	{key: "search.p50", title: "  p50", unit: "ms"},
	{key: "search.p99", title: "  p99", unit: "ms"},
	{key: "rooms.rate", title: "GET an agent's rooms, 32 connections", unit: "/s", more: true},
	{key: "rooms.p50", title: "  p50", unit: "ms"},
	{key: "rooms.p99", title: "  p99", unit: "ms"},
	{key: "history.rate", title: "GET 50 of a room's memories, 32 connections", unit: "/s", more: true},
	{key: "history.p50", title: "  p50", unit: "ms"},
	{key: "history.p99", title: "  p99", unit: "ms"},
	{key: "sleepers.rate", title: "agents made and started, 32 connections", unit: "/s", more: true},
	{key: "sleepers.memory", title: "resident memory of one of 10,000 sleeping agents", unit: "KB", aim: 2},
	{key: "sleepers.asleep.p50", title: "message to reply, the agent asleep, p50", unit: "ms"},
	{key: "sleepers.asleep.p99", title: "  p99", unit: "ms"},
	{key: "sleepers.awake.p50", title: "  the same agent awake, p50", unit: "ms"},
	{key: "sleepers.awake.p99", title: "  p99", unit: "ms"},
	{key: "sleepers.wake.p50", title: "  so waking takes, p50", unit: "ms", aim: 5},
	{key: "sleepers.wake.p99", title: "  p99", unit: "ms", aim: 5},
	{key: "sockets.rate", title: "deliveries to 200 sockets", unit: "/s", eliza: 22000, aim: 100000, more: true},
	{key: "sockets.p50", title: "  one message to all 200, p50", unit: "ms", eliza: 5, aim: 2},
	{key: "sockets.bare", title: "  of which bare sockets take, p50", unit: "ms"},
	{key: "stalled.calm", title: "one message to 499 sockets, p99", unit: "ms"},
	{key: "stalled.p99", title: "  beside one that does not read, p99", unit: "ms"},
	{key: "stalled.times", title: "  that is so many times as much", unit: "x", aim: 2},
	{key: "stalled.memory", title: "  growth until that one is dropped", unit: "MB", aim: 32},
	{key: "idle.memory", title: "memory of an idle socket, of 10,000", unit: "KB", eliza: 29, aim: 12},
}

// cost is the processor time of one phase, for one of what it counts.
type cost struct {
	Phase  string  `json:"phase"`
	Of     string  `json:"of"`
	Server float64 `json:"server"` // microseconds
	Load   float64 `json:"load"`
	Model  float64 `json:"model"`
}

// results are the values of every run.
type results struct {
	values map[string][]float64
	costs  map[string][]cost
	notes  []string
}

func newResults() *results {
	return &results{values: map[string][]float64{}, costs: map[string][]cost{}}
}

func (r *results) add(key string, value float64) { r.values[key] = append(r.values[key], value) }

func (r *results) addTime(key string, d time.Duration) { r.add(key, d.Seconds()*1000) }

// addCost shares what was used among n of a kind.
func (r *results) addCost(phase, of string, u usage, n int) {
	r.costs[phase] = append(r.costs[phase], cost{phase, of, micros(u.server, n), micros(u.load, n), micros(u.model, n)})
}

// note keeps a remark for the end, once.
func (r *results) note(text string) {
	if !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}

func micros(d time.Duration, n int) float64 {
	return float64(d) / float64(time.Microsecond) / float64(n)
}

// median of values in any order; 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}
