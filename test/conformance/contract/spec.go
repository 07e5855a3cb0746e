package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// spec is openapi.json as far as answers are held to it.
type spec struct {
	operations []operation
	schemas    map[string]any // by name

	mu       sync.Mutex // guards compiler
	compiler *jsonschema.Compiler
}

type operation struct {
	ID        string
	method    string
	path      string
	alias     string // the path that it is another one of
	responses map[string]any

	parameters []parameter
	body       any // its schema, nil for none
}

type parameter struct{ in, name string }

func readSpec(file string) (*spec, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	s := &spec{compiler: jsonschema.NewCompiler()}
	if components, is := document.(map[string]any)["components"].(map[string]any); is {
		s.schemas, _ = components["schemas"].(map[string]any)
	}
	if err := s.compiler.AddResource("openapi.json", document); err != nil {
		return nil, err
	}
	for path, item := range document.(map[string]any)["paths"].(map[string]any) {
		for method, o := range item.(map[string]any) {
			o := o.(map[string]any)
			alias, _ := o["x-alias-of"].(string)
			found := operation{ID: o["operationId"].(string), method: strings.ToUpper(method), path: path, alias: alias, responses: o["responses"].(map[string]any)}
			parameters, _ := o["parameters"].([]any)
			for _, p := range parameters {
				p := p.(map[string]any)
				found.parameters = append(found.parameters, parameter{p["in"].(string), p["name"].(string)})
			}
			if body, takes := o["requestBody"].(map[string]any); takes {
				if content, is := body["content"].(map[string]any)["application/json"].(map[string]any); is {
					found.body = content["schema"]
				}
			}
			s.operations = append(s.operations, found)
		}
	}
	slices.SortFunc(s.operations, func(a, b operation) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
	return s, nil
}

// find returns the operation that serves a path: of several templates that fit
// the one with most literal parts. A template may be looked up too.
func (s *spec) find(method, path string) *operation {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	var found *operation
	literal := -1
	for i := range s.operations {
		o := &s.operations[i]
		if o.method != method {
			continue
		}
		if n := fits(strings.Split(o.path, "/"), parts); n > literal {
			found, literal = o, n
		}
	}
	return found
}

// fits counts the literal parts in which a template fits a path, -1 when it
// does not.
func fits(template, path []string) int {
	if len(template) != len(path) {
		return -1
	}
	n := 0
	for i, part := range template {
		switch {
		case strings.HasPrefix(part, "{"):
			if path[i] == "" {
				return -1
			}
		case part == path[i]:
			n++
		default:
			return -1
		}
	}
	return n
}

// check holds an answer to what the document says of it.
func (s *spec) check(o *operation, e *exchange) error {
	status := strconv.Itoa(e.status)
	declared, known := o.responses[status]
	if !known {
		return fmt.Errorf("status %s is not declared", status)
	}
	content, _ := declared.(map[string]any)["content"].(map[string]any)
	kind, _, _ := strings.Cut(e.header.Get("Content-Type"), ";")
	if len(content) == 0 {
		if len(e.body) > 0 {
			return fmt.Errorf("a body of %d bytes where none is declared", len(e.body))
		}
		return nil
	}
	schema, known := content[kind]
	if !known {
		return fmt.Errorf("content type %q is not declared", kind)
	}
	if kind != "application/json" || schema.(map[string]any)["schema"] == nil {
		return nil
	}
	escaped := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace
	s.mu.Lock()
	compiled, err := s.compiler.Compile("openapi.json#/paths/" + escaped(o.path) + "/" + strings.ToLower(o.method) + "/responses/" + status + "/content/" + escaped(kind) + "/schema")
	s.mu.Unlock()
	if err != nil {
		return fmt.Errorf("compile the schema: %w", err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.body))
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if err := compiled.Validate(value); err != nil {
		return err
	}
	return nil
}

// enveloped says what is wrong with an error's envelope, "" for nothing.
func enveloped(e *exchange) string {
	if e.status < 400 || e.step != nil && e.step.method == http.MethodHead {
		return ""
	}
	var body struct {
		Success *bool
		Error   struct{ Code, Message string }
	}
	if err := json.Unmarshal(e.body, &body); err != nil {
		return "the error is not in the envelope: " + err.Error()
	}
	if body.Error.Code == "" || body.Error.Message == "" {
		return "the error has no code or no message"
	}
	if e.header.Get("X-Request-Id") == "" {
		return "the answer has no request id"
	}
	return ""
}
