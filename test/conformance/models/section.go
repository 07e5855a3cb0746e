package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/elizad/elizad/test/stubmodel"
)

const heading = "## Model servers\n"

// with is a document with the section on model servers in it, in the place of
// the one that it has, or at its end.
func with(document string) string {
	before, rest, found := strings.Cut(document, heading)
	if !found {
		return strings.TrimRight(document, "\n") + "\n\n" + section()
	}
	after := ""
	if i := strings.Index(rest, "\n## "); i >= 0 {
		after = rest[i:]
	}
	return before + section() + after
}

const preface = `
Servers that speak OpenAI's, Anthropic's or Ollama's API have habits of their own. Each was played to the server by a fake one (` + "`test/stubmodel`" + `), through each API in which it exists, to a person who follows the stream and to one who waits for the whole answer, and once more by a server that answers in one piece (` + "`go test ./test/conformance/models`" + `). The names are those in whose public bug reports the habit is described; it may be gone from their newest version, and where there is a dash it is kept because nothing forbids it. "Calls" is how often the model is called for a message, of several messages for each; no turn costs more.
`

// section is the table for people.
func section() string {
	var b strings.Builder
	b.WriteString(heading + preface)
	for _, g := range table {
		fmt.Fprintf(&b, "\n### %s\n\n", g.title)
		if g.about != "" {
			b.WriteString(g.about + "\n\n")
		}
		b.WriteString("| Dialect | The server | Known of | The person sees | Calls | Not |\n| --- | --- | --- | --- | --- | --- |\n")
		for _, r := range g.rows {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.dialect, cell(r.does), cell(cmp.Or(r.servers, "-")), cell(r.seen()), r.calls(), cell(r.missing()))
		}
	}
	return b.String()
}

// cell is a text within a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// seen words what the person sees.
func (r row) seen() string {
	texts := []string{r.sees.words()}
	for _, api := range slices.Sorted(maps.Keys(r.differs)) {
		if words := r.differs[api].words(); words != texts[0] {
			texts = append(texts, apiNames[api]+": "+words)
		}
	}
	return strings.Join(texts, "; ")
}

func (s sees) words() string {
	words := "“" + s.text + "”"
	switch {
	case s.text == "" && s.streamed != "":
		words = fmt.Sprintf("what came (“%s”), then that it failed (`%s`: “%s”)", strings.TrimSpace(s.streamed), s.reason, s.told)
	case s.text == "":
		words = fmt.Sprintf("that it failed (`%s`: “%s”)", s.reason, s.told)
	}
	if s.thought != "" {
		words += "; the thought is kept apart"
	}
	return words
}

// calls words how often the model is called.
func (r row) calls() string {
	count := func(s sees) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(s.calls), " ", ", "), "[]") }
	all := []string{count(r.through(""))}
	for _, api := range slices.Sorted(maps.Keys(r.differs)) {
		if n := count(r.through(api)); n != all[0] {
			all = append(all, apiNames[api]+": "+n)
		}
	}
	return strings.Join(all, "; ")
}

var apiNames = map[string]string{stubmodel.OpenAI: "OpenAI", stubmodel.Anthropic: "Anthropic", stubmodel.Ollama: "Ollama", inOnePiece: inOnePiece}

// missing words where the dialect does not exist, and why.
func (r row) missing() string {
	byReason := map[string][]string{}
	var reasons []string
	for _, key := range []string{stubmodel.OpenAI, stubmodel.Anthropic, stubmodel.Ollama, inOnePiece} {
		why := r.absent[key]
		if why == "" {
			continue
		}
		if byReason[why] == nil {
			reasons = append(reasons, why)
		}
		byReason[why] = append(byReason[why], apiNames[key])
	}
	var all []string
	for _, why := range reasons {
		all = append(all, strings.Join(byReason[why], ", ")+": "+why)
	}
	return strings.Join(all, "; ")
}
