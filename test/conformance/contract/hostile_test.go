package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// An assault is a request that nobody should send.
type assault struct {
	what    string
	method  string
	path    string // with its query
	kind    string // content type; empty: no body
	body    string
	headers [][2]string
}

// assaults are at least twenty requests against an operation, made from what
// openapi.json says of it: each parameter and each field of the body takes
// values that it should not.
func (s *spec) assaults(o *operation, ids map[string]string) []assault {
	path := o.path
	for name, id := range ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	var list []assault
	add := func(a assault) {
		if a.method == "" {
			a.method = o.method
		}
		if a.path == "" {
			a.path = path
		}
		list = append(list, a)
	}
	for part := range strings.SplitSeq(o.path, "/") {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		for what, value := range hostilePaths {
			add(assault{what: part + " is " + what, path: strings.Replace(path, "/"+ids[strings.Trim(part, "{}")], "/"+value, 1)})
		}
	}
	for _, p := range o.parameters {
		for what, value := range hostileTexts {
			switch p.in {
			case "query":
				add(assault{what: "query " + p.name + " is " + what, path: path + "?" + p.name + "=" + url.QueryEscape(value)})
			case "header":
				add(assault{what: "header " + p.name + " is " + what, kind: "application/json", body: "{}", headers: [][2]string{{p.name, headerSafe(value)}}})
			}
		}
	}
	add(assault{what: "a query that is none", path: path + "?%zz=%&;=%7f&a[b][c]=1"})
	add(assault{what: "a query of 20,000 bytes", path: path + "?x=" + strings.Repeat("y", 20_000)})
	for what, body := range hostileBodies {
		add(assault{what: what, kind: "application/json", body: body})
	}
	for _, kind := range hostileKinds {
		add(assault{what: "content type " + kind, kind: kind, body: `{"a":"b"}`})
	}
	for _, method := range []string{"TRACE", "PROPFIND", "PUT", "PATCH", "POST", "DELETE", "X"} {
		if s.find(method, o.path) == nil {
			add(assault{what: "method " + method, method: method, kind: "application/json", body: "{}"})
		}
	}
	add(assault{what: "odd headers", headers: [][2]string{{"Accept", "\x01/\xff"}, {"Range", "bytes=9-1,-"}, {"If-None-Match", `"`}, {"X-Forwarded-For", "nobody"}, {"Accept-Encoding", "nonsense;q=9"}}})
	if fields, sample := s.sample(o.body, ids, 0).(map[string]any); sample {
		for name := range fields {
			for what, value := range hostileValues {
				changed := maps.Clone(fields)
				changed[name] = value
				add(assault{what: "field " + name + " is " + what, kind: "application/json", body: encode(changed)})
			}
			changed := maps.Clone(fields)
			delete(changed, name)
			add(assault{what: "field " + name + " is missing", kind: "application/json", body: encode(changed)})
		}
		changed := maps.Clone(fields)
		changed["nobody asked"] = map[string]any{"for": []any{"this"}}
		changed["__proto__"] = map[string]any{"admin": true}
		add(assault{what: "fields too many", kind: "application/json", body: encode(changed)})
	}
	return list
}

func encode(value any) string {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return strings.NewReplacer(`"@deep@"`, deep(200), `"@deeper@"`, deep(20_000), `"@huge@"`, "1e999", `"@invalid@"`, "\"\xff\xfe\"", `"@surrogate@"`, `"\ud800"`).Replace(string(b))
}

func deep(n int) string { return strings.Repeat(`[`, n) + strings.Repeat(`]`, n) }

func headerSafe(value string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, value)
}

