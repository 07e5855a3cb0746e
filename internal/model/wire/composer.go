package wire

import (
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/model"
)

// maxThought bounds the reasoning that is kept of one answer, in bytes.
const maxThought = 256 << 10

// white is the white space that markup takes with it.
const white = " \t\r\n"

// Composer puts one answer together from what a provider reads: its text,
// taken apart from reasoning and tool calls that a server leaves in it, its
// tool calls, its usage. It belongs to one goroutine.
type Composer struct {
	answer   model.Answer
	split    splitter
	text     strings.Builder // what was handed on
	thought  strings.Builder
	calls    callParts
	listener func(string)
	hold     hold
	habits   *Habits
	name     string // of the model that was asked
	known    bool   // the server lets no reasoning through

	// White space is handed on with what follows it.
	space  string
	before string // white space in front of markup that was left out
	cut    bool   // markup was left out

	newThought bool // the next thought is another one
	filtered   bool // the provider held the answer back
	length     bool // the answer was cut at its greatest length
	bare       bool // a thought ended whose beginning did not come
}

// Compose begins an answer of the model that name names. chunk may be nil.
// own says that the server is the model's maker's own, which lets no reasoning
// through by mistake.
func (h *Habits) Compose(req model.Request, name string, own bool, chunk func(string)) *Composer {
	c := &Composer{answer: model.Answer{Model: name}, listener: chunk, habits: h, name: name, known: own}
	c.calls.tools = req.Tools
	c.split = newSplitter(c)
	c.split.calls = callsTools(req)
	if !own {
		c.holdBack(h.patience(name))
	}
	return c
}

// callsTools reports whether the model may call tools: it is offered some, in
// its prompt too, or has called some before.
func callsTools(req model.Request) bool {
	return len(req.Tools) > 0 || strings.Contains(req.System, "<tool_call>") ||
		slices.ContainsFunc(req.Turns, func(t model.Turn) bool { return len(t.ToolCalls) > 0 })
}

// Write takes a piece of the answer's content.
func (c *Composer) Write(piece string) {
	if piece != "" {
		c.split.add(piece)
	}
}

// Think takes a piece of reasoning that came apart from the content. A server
// that tells the two apart needs no watching.
func (c *Composer) Think(piece string) {
	if piece == "" {
		return
	}
	c.trust()
	c.think(piece)
}

// Model takes the model's name as the provider tells it.
func (c *Composer) Model(name string) {
	if name != "" {
		c.answer.Model = name
	}
}

// Wrote reports whether any text, thought or tool call has come.
func (c *Composer) Wrote() bool {
	return c.split.started || c.thought.Len() > 0 || c.calls.any()
}

// Finish takes the reason for which the model stopped, in any provider's words.
func (c *Composer) Finish(reason string) {
	switch strings.ToLower(reason) {
	case "length", "max_tokens", "model_length", "max_output_tokens":
		c.length = true
	case "content_filter", "content_filtered", "refusal", "safety", "prohibited_content", "blocklist", "recitation", "spii",
		"sensitive", "guardrail_intervened", "moderation":
		c.filtered = true
	}
}

// Close completes the answer. The error is a [model.CallError] of the kind
// ContentFilter when the provider held the answer back.
func (c *Composer) Close(p Peer) (model.Answer, error) {
	c.end(false)
	if c.filtered {
		return c.answer, p.heldBack()
	}
	c.answer.ToolCalls = c.calls.all(p)
	return c.answer, nil
}

// Break ends an answer that failed, and returns what came of it.
func (c *Composer) Break() model.Answer {
	c.end(true)
	return c.answer
}

func (c *Composer) end(broken bool) {
	c.split.finish()
	if !c.cut && c.space != "" {
		c.emit(c.space)
	}
	c.endHold(broken)
	c.answer.Text = c.text.String()
	c.answer.Thought = strings.TrimSpace(c.thought.String())
	if !c.known && !broken && (c.answer.Text != "" || c.bare) {
		c.habits.learn(c.name, c.bare)
	}
}

// write takes text of the answer from the splitter.
func (c *Composer) write(piece string) {
	core := strings.TrimRight(piece, white)
	if core == "" {
		c.space += piece
		return
	}
	trail := piece[len(core):]
	if c.space != "" || c.cut {
		body := strings.TrimLeft(core, white)
		space := c.space + core[:len(core)-len(body)]
		if c.cut {
			if len(c.before) > len(space) {
				space = c.before
			}
			if c.empty() {
				space = ""
			}
		}
		core = space + body
		c.before, c.cut = "", false
	}
	c.space = trail
	c.emit(core)
}

func (c *Composer) gap() {
	if !c.cut || len(c.space) > len(c.before) {
		c.before = c.space
	}
	c.space, c.cut = "", true
}

func (c *Composer) think(piece string) {
	if c.newThought && c.thought.Len() > 0 {
		c.thought.WriteString("\n\n")
		piece = strings.TrimLeft(piece, white)
	}
	c.newThought = false
	c.thought.WriteString(piece[:max(0, min(len(piece), maxThought-c.thought.Len()))])
}

func (c *Composer) endThought() {
	c.newThought = true
	if c.empty() {
		c.trust()
	}
}

// bareClose takes what is held back as a thought. What was handed on before
// cannot be taken back; the next answers of the model are held back.
func (c *Composer) bareClose() {
	held, handed := c.take()
	if held == "" && !handed {
		return
	}
	c.bare = true
	if held != "" {
		c.newThought = true
		c.think(held)
		c.newThought = true
	}
}

func (c *Composer) call(name, arg, body string) {
	c.calls.fromText(name, arg, body)
}

func (c *Composer) bareCall(body string) bool { return c.calls.bare(body) }
