package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// shape is what a value looks like when ids, times and texts are masked: the
// keys of objects, the first entry of lists, and the kinds of the rest. Words
// that a program decides by stay: codes, states, types.
func shape(value any) any {
	switch v := value.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, x := range v {
			if word, ok := x.(string); ok && slices.Contains(decisive, k) && len(word) < 40 {
				m[k] = "=" + word
				continue
			}
			m[k] = shape(x)
		}
		return m
	case []any:
		if len(v) == 0 {
			return []any{}
		}
		return []any{shape(v[0])}
	case string:
		return "text"
	case json.Number, float64:
		return "number"
	case bool:
		return v
	}
	return nil
}

var decisive = []string{"code", "status", "source_type", "sourceType"}

// missing lists what a client of the first server would miss in the second's
// answer: more keys harm nobody.
func missing(theirs, ours any, at string) []string {
	switch t := theirs.(type) {
	case map[string]any:
		o, ok := ours.(map[string]any)
		if !ok {
			return []string{at + " is no object"}
		}
		var list []string
		for _, k := range sortedKeys(t) {
			x, there := o[k]
			if !there {
				if t[k] != nil {
					list = append(list, at+"."+k+" is absent")
				}
				continue
			}
			list = append(list, missing(t[k], x, at+"."+k)...)
		}
		return list
	case []any:
		o, ok := ours.([]any)
		if !ok {
			return []string{at + " is no list"}
		}
		if len(t) == 0 || len(o) == 0 {
			return nil
		}
		return missing(t[0], o[0], at+"[]")
	case nil:
		return nil
	}
	if theirs != ours {
		return []string{fmt.Sprintf("%s is %v, not %v", at, ours, theirs)}
	}
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// A difference is where two servers answer a step in different ways.
type difference struct {
	theirs, ours *exchange
	what         []string
	reason       string // empty: to do
}

func compare(theirs, ours *exchange) (difference, bool) {
	d := difference{theirs: theirs, ours: ours}
	if theirs.status != ours.status {
		d.what = []string{fmt.Sprintf("%d, not %d", ours.status, theirs.status)}
	}
	if theirs.status/100 == ours.status/100 {
		if ours.status < 400 || isEnvelope(theirs.value) {
			d.what = append(d.what, missing(shape(theirs.value), shape(ours.value), "answer")...)
		} else if theirs.value != nil {
			d.what = append(d.what, "the error is in the envelope")
		}
	}
	d.reason = reasonFor(&d)
	return d, len(d.what) > 0
}

// isEnvelope reports whether an error has the documented form, with a code
// that is a word.
func isEnvelope(value any) bool {
	_, ok := at(value, "error.code")
	body, _ := value.(map[string]any)
	problem, _ := body["error"].(map[string]any)
	_, word := problem["code"].(string)
	return ok && word
}

//go:embed reasons.txt
var reasonFile string

// A rule gives the reason of the differences that it fits: the request, and
// what differs.
type rule struct {
	request, what *regexp.Regexp
	reason        string
}

// Lines of reasons.txt: a pattern of "METHOD path theirs->ours", a pattern of
// what differs, the reason; parted by " | ".
var rules = func() (list []rule) {
	for line := range strings.Lines(reasonFile) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 3 {
			panic("reasons.txt: " + line)
		}
		list = append(list, rule{regexp.MustCompile(parts[0]), regexp.MustCompile(parts[1]), parts[2]})
	}
	return list
}()

func reasonFor(d *difference) string {
	request := fmt.Sprintf("%s %s %d->%d", d.ours.step.method, d.ours.step.path, d.theirs.status, d.ours.status)
	for _, r := range rules {
		if r.request.MatchString(request) && !slices.ContainsFunc(d.what, func(w string) bool { return !r.what.MatchString(w) }) {
			return r.reason
		}
	}
	return ""
}
