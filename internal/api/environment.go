package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/dotenv"
	"github.com/elizad/elizad/internal/eliza"
)

const (
	maxVariables     = 1000
	maxVariableBytes = 64 << 10
)

func (a *API) getEnvironment(context.Context, *struct{}) (*answer[map[string]string], error) {
	variables, err := dotenv.Read(a.EnvFile)
	if err != nil {
		return nil, fail(&eliza.Error{Code: "FETCH_ERROR", Message: "The file .env cannot be read", Err: err})
	}
	return ok(maskedVariables(variables)), nil
}

func maskedVariables(variables map[string]string) map[string]string {
	shown := make(map[string]string, len(variables))
	for name, value := range variables {
		if shown[name] = value; value != "" {
			shown[name] = mask
		}
	}
	return shown
}

// environmentContent holds the variables of a change; a null value is nil.
type environmentContent map[string]*string

// UnmarshalJSON takes texts, numbers and truth values. Anything else is left
// for check to refuse.
func (c *environmentContent) UnmarshalJSON(b []byte) error {
	var values map[string]json.RawMessage
	if json.Unmarshal(b, &values) != nil || values == nil {
		return nil
	}
	*c = make(environmentContent, len(values))
	for name, value := range values {
		text := string(value)
		switch {
		case text == "null":
			(*c)[name] = nil
			continue
		case bytes.IndexByte([]byte(`[{`), value[0]) >= 0:
			text = "\x00"
		case value[0] == '"' && json.Unmarshal(value, &text) != nil:
			text = "\x00"
		}
		(*c)[name] = &text
	}
	return nil
}

// Schema implements huma.SchemaProvider.
func (environmentContent) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "An object of names with texts, numbers, truth values, or null to remove one", Examples: []any{map[string]any{"LOG_LEVEL": "debug"}}}
}

func (c environmentContent) check() error {
	invalid := func(format string, args ...any) error {
		return as("INVALID_INPUT", 400, eliza.Errorf(eliza.CodeInvalidRequest, format, args...))
	}
	if c == nil {
		return invalid(`Missing or invalid "content" in request body`)
	}
	if len(c) > maxVariables {
		return invalid("content: more than %d variables", maxVariables)
	}
	for name, value := range c {
		switch {
		case !dotenv.IsName(name):
			return invalid("content: %.100q cannot name a variable", name)
		case value != nil && (strings.ContainsRune(*value, 0) || len(*value) > maxVariableBytes):
			return invalid("content.%s: a text, a number or a truth value is required, of at most %d bytes", name, maxVariableBytes)
		}
	}
	return nil
}

type environmentPost struct {
	caller
	Body struct {
		Content environmentContent `json:"content,omitempty"`
	}
}

type environmentAnswer struct {
	Success bool              `json:"success"`
	Message string            `json:"message" example:"Local env updated"`
	Data    map[string]string `json:"data" doc:"The variables, masked"`
}

func (a *API) updateEnvironment(ctx context.Context, in *environmentPost) (*bare[environmentAnswer], error) {
	if a.Access.Open(ctx) && !in.local() {
		return nil, fail(eliza.Errorf(eliza.CodeForbidden, "While no key is set, only a program on this machine that is no browser may change .env"))
	}
	if err := in.Body.Content.check(); err != nil {
		return nil, err
	}
	for name, value := range in.Body.Content {
		if value != nil && *value == mask {
			delete(in.Body.Content, name)
		}
	}
	variables, err := dotenv.Change(a.EnvFile, in.Body.Content)
	if err != nil {
		code, message := eliza.CodeUpdate, "The file .env cannot be written"
		if errors.Is(err, dotenv.ErrMalformed) {
			message = "The file .env is not a list of NAME=value lines; it was left as it is"
		}
		return nil, fail(&eliza.Error{Code: code, Message: message, Err: err})
	}
	return plain(environmentAnswer{true, "Local env updated", maskedVariables(variables)}), nil
}

// caller is embedded in the input of an operation that asks who calls.
type caller struct{ address, forwarded, browser string }

// Resolve implements huma.Resolver.
func (c *caller) Resolve(h huma.Context) []error {
	c.address, c.forwarded = h.RemoteAddr(), h.Header(headerForwarded)+h.Header("Forwarded")
	c.browser = h.Header("Origin") + h.Header("Sec-Fetch-Site") + h.Header("Referer") // node's fetch sends Sec-Fetch-Mode too
	return nil
}

// local reports whether a program on this machine calls that is no browser.
func (c *caller) local() bool { return isLocal(c.address) && c.forwarded == "" && c.browser == "" }
