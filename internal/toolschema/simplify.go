// Package toolschema makes of any tool's input schema one that every model
// server takes. Servers of models differ in what they refuse: OpenAI wants an
// object with properties and no alternatives at the top, Anthropic checks the
// letters of property names, Gemini knows few keywords and no enum but of
// texts, and local servers that build grammars fail at patterns and large
// bounds. What is left is what all of them know: type, description,
// properties, required, items, enum and, below the top, anyOf. What a dropped
// keyword said is kept in the description, for the model to read; the tool
// itself still checks its arguments.
package toolschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Bounds of what is read of a schema. What lies deeper or beyond is taken as
// any value.
const (
	maxDepth    = 8    // OpenAI takes ten levels
	maxNodes    = 2000 // after references were resolved
	maxBranches = 10   // of one anyOf
	maxEnum     = 100  // values
	maxAbout    = 1000 // bytes of a description
)

// ErrNoObject says that a schema cannot describe the arguments of a tool,
// which are always an object.
var ErrNoObject = errors.New("its parameters are not an object")

// Schema describes a tool's arguments.
type Schema struct {
	// JSON is the schema of an object that has properties.
	JSON json.RawMessage
	// renamed are the names that properties have elsewhere, by the names that
	// they were given for the model.
	renamed map[string]string
}

// Simplify reads a schema. One that is absent, empty or without a type is that
// of an object without properties. The error is ErrNoObject, or says that it
// is no JSON.
func Simplify(schema []byte) (Schema, error) {
	var root any
	if len(bytes.TrimSpace(schema)) > 0 {
		d := json.NewDecoder(bytes.NewReader(schema))
		d.UseNumber()
		if err := d.Decode(&root); err != nil {
			return Schema{}, fmt.Errorf("its parameters are no JSON: %w", err)
		}
	}
	switch root.(type) {
	case nil, bool, map[string]any:
	default:
		return Schema{}, ErrNoObject
	}
	r := &reader{root: root, open: map[string]bool{}, renamed: map[string]string{}}
	top := r.read(root, 0).object()
	if top == nil {
		return Schema{}, ErrNoObject
	}
	rendered, err := json.Marshal(top.render())
	if err != nil {
		return Schema{}, fmt.Errorf("write a schema: %w", err)
	}
	return Schema{JSON: rendered, renamed: r.renamed}, nil
}

// Restore gives the properties of arguments the names that the tool knows.
func (s Schema) Restore(arguments []byte) []byte {
	if len(s.renamed) == 0 {
		return arguments
	}
	var all any
	d := json.NewDecoder(bytes.NewReader(arguments))
	d.UseNumber()
	if d.Decode(&all) != nil {
		return arguments
	}
	restored, err := json.Marshal(s.restore(all))
	if err != nil {
		return arguments
	}
	return restored
}

func (s Schema) restore(v any) any {
	switch v := v.(type) {
	case map[string]any:
		all := make(map[string]any, len(v))
		for name, value := range v {
			if other, ok := s.renamed[name]; ok {
				name = other
			}
			all[name] = s.restore(value)
		}
		return all
	case []any:
		for i := range v {
			v[i] = s.restore(v[i])
		}
	}
	return v
}

// object is a node as an object, its alternatives merged; nil when it can be
// none.
func (n *node) object() *node {
	if len(n.any) > 0 {
		var objects []*node
		for _, branch := range n.any {
			if o := branch.object(); o != nil {
				objects = append(objects, o)
			}
		}
		if len(objects) == 0 {
			return nil
		}
		merged := either(objects)
		merged.about = n.about
		return merged
	}
	if n.null || len(n.types) > 0 && !slices.Contains(n.types, "object") || len(n.types) == 0 && n.inferred() != "object" && n.inferred() != "" {
		return nil
	}
	o := *n
	o.types, o.items, o.enum = []string{"object"}, nil, nil
	return &o
}
