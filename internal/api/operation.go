package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/eliza"
)

// operation defines an endpoint. The first path is the one that the contract
// names; the others are where other ElizaOS versions had it.
type operation struct {
	id      string
	method  string
	paths   []string
	tag     string
	summary string
	about   string     // a paragraph for the reference page
	status  int        // of success; 0 for 200
	errors  []int      // statuses of errors, besides those that every operation has
	open    bool       // answers without the key
	invalid eliza.Code // of bad input; empty for INVALID_REQUEST
	file    int64      // bytes of a body that is or holds a file; 0 for bodies of JSON
	gives   any        // what a handler that writes by itself answers as JSON
	streams bool       // it may answer 200 with server-sent events instead
	files   []string   // content types of files that it answers 200 with
}

// add registers an operation under all of its paths.
func add[I, O any](a *API, op operation, handle func(context.Context, *I) (*O, error)) {
	for i, path := range op.paths {
		h := huma.Operation{
			OperationID: op.id, Method: op.method, Path: path, Summary: op.summary, Description: op.about, Tags: []string{op.tag},
			DefaultStatus: op.status, Errors: append(append([]int{}, usualErrors...), op.errors...), MaxBodyBytes: a.MaxPayload,
			Security: []map[string][]string{{"key": {}}},
		}
		h.Metadata = map[string]any{"errors": op.errors}
		if op.file > 0 {
			h.MaxBodyBytes = op.file
			h.Metadata["file"] = true
		}
		if op.invalid != "" {
			h.Metadata["invalid"] = op.invalid
		}
		if op.open {
			h.Security = nil
		}
		if i > 0 {
			h.OperationID = fmt.Sprintf("%s-alias-%d", op.id, i)
			h.Description = "The same as " + op.method + " " + op.paths[0] + "."
			h.Extensions = map[string]any{"x-alias-of": op.paths[0]}
		}
		h.Responses = a.written(op)
		huma.Register(a.huma, h, handle)
	}
}

// usualErrors may come from every operation: bad input, no key, a foreign page,
// too large a body, too many requests, a failure.
var usualErrors = []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestEntityTooLarge,
	http.StatusTooManyRequests, http.StatusInternalServerError}

// written declares the answers of a handler that writes them by itself.
func (a *API) written(op operation) map[string]*huma.Response {
	all := map[string]*huma.Response{}
	if op.gives != nil {
		t := reflect.TypeOf(op.gives)
		all[strconv.Itoa(cmp.Or(op.status, http.StatusOK))] = &huma.Response{Description: http.StatusText(op.status), Content: map[string]*huma.MediaType{
			"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(t, true, t.Name())},
		}}
	}
	if all["200"] == nil && (op.streams || len(op.files) > 0) {
		all["200"] = &huma.Response{Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{}}
	}
	for _, kind := range op.files {
		all["200"].Content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	if op.streams {
		all["200"].Content["text/event-stream"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return all
}

// success is the envelope of an answer.
type success[T any] struct {
	Success bool `json:"success"`
	Data    T    `json:"data"`
}

// answer is what most handlers return: a status and the envelope.
type answer[T any] struct {
	Status int
	Body   success[T]
}

func ok[T any](data T) *answer[T] {
	return &answer[T]{Status: http.StatusOK, Body: success[T]{Success: true, Data: data}}
}

func created[T any](data T) *answer[T] {
	return &answer[T]{Status: http.StatusCreated, Body: success[T]{Success: true, Data: data}}
}

// bare is an answer without the envelope.
type bare[T any] struct {
	Status int
	Body   T
}

func plain[T any](body T) *bare[T] { return &bare[T]{Status: http.StatusOK, Body: body} }

// none is an answer without a body.
type none struct{ Status int }

// ID is an id in a path, a query or a body.
type ID eliza.ID

// UnmarshalText reads the only form of an id that is accepted.
func (id *ID) UnmarshalText(b []byte) error {
	parsed, err := eliza.ParseID(string(b))
	*id = ID(parsed)
	return err
}

// MarshalText writes the id.
func (id ID) MarshalText() ([]byte, error) { return eliza.ID(id).MarshalText() }

// Schema implements huma.SchemaProvider.
func (ID) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeString, Format: "uuid", Pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
		Examples: []any{"b850bc30-45f8-0041-a00a-83df46d8555d"},
	}
	s.PrecomputeMessages()
	return s
}

// typed refuses a body that does not say what it is.
func typed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 && r.Header.Get("Content-Type") == "" && strings.HasPrefix(r.URL.Path, "/api/") {
			writeFailure(w, eliza.Errorf(eliza.CodeInvalidContentType, wantsContentType))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// jsonFormat reads and writes JSON. A member of a body that is null counts as
// absent, as it does for the JavaScript clients that send it.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(v)
	},
	Unmarshal: func(data []byte, v any) error {
		d := json.NewDecoder(bytes.NewReader(data))
		if err := d.Decode(v); err != nil {
			return fmt.Errorf("not JSON: %w", err)
		}
		if _, err := d.Token(); err != io.EOF {
			return fmt.Errorf("not JSON: more than one value")
		}
		if generic, ok := v.(*any); ok {
			if object, ok := (*generic).(map[string]any); ok {
				for key, value := range object {
					if value == nil {
						delete(object, key)
					}
				}
			}
		}
		return nil
	},
}

// anyJSON is a field that takes any JSON value and keeps it as it came.
type anyJSON json.RawMessage

// UnmarshalJSON keeps a copy.
func (j *anyJSON) UnmarshalJSON(b []byte) error {
	*j = bytes.Clone(b)
	return nil
}

// MarshalJSON gives the value back.
func (j anyJSON) MarshalJSON() ([]byte, error) {
	if len(j) == 0 {
		return []byte("null"), nil
	}
	return j, nil
}

// Schema implements huma.SchemaProvider.
func (anyJSON) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Description: "Any JSON value"} }
