package model

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// withoutTools remembers that the model takes no tools; they are put in words
// from now on.
func (e *exchange) withoutTools() bool {
	if e.inWords || len(e.sent.Tools) == 0 && !slices.ContainsFunc(e.sent.Turns, ofTools) {
		return false
	}
	e.learned.learn(e.model, func(t *traits) { t.noTools = true })
	e.log().Warn("the model takes no tools; they are offered in its prompt for some hours", "tools", len(e.sent.Tools))
	return true
}

// ofTools reports whether a turn is a call of tools or the result of one.
func ofTools(t Turn) bool { return t.Role == RoleTool || len(t.ToolCalls) > 0 }

// refused leaves out the tool whose schema the server does not take. When its
// words name none, or after a few of them, no tool is sent as such.
func (e *exchange) refused(message string) bool {
	if e.inWords {
		return false // it was sent none
	}
	e.refusals++
	tool := blamed(e.sent.Tools, message)
	if tool == nil || e.refusals > maxRefusals {
		return e.withoutTools()
	}
	e.learned.learn(e.model, func(t *traits) { t.refuse(tool) })
	e.log().Warn("the model's server refuses the schema of a tool, which is left out for some hours", "tool", tool.Name, "said", message)
	return true
}

// place finds the index of a tool in the words of a server: tools[3],
// tools.3.custom.input_schema, function_declarations[3].
var place = regexp.MustCompile(`(tools|functions|function_declarations|functionDeclarations)(?:\[|\.)(\d{1,4})`)

// blamed finds the tool that a server's words are about, by its name or its
// place; nil when they name none.
func blamed(tools []Tool, message string) *Tool {
	var named *Tool
	for i := range tools {
		if t := &tools[i]; (named == nil || len(t.Name) > len(named.Name)) && mentions(message, t.Name) {
			named = t
		}
	}
	if named != nil {
		return named
	}
	// In tools[0].function_declarations[3] the last one counts.
	if found := place.FindAllStringSubmatch(message, -1); found != nil {
		if i, _ := strconv.Atoi(found[len(found)-1][2]); i < len(tools) {
			return &tools[i]
		}
	}
	return nil
}

// mentions reports whether a text holds a tool's name as a word of its own, so
// spelt. Names that are English words count only in quotation marks.
func mentions(text, name string) bool {
	if name == "" {
		return false
	}
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		i += from
		before, after := edge(text, i-1), edge(text, i+len(name))
		plain := strings.ToLower(name) == name && !strings.ContainsAny(name, "_-.0123456789")
		if !inName(before) && !inName(after) && (!plain || strings.IndexByte("'\"`", before) >= 0) {
			return true
		}
		from = i + 1
	}
}

// edge is the byte at i, a space outside of the text.
func edge(text string, i int) byte {
	if i < 0 || i >= len(text) {
		return ' '
	}
	return text[i]
}

func inName(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// withoutRefused leaves out tools whose schema the server does not take.
func (e *exchange) withoutRefused(req *Request, known *traits) {
	var names []string
	req.Tools = slices.DeleteFunc(slices.Clone(req.Tools), func(t Tool) bool {
		refused := known.refused[toolKey(&t)]
		if refused {
			names = append(names, t.Name)
		}
		return refused
	})
	if len(names) > 0 {
		e.omit("%s not offered, because the server refuses the schema: %s.", were(len(names), "tool"), listed(names))
	}
}

// shorter remembers how much the model reads after it was sent too much. told
// is what the server said it reads, in tokens, 0 when it did not.
func (e *exchange) shorter(told int) bool {
	sent := e.sent.estimate()
	e.learned.learn(e.model, func(t *traits) {
		tokens := int(float64(sent) * cmp.Or(t.ratio, 1))
		if told < LeastContext {
			t.context = max(holding(tokens/2, e.sent.MaxTokens), LeastContext)
			return
		}
		t.context = told
		// What fits by the estimate and does not fit in truth is more tokens
		// than are estimated. What is sent next is less in any case.
		if room := newWindow(told, e.sent.MaxTokens).estimated(t.ratio); room*4 > sent*3 {
			t.ratio = min(cmp.Or(t.ratio, 1)*float64(room*4)/float64(max(sent*3, 1)), mostRatio)
			t.leastRatio = t.ratio
		}
	})
	e.log().Warn("a request was too long for the model; later ones are shortened for some hours", "tokens", e.learned.get(e.model).context)
	first := !e.tooLong
	e.tooLong = true
	return first
}

// compare learns how the server counts the tokens that are estimated here.
func (e *exchange) compare(estimated, counted int) {
	const least = 200 // fewer tell little
	if estimated < least || counted < least || slices.ContainsFunc(e.sent.Turns, func(t Turn) bool { return len(t.Images) > 0 }) {
		return
	}
	ratio := min(max(float64(counted)/float64(estimated), leastRatio), mostRatio)
	e.learned.learn(e.model, func(t *traits) {
		if t.ratio > ratio { // a request that turns out too long fails: less is believed slowly
			ratio = t.ratio + (ratio-t.ratio)/4
		}
		t.ratio = max(ratio, t.leastRatio)
	})
}

func (e *exchange) omit(format string, args ...any) {
	e.omitted = append(e.omitted, fmt.Sprintf(format, args...))
}
