package toolschema

import "slices"

// anything is a schema that any value fits. Gemini takes none without a type.
func anything() []any {
	return []any{
		map[string]any{"type": "string"}, map[string]any{"type": "number"}, map[string]any{"type": "boolean"},
		map[string]any{"type": "object", "properties": map[string]any{}},
		map[string]any{"type": "array", "items": map[string]any{"type": "string"}},
	}
}

// render writes a node as JSON Schema.
func (n *node) render() map[string]any {
	types := n.types
	if t := n.inferred(); len(types) == 0 && t != "" {
		types = []string{t}
	}
	s := map[string]any{}
	switch {
	case len(n.any) > 0:
		var all []any
		for _, branch := range n.any {
			all = append(all, branch.render())
		}
		s["anyOf"] = all
	case len(types) == 0:
		s["anyOf"] = anything()
	case len(types) > 1:
		var all []any
		for _, t := range types {
			one := *n
			one.types, one.about = []string{t}, ""
			all = append(all, one.render())
		}
		s["anyOf"] = all
	default:
		n.renderAs(types[0], s)
	}
	if n.about != "" {
		s["description"] = n.about
	}
	return s
}

func (n *node) renderAs(t string, s map[string]any) {
	s["type"] = t
	switch t {
	case "object":
		properties := make(map[string]any, len(n.properties))
		for name, p := range n.properties {
			properties[name] = p.render()
		}
		s["properties"] = properties
		required := slices.DeleteFunc(slices.Clone(n.required), func(name string) bool { return n.properties[name] == nil })
		if len(required) > 0 {
			s["required"] = required
		}
	case "array":
		items := n.items
		if items == nil {
			items = &node{}
		}
		s["items"] = items.render()
	case "string":
		if len(n.enum) > 0 {
			s["enum"] = n.enum
		}
	}
}
