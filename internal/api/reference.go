package api

import (
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/elizad/elizad/internal/eliza"
)

//go:embed reference.html
var referenceHTML string

var referenceTemplate = template.Must(template.New("reference").Parse(referenceHTML))

// section is a tag of the reference page with its operations.
type section struct {
	Name       string
	Anchor     string
	Operations []referenceEntry
}

type referenceEntry struct {
	ID, Method, Path, Summary, About string
	Aliases                          []string
	Inputs                           []referenceInput
	Statuses                         []string
}

type referenceInput struct {
	Name, Place, Kind, About string
	Required                 bool
}

// referencePage serves /docs: every operation, readable without scripts and
// without anything from elsewhere.
func (a *API) referencePage(router chi.Router) {
	for _, path := range []string{"/", "/docs", "/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml"} {
		a.declare(Policy{Method: http.MethodGet, Path: path, Needs: eliza.RightRead, Agents: true})
	}
	router.Get("/", http.RedirectHandler("/docs", http.StatusFound).ServeHTTP)
	router.Get("/docs", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'")
		if err := referenceTemplate.Execute(w, struct {
			Version  string
			Sections []section
		}{a.Version, reference(a.huma.OpenAPI())}); err != nil {
			a.log(r.Context()).Warn("the reference page broke off", "error", err)
		}
	})
}

// reference reads the page's contents off the OpenAPI document.
func reference(doc *huma.OpenAPI) []section {
	aliases := map[string][]string{}
	entries := map[string][]referenceEntry{}
	for path, item := range doc.Paths {
		for method, op := range methodsOf(item) {
			if of, is := op.Extensions["x-alias-of"].(string); is {
				aliases[method+of] = append(aliases[method+of], path)
				continue
			}
			entries[op.Tags[0]] = append(entries[op.Tags[0]], referenceEntry{
				ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, About: op.Description, Inputs: inputs(doc, op), Statuses: statusesOf(op),
			})
		}
	}
	var sections []section
	for name, list := range entries {
		for i := range list {
			list[i].Aliases = aliases[list[i].Method+list[i].Path]
			slices.Sort(list[i].Aliases)
		}
		slices.SortFunc(list, func(a, b referenceEntry) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
		sections = append(sections, section{Name: name, Anchor: anchor(name), Operations: list})
	}
	slices.SortFunc(sections, func(a, b section) int { return strings.Compare(a.Name, b.Name) })
	return sections
}

// anchor is a section's name as it stands in an address.
func anchor(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) })
	return strings.Join(words, "-")
}

func methodsOf(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}
	for method, op := range all {
		if op == nil {
			delete(all, method)
		}
	}
	return all
}

func statusesOf(op *huma.Operation) []string {
	var list []string
	for status := range op.Responses {
		list = append(list, status)
	}
	slices.Sort(list)
	return list
}

func inputs(doc *huma.OpenAPI, op *huma.Operation) []referenceInput {
	var list []referenceInput
	for _, p := range op.Parameters {
		list = append(list, referenceInput{Name: p.Name, Place: p.In, Kind: kindOf(p.Schema), About: p.Schema.Description, Required: p.Required})
	}
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return list
	}
	schema := op.RequestBody.Content["application/json"].Schema
	if schema.Ref != "" {
		schema = doc.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	var names []string
	for name := range schema.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p := schema.Properties[name]
		list = append(list, referenceInput{Name: name, Place: "body", Kind: kindOf(p), About: p.Description, Required: slices.Contains(schema.Required, name)})
	}
	return list
}

func kindOf(s *huma.Schema) string {
	switch {
	case s.Format == "uuid":
		return "UUID"
	case len(s.Enum) > 0:
		return "one of its words"
	case s.Type == "":
		return "any"
	}
	return s.Type
}