var (
	long         = strings.Repeat("é", 10_000)
	hostilePaths = map[string]string{
		"no id": "not-an-id", "a traversal": "..%2f..%2fetc%2fpasswd", "encoded twice": "%252e%252e%252f", "NUL": "%00", "not UTF-8": "%ff%fe",
		"long": strings.Repeat("a", 5000), "a number": "-1", "an object": "%7B%7D", "a space": "%20", "an id and more": "99999999-9999-4999-8999-999999999999%00x",
		"an id that nobody has": "99999999-9999-4999-8999-999999999999", "words of JavaScript": "undefined", "SQL": "1'%20OR%20'1'='1", "letters elsewhere": "%F0%9F%92%A9",
	}
	hostileTexts = map[string]string{
		"empty": "", "a word": "abc", "negative": "-1", "huge": "99999999999999999999999999", "a fraction": "1.5", "in exponents": "1e400", "NaN": "NaN", "an id": "99999999-9999-4999-8999-999999999999",
		"not UTF-8": "\xff\xfe", "NUL": "a\x00b", "long": long, "a list": "[1,2]", "an object": `{"a":1}`, "SQL": `'; DROP TABLE agents; --`, "a pattern": "%_*?(", "null": "null",
	}
	hostileValues = map[string]any{
		"null": nil, "true": true, "a number": 7, "negative": -1, "a fraction": 0.1, "huge": "@huge@", "beyond 64 bits": json.RawMessage("99999999999999999999999999"),
		"empty": "", "a text": "abc", "long": long, "not UTF-8": "@invalid@", "half a character": "@surrogate@", "NUL": "a\x00b", "a list": []any{1, "a", nil},
		"an empty list": []any{}, "an object": map[string]any{"a": 1}, "an empty object": map[string]any{}, "deep": "@deep@", "deeper": "@deeper@", "an id that nobody has": "99999999-9999-4999-8999-999999999999",
	}
	hostileBodies = map[string]string{
		"an empty body": "", "half of JSON": `{"a":`, "two values": `{} {}`, "a text": `"abc"`, "a number": `1e999`, "null": `null`, "a list": `[]`, "not UTF-8": "{\"a\":\"\xff\"}", "NUL": "{\"a\":\"\x00\"}",
		"deep": `{"a":` + deep(50_000) + `}`, "deep and open": strings.Repeat("[", 100_000), "the same key twice": `{"a":1,"a":2}`, "a mark before": "\ufeff{}", "spaces": strings.Repeat(" ", 100_000), "HTML": "<html></html>",
	}
	hostileKinds = []string{
		"text/plain", "application/xml", "application/json; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
		"application/json, text/html", ";;;", "application/octet-stream", "audio/wav",
	}
)

// sample is a value that fits a schema as far as this goes: without it a
// wrong field would never be looked at.
func (s *spec) sample(schema any, ids map[string]string, depth int) any {
	m, is := schema.(map[string]any)
	if !is || depth > 6 {
		return "x"
	}
	if ref, is := m["$ref"].(string); is {
		return s.sample(s.schemas[ref[strings.LastIndex(ref, "/")+1:]], ids, depth+1)
	}
	if words, is := m["enum"].([]any); is && len(words) > 0 {
		return words[0]
	}
	kinds := []string{}
	switch t := m["type"].(type) {
	case string:
		kinds = []string{t}
	case []any:
		for _, k := range t {
			kinds = append(kinds, fmt.Sprint(k))
		}
	}
	switch {
	case slices.Contains(kinds, "object"):
		fields := map[string]any{}
		properties, _ := m["properties"].(map[string]any)
		for name, property := range properties {
			if id := ids[name]; id != "" {
				fields[name] = id
			} else {
				fields[name] = s.sample(property, ids, depth+1)
			}
		}
		return fields
	case slices.Contains(kinds, "array"):
		return []any{s.sample(m["items"], ids, depth+1)}
	case slices.Contains(kinds, "integer"), slices.Contains(kinds, "number"):
		if least, is := m["minimum"].(json.Number); is {
			return least
		}
		return 1
	case slices.Contains(kinds, "boolean"):
		return false
	case m["format"] == "uuid":
		return ids["entityId"]
	}
	return "x"
}
