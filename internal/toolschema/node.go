package toolschema

import (
	"reflect"
	"slices"
)

// node is one schema in the few words that all servers know.
type node struct {
	types      []string // none: any value
	null       bool     // only null fits
	about      string
	properties map[string]*node
	required   []string
	items      *node
	enum       []string // of texts
	any        []*node  // alternatives; the other fields but about are empty then
}

// inferred is the type that a node without one plainly has; empty for any.
func (n *node) inferred() string {
	switch {
	case len(n.properties) > 0 || len(n.required) > 0:
		return "object"
	case n.items != nil:
		return "array"
	case len(n.enum) > 0:
		return "string"
	}
	return ""
}

// both is what fits two schemas; where they contradict, the first counts. The
// description of the second, which stands nearer to its use, is preferred.
func both(a, b *node) *node {
	n := &node{types: a.types, null: a.null || b.null, about: b.about, items: a.items, enum: a.enum, any: a.any}
	if n.about == "" {
		n.about = a.about
	}
	if len(a.types) == 0 {
		n.types = b.types
	} else if common := intersection(a.types, b.types); len(common) > 0 {
		n.types = common
	}
	if n.items == nil {
		n.items = b.items
	}
	if len(a.enum) == 0 {
		n.enum = b.enum
	} else if common := intersection(a.enum, b.enum); len(common) > 0 {
		n.enum = common
	}
	if len(n.any) == 0 {
		n.any = b.any
	}
	n.properties = joined(a.properties, b.properties, both)
	n.required = union(a.required, b.required)
	return n.spread()
}

// spread moves what a node says besides its alternatives into each of them.
func (n *node) spread() *node {
	rest := *n
	rest.any, rest.about = nil, ""
	if len(n.any) == 0 || reflect.DeepEqual(&rest, &node{}) {
		return n
	}
	var all []*node
	for _, branch := range n.any {
		all = append(all, both(&rest, branch))
	}
	return alternatives(all, n.about)
}

// either is an object that fits where any of some objects does: it has the
// properties of all, and requires what all require.
func either(objects []*node) *node {
	n := &node{types: []string{"object"}, about: objects[0].about, required: objects[0].required}
	for _, o := range objects {
		n.properties = joined(n.properties, o.properties, or)
		n.required = intersection(n.required, o.required)
	}
	return n
}

// or is what fits one of two schemas.
func or(a, b *node) *node {
	if reflect.DeepEqual(a, b) {
		return a
	}
	about := a.about
	if about == "" {
		about = b.about
	}
	if len(a.enum) > 0 && len(b.enum) > 0 {
		enum := union(a.enum, b.enum)
		return &node{types: a.types, about: about, enum: enum[:min(len(enum), maxEnum)]}
	}
	return alternatives([]*node{a, b}, about)
}

// alternatives is what fits one of some schemas. Null is no alternative: a
// model leaves out what it has no value for.
func alternatives(branches []*node, about string) *node {
	var all []*node
	for _, branch := range branches {
		inner := branch.any
		if len(inner) == 0 {
			inner = []*node{branch}
		}
		for _, n := range inner {
			if !n.null && len(all) < maxBranches && !slices.ContainsFunc(all, func(o *node) bool { return reflect.DeepEqual(o, n) }) {
				all = append(all, n)
			}
		}
	}
	switch len(all) {
	case 0:
		return &node{about: about, null: len(branches) > 0}
	case 1:
		n := *all[0]
		if about != "" {
			n.about = about
		}
		return &n
	}
	return &node{about: about, any: all}
}

func joined(a, b map[string]*node, join func(a, b *node) *node) map[string]*node {
	if len(a) == 0 {
		return b
	}
	all := make(map[string]*node, len(a)+len(b))
	for name, n := range a {
		all[name] = n
	}
	for name, n := range b {
		if other := all[name]; other != nil {
			n = join(other, n)
		}
		all[name] = n
	}
	return all
}

func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

func intersection(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}
