package toolschema

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// reader reads a schema with its references.
type reader struct {
	root    any
	open    map[string]bool // references that are being resolved
	nodes   int
	renamed map[string]string
}

// known are the types of JSON Schema.
var known = []string{"object", "array", "string", "number", "integer", "boolean", "null"}

// read reads what stands at some depth of the schema.
func (r *reader) read(v any, depth int) *node {
	r.nodes++
	keywords, _ := v.(map[string]any)
	if keywords == nil || depth > maxDepth || r.nodes > maxNodes {
		return &node{types: typesOf(keywords)}
	}
	n := r.own(keywords, depth)
	if ref, ok := keywords["$ref"].(string); ok {
		n = both(r.resolve(ref, depth), n)
	}
	for _, part := range list(keywords["allOf"]) {
		n = both(n, r.read(part, depth))
	}
	for _, name := range []string{"anyOf", "oneOf"} {
		branches := list(keywords[name])
		if len(branches) == 0 {
			continue
		}
		var all []*node
		for _, branch := range branches[:min(len(branches), 4*maxBranches)] {
			all = append(all, r.read(branch, depth))
		}
		n = choose(n, all)
	}
	return n
}

// choose is a node with alternatives. Where it has properties of its own, the
// alternatives only add to them.
func choose(n *node, branches []*node) *node {
	if len(n.properties) == 0 {
		either := *n
		either.any = alternatives(branches, "").any
		if len(either.any) == 0 {
			return both(n, alternatives(branches, ""))
		}
		return either.spread()
	}
	var objects []*node
	for _, branch := range branches {
		if o := branch.object(); o != nil {
			objects = append(objects, o)
		}
	}
	if len(objects) == 0 {
		return n
	}
	return both(n, either(objects))
}

// own reads a schema's keywords but those that refer to other schemas at its
// place.
func (r *reader) own(keywords map[string]any, depth int) *node {
	n := &node{types: typesOf(keywords), about: about(keywords)}
	if len(n.types) == 1 && n.types[0] == "null" {
		n.null = true
	}
	n.types = slices.DeleteFunc(n.types, func(t string) bool { return t == "null" })
	properties, _ := keywords["properties"].(map[string]any)
	for name, property := range properties {
		if n.properties == nil {
			n.properties = make(map[string]*node, len(properties))
		}
		child := r.read(property, depth+1)
		safe := r.name(name)
		if safe != name {
			child.about = shorten(fmt.Sprintf("(named %q) %s", shorten(name, 100), child.about), maxAbout)
		}
		n.properties[safe] = child
	}
	for _, name := range list(keywords["required"]) {
		if name, ok := name.(string); ok {
			n.required = union(n.required, []string{r.name(name)})
		}
	}
	switch items := keywords["items"].(type) {
	case nil:
		if tuple := list(keywords["prefixItems"]); len(tuple) > 0 {
			n.items = r.tuple(tuple, depth)
		}
	case []any:
		n.items = r.tuple(items, depth)
	default:
		n.items = r.read(items, depth+1)
	}
	values := list(keywords["enum"])
	if c, ok := keywords["const"]; ok {
		values = []any{c}
	}
	n.enum = texts(values)
	return n
}

func (r *reader) tuple(items []any, depth int) *node {
	var all []*node
	for _, item := range items[:min(len(items), maxBranches)] {
		all = append(all, r.read(item, depth+1))
	}
	return alternatives(all, "")
}

// resolve reads what a reference names. One within itself, and one to another
// document, is any value.
func (r *reader) resolve(ref string, depth int) *node {
	pointer, local := strings.CutPrefix(ref, "#")
	if !local || r.open[ref] {
		return &node{}
	}
	v := r.root
	for _, part := range strings.Split(pointer, "/")[1:] {
		if decoded, err := url.PathUnescape(part); err == nil {
			part = decoded
		}
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch at := v.(type) {
		case map[string]any:
			v = at[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(at) {
				return &node{}
			}
			v = at[i]
		default:
			return &node{}
		}
	}
	if pointer != "" && !strings.HasPrefix(pointer, "/") {
		return &node{} // an anchor
	}
	r.open[ref] = true
	defer delete(r.open, ref)
	return r.read(v, depth)
}

// namePattern is what Anthropic takes as a property's name.
var namePattern = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,64}$`)

// name is a property's name for the model.
func (r *reader) name(name string) string {
	if namePattern.MatchString(name) {
		return name
	}
	letters := strings.Trim(strings.Map(func(c rune) rune {
		if c < 128 && namePattern.MatchString(string(c)) {
			return c
		}
		return '_'
	}, name), "_.-")
	sum := sha256.Sum256([]byte(name))
	safe := letters[:min(len(letters), 50)] + "_" + hex.EncodeToString(sum[:4])
	r.renamed[safe] = name
	return safe
}

// typesOf are the types that a schema names, in small letters, as some write
// them in capitals.
func typesOf(keywords map[string]any) (types []string) {
	for _, t := range append(list(keywords["type"]), keywords["type"]) {
		if t, ok := t.(string); ok && slices.Contains(known, strings.ToLower(t)) {
			types = union(types, []string{strings.ToLower(t)})
		}
	}
	return types
}

// texts are the values of an enum when all but null are texts. Gemini takes no
// empty ones.
func texts(values []any) (all []string) {
	for _, v := range values {
		text, ok := v.(string)
		switch {
		case v == nil || ok && text == "":
		case !ok || len(all) == maxEnum:
			return nil
		default:
			all = union(all, []string{text})
		}
	}
	return all
}

// told are the keywords that not all servers take, whose meaning a description
// keeps.
var told = []string{"default", "format", "pattern", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems"}

// about is a schema's description with what its other keywords say.
func about(keywords map[string]any) string {
	text, _ := keywords["description"].(string)
	var notes []string
	for _, name := range told {
		if v, ok := keywords[name]; ok && v != nil && v != "" && v != false {
			notes = append(notes, name+": "+written(v))
		}
	}
	for _, name := range []string{"enum", "const"} {
		values := list(keywords[name])
		if c, ok := keywords[name]; ok && name == "const" {
			values = []any{c}
		}
		if len(values) > 0 && texts(values) == nil {
			notes = append(notes, "one of: "+written(values))
		}
	}
	if further, ok := keywords["additionalProperties"].(map[string]any); ok && len(further) > 0 {
		notes = append(notes, "further properties: "+written(further))
	}
	if len(notes) == 0 {
		return shorten(text, maxAbout)
	}
	return shorten(strings.TrimSpace(text+" ("+strings.Join(notes, "; ")+")"), maxAbout)
}

func written(v any) string {
	b, _ := json.Marshal(v)
	return shorten(string(b), 200)
}

func list(v any) []any {
	all, _ := v.([]any)
	return all
}

func shorten(text string, most int) string {
	text = strings.ToValidUTF8(text, "")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-3], "") + "..."
}
