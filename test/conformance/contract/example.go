package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// An example is a request and its answer as they were exchanged, shortened.
// docs/examples.json holds one for each operation, under "METHOD path".
type example struct {
	Request string `json:"request"`        // method and path
	Body    string `json:"body,omitempty"` // JSON; of a form "(a form with a file)"
	Status  int    `json:"status"`
	Answer  string `json:"answer,omitempty"` // JSON, else its content type in brackets
}

// examples are chosen as the corpus is played: the first success at an
// operation's first path, else at another, else whatever it answers.
type examples map[string]example

// note considers an exchange.
func (x examples) note(api *spec, e *exchange) {
	o := api.find(e.step.method, e.path)
	if o == nil || e.failed != nil {
		return
	}
	key, worth := o.method+" "+o.path, 2
	if o.alias != "" {
		key, worth = o.method+" "+o.alias, 1
	}
	if e.status >= 300 {
		worth = 0
	}
	if had, is := x[key]; is && (had.Status < 300 || worth == 0) && !(worth == 2 && !strings.HasPrefix(had.Request, strings.SplitN(key, "{", 2)[0])) {
		return
	}
	x[key] = example{Request: e.step.method + " " + e.path, Body: sentOf(e), Status: e.status, Answer: answerOf(e)}
}

func sentOf(e *exchange) string {
	var value any
	switch {
	case e.step.kind == "":
		return ""
	case strings.HasPrefix(e.step.kind, "application/json") && json.Unmarshal([]byte(e.sent), &value) == nil:
		return compact(value)
	}
	kind, _, _ := strings.Cut(e.step.kind, ";")
	return "(" + kind + ")"
}

func answerOf(e *exchange) string {
	if e.value != nil {
		return compact(e.value)
	}
	if len(e.body) == 0 {
		return ""
	}
	kind, _, _ := strings.Cut(e.header.Get("Content-Type"), ";")
	return "(" + kind + ")"
}

// compact writes JSON with the first element of each list and the beginning of
// each long text.
func compact(value any) string {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(shortened(value, 0)); err != nil {
		return fmt.Sprint(err)
	}
	return strings.TrimSpace(b.String())
}

func shortened(value any, depth int) any {
	const longText, deep, wide = 80, 4, 14
	switch v := value.(type) {
	case []any:
		if len(v) > 1 {
			v = v[:1]
		}
		list := []any{}
		for _, item := range v {
			list = append(list, shortened(item, depth+1))
		}
		return list
	case map[string]any:
		if depth >= deep {
			return map[string]any{}
		}
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		short := map[string]any{}
		for _, k := range keys[:min(len(keys), wide)] {
			short[k] = shortened(v[k], depth+1)
		}
		return short
	case string:
		if strings.HasPrefix(v, "elizad_") {
			return "elizad_…" // a key, which no document shows
		}
		if len(v) > longText && utf8.ValidString(v) {
			return string([]rune(v)[:min(longText, utf8.RuneCountInString(v))]) + "…"
		}
	}
	return value
}
