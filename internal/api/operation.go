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
	"regexp"
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
	invalid eliza.Code // of bad input; empty for INVALID_REQUEST
	file    int64      // bytes of a body that is or holds a file; 0 for bodies of JSON
	gives   any        // what a handler that writes by itself answers as JSON
	streams bool       // it may answer 200 with server-sent events instead
	files   []string   // content types of files that it answers 200 with
	ranges  bool       // it answers 206 and 304 where a part or the newest is asked for
	upload  bool       // it takes a form with a file, and reads it by itself
	raw     bool       // it takes a body of any kind, and reads it by itself
	parts   string     // a path below, whose parts in braces the handler reads by itself
	// needs is the right that it takes; empty for the one of its method: to
	// read for GET, to write for the others.
	needs eliza.Right
	// agents lets a key of one agent use it although its path names neither an
	// agent nor a channel. Its handler sees to what such a key may see.
	agents bool
	// bridge says that it speaks in others' names.
	bridge bool
}

// add registers an operation under all of its paths.
func add[I, O any](a *API, op operation, handle func(context.Context, *I) (*O, error)) {
	if op.needs == "" {
		op.needs = rightOf(op.method)
	}
	for i, path := range op.paths {
		p := a.declare(Policy{Method: op.method, Path: path, Needs: op.needs, Agents: op.agents, Shared: op.bridge || sharedTags[op.tag]})
		h := huma.Operation{
			OperationID: op.id, Method: op.method, Path: path, Summary: op.summary, Description: op.about, Tags: []string{op.tag},
			DefaultStatus: op.status, Errors: append(append([]int{}, usualErrors...), op.errors...), MaxBodyBytes: a.MaxPayload,
			Security: []map[string][]string{{"key": {}}}, Middlewares: huma.Middlewares{a.allowed(p)},
			Extensions: map[string]any{"x-access": op.needs},
		}
		h.Metadata = map[string]any{"errors": op.errors}
		if op.file > 0 {
			h.MaxBodyBytes = op.file
			h.Metadata["file"] = true
		}
		if op.invalid != "" {
			h.Metadata["invalid"] = op.invalid
		}
		if op.needs == open {
			h.Security = nil
		}
		if i > 0 {
			h.OperationID = fmt.Sprintf("%s-alias-%d", op.id, i)
			h.Description = "The same as " + op.method + " " + op.paths[0] + "."
			h.Extensions["x-alias-of"] = op.paths[0]
		}
		h.Responses = a.written(op)
		huma.Register(a.huma, h, logged(a, handle))
		item := a.huma.OpenAPI().Paths[path]
		for _, part := range braced.FindAllStringSubmatch(op.parts, -1) {
			declared := methodOf(item, op.method)
			declared.Parameters = append(declared.Parameters, &huma.Param{Name: part[1], In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
		}
		if op.raw {
			methodOf(item, op.method).RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"*/*": {}}}
		}
		if op.upload { // told afterwards, else huma would read the body
			a.huma.OpenAPI().Paths[path].Post.RequestBody = uploadForm
		}
	}
}

var braced = regexp.MustCompile(`\{(\w+)\}`)

func methodOf(item *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return item.Get
}

var uploadForm = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
	Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}},
}}}}

// logged writes down why an operation failed that should not have.
func logged[I, O any](a *API, handle func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			if f := fail(err); f.status >= 500 && ctx.Err() == nil {
				a.log(ctx).Error("a request failed", "code", f.Problem.Code, "error", cmp.Or(f.cause, err))
			}
		}
		return out, err
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
	if op.ranges {
		all["206"] = &huma.Response{Description: http.StatusText(http.StatusPartialContent), Content: all["200"].Content}
		all["304"] = &huma.Response{Description: http.StatusText(http.StatusNotModified)}
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

// Schema implements huma.SchemaProvider. The pattern is for readers of the
// document alone: huma would compile it anew for each place of an id, which took
// a third of a start, and UnmarshalText knows it.
func (ID) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Format: "uuid", Examples: []any{"b850bc30-45f8-0041-a00a-83df46d8555d"},
		Extensions: map[string]any{"pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"},
	}
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
		if tooDeep(data) {
			return fmt.Errorf("nested more than %d levels deep", maxDepth)
		}
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

// maxDepth is how deep JSON may be nested. The databases read some of it too,
// and SQLite gives up at 1,000 levels.
const maxDepth = 200

// tooDeep looks at the brackets of JSON outside of its texts.
func tooDeep(data []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted:
			switch c {
			case '\\':
				i++
			case '"':
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
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
