package agent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// maxSchemaDepth is how deep arguments are compared with their schema.
const maxSchemaDepth = 8

// shape is what is read of a JSON Schema. A schema that says more, such as
// anyOf or $ref, is left to whoever runs the action.
type shape struct {
	Type       any              `json:"type"` // a name, or a list of names
	Properties map[string]shape `json:"properties"`
	Required   []string         `json:"required"`
	Items      *shape           `json:"items"`

	AnyOf json.RawMessage `json:"anyOf"`
	OneOf json.RawMessage `json:"oneOf"`
	AllOf json.RawMessage `json:"allOf"`
	Ref   string          `json:"$ref"`
}

// fit compares arguments with the schema of an action and returns them with
// what can only be meant: a number written as text where a number is wanted,
// one value where a list of them is, no value where null was written. An error
// says what is missing or of the wrong type. Arguments that fit are returned
// as they are. Error code: INVALID_REQUEST.
func fit(schema, arguments json.RawMessage) (json.RawMessage, error) {
	var s shape
	if len(schema) == 0 || json.Unmarshal(schema, &s) != nil {
		return arguments, nil
	}
	var given map[string]any
	d := json.NewDecoder(bytes.NewReader(arguments))
	d.UseNumber()
	if err := d.Decode(&given); err != nil {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "the arguments are not a JSON object")
	}
	if given == nil {
		given = map[string]any{}
	}
	value, changed, err := s.fit(given, "", 0)
	if err != nil || !changed {
		return arguments, err
	}
	fitted, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write arguments: %w", err)
	}
	return fitted, nil
}

// fit returns a value as the schema wants it, and whether that changed it.
func (s *shape) fit(value any, at string, depth int) (any, bool, error) {
	wanted := s.types()
	if s.open() || depth > maxSchemaDepth || len(wanted) == 0 && len(s.Properties) == 0 && len(s.Required) == 0 {
		return value, false, nil
	}
	changed := false
	if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(kind string) bool { return isOf(value, kind) }) {
		meant, ok := s.meant(value, wanted)
		if !ok {
			return nil, false, eliza.Errorf(eliza.CodeInvalidRequest, "%s must be %s, not %s", argumentName(at), strings.Join(wanted, " or "), kindOf(value))
		}
		value, changed = meant, true
	}
	switch v := value.(type) {
	case map[string]any:
		inside, err := s.fitObject(v, at, depth)
		return v, changed || inside, err
	case []any:
		if s.Items == nil {
			break
		}
		for i := range v {
			item, inside, err := s.Items.fit(v[i], fmt.Sprintf("%s[%d]", at, i), depth+1)
			if err != nil {
				return nil, false, err
			}
			v[i], changed = item, changed || inside
		}
	}
	return value, changed, nil
}

func (s *shape) fitObject(object map[string]any, at string, depth int) (changed bool, err error) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		property, known := s.Properties[name]
		if !known {
			continue
		}
		if object[name] == nil && !property.open() && len(property.types()) > 0 && !slices.Contains(property.types(), "null") {
			delete(object, name)
			changed = true
			continue
		}
		value, inside, err := property.fit(object[name], path(at, name), depth+1)
		if err != nil {
			return false, err
		}
		object[name], changed = value, changed || inside
	}
	for _, name := range s.Required {
		if _, there := object[name]; !there {
			return false, eliza.Errorf(eliza.CodeInvalidRequest, "the argument %q is missing", path(at, name))
		}
	}
	return changed, nil
}

// open reports whether the schema says more than is read here.
func (s *shape) open() bool {
	return s.Ref != "" || len(s.AnyOf) > 0 || len(s.OneOf) > 0 || len(s.AllOf) > 0
}

// types are the types that the schema allows; none: any.
func (s *shape) types() (all []string) {
	switch t := s.Type.(type) {
	case string:
		return []string{t}
	case []any:
		for _, one := range t {
			if name, ok := one.(string); ok {
				all = append(all, name)
			}
		}
	}
	return all
}

// meant is the value of a wanted type that was certainly meant.
func (s *shape) meant(value any, wanted []string) (any, bool) {
	for _, kind := range wanted {
		switch v := value.(type) {
		case string:
			var read any
			d := json.NewDecoder(strings.NewReader(strings.TrimSpace(v)))
			d.UseNumber()
			if kind != "string" && kind != "null" && d.Decode(&read) == nil && !d.More() && isOf(read, kind) {
				return read, true
			}
		case json.Number:
			if kind == "string" {
				return v.String(), true
			}
		case bool:
			if kind == "string" {
				return strconv.FormatBool(v), true
			}
		}
		if kind == "array" && s.Items != nil {
			types := s.Items.types()
			if slices.ContainsFunc(types, func(item string) bool { return isOf(value, item) }) {
				return []any{value}, true
			}
		}
	}
	return nil, false
}

// isOf reports whether a value is of a type of JSON Schema. A type that is
// none is taken for any.
func isOf(value any, kind string) bool {
	switch kind {
	case "object", "array", "string", "boolean", "null":
		return kindOf(value) == kind
	case "number":
		return kindOf(value) == "number"
	case "integer":
		n, ok := value.(json.Number)
		if !ok {
			return false
		}
		f, err := n.Float64()
		return err == nil && f == math.Trunc(f)
	}
	return true
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	}
	return "number"
}

func path(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func argumentName(at string) string {
	if at == "" {
		return "the arguments"
	}
	return fmt.Sprintf("the argument %q", at)
}
