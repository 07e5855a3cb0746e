package api

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/plugin"
)

// Describe builds the operations without anything behind them, for the
// documents that are made of them, and the routes of these plugins.
func Describe(plugins ...plugin.Plugin) *API {
	return New(Options{Bus: bus.New(), Log: slog.New(slog.DiscardHandler), Version: "development", MaxPayload: 2 << 20, Plugins: plugins})
}

// Example is an exchange that took place, as docs/examples.json keeps it.
type Example struct {
	Request string `json:"request"`
	Body    string `json:"body"`
	Status  int    `json:"status"`
	Answer  string `json:"answer"`
}

// WriteMarkdown writes docs/API.md: what the reference page shows, and the
// examples, under "METHOD path".
func (a *API) WriteMarkdown(w io.Writer, examples map[string]Example) error {
	var b strings.Builder
	b.WriteString("# API reference\n\nGenerated from the operations in internal/api by `make docs`. A running server shows the same at /docs, and for programs at /openapi.json.\n")
	for _, s := range reference(a.OpenAPI()) {
		fmt.Fprintf(&b, "\n## %s\n", s.Name)
		for _, op := range s.Operations {
			fmt.Fprintf(&b, "\n### %s %s\n\n%s.", op.Method, op.Path, op.Summary)
			if op.About != "" {
				b.WriteString(" " + op.About)
			}
			b.WriteString("\n")
			if len(op.Aliases) > 0 {
				fmt.Fprintf(&b, "\nAlso at `%s`.\n", strings.Join(op.Aliases, "`, `"))
			}
			if len(op.Inputs) > 0 {
				b.WriteString("\n| input | where | kind | |\n| --- | --- | --- | --- |\n")
			}
			for _, in := range op.Inputs {
				required := ""
				if in.Required {
					required = " *"
				}
				fmt.Fprintf(&b, "| `%s`%s | %s | %s | %s |\n", in.Name, required, in.Place, in.Kind, strings.ReplaceAll(in.About, "|", "\\|"))
			}
			fmt.Fprintf(&b, "\nAnswers: %s\n", strings.Join(op.Statuses, ", "))
			if e, there := examples[op.Method+" "+op.Path]; there {
				fmt.Fprintf(&b, "\n```\n%s\n\n%d\n```\n", strings.TrimSpace(e.Request+"\n"+e.Body), e.Status)
				if e.Answer != "" {
					fmt.Fprintf(&b, "\n```json\n%s\n```\n", e.Answer)
				}
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
