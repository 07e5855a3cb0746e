package main

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
)

//go:embed routes.txt
var routesFile string

// A documented route is one that a document of ElizaOS lists.
type documented struct{ document, method, path string }

func documentedRoutes() (list []documented) {
	for line := range strings.Lines(routesFile) {
		if f := strings.Fields(line); len(f) == 3 {
			list = append(list, documented{f[0], f[1], f[2]})
		}
	}
	return list
}

// exercised lists the steps that call an operation at a path.
func exercised(api *spec, steps []step) map[*operation][]string {
	by := map[*operation][]string{}
	for i := range steps {
		if o := api.find(steps[i].method, steps[i].path); o != nil {
			by[o] = append(by[o], steps[i].name())
		}
	}
	return by
}

// printRoutes writes the table of routes: where each is documented, which
// operation serves it, and which steps of the corpus call it.
func printRoutes(out io.Writer, api *spec, steps []step) error {
	by := exercised(api, steps)
	documents := map[*operation][]string{}
	missing := 0
	for _, d := range documentedRoutes() {
		o := api.find(d.method, d.path)
		if o == nil {
			missing++
			fmt.Fprintf(out, "missing: %s %s of %s\n", d.method, d.path, d.document)
			continue
		}
		if !slices.Contains(documents[o], d.document) {
			documents[o] = append(documents[o], d.document)
		}
	}
	fmt.Fprint(out, routesHead)
	for i := range api.operations {
		o := &api.operations[i]
		id, _, _ := strings.Cut(o.ID, "-alias-")
		tests := by[o]
		if len(tests) == 0 {
			missing++
			tests = []string{"none"}
		}
		where := strings.Join(documents[o], ", ")
		if where == "" {
			where = "elizad"
		}
		fmt.Fprintf(out, "| %s %s | %s | %s | %s |\n", o.method, o.path, id, where, summary(tests))
	}
	if missing > 0 {
		return fmt.Errorf("%d routes are missing or not tested", missing)
	}
	return nil
}

const routesHead = `# Routes

Every path that a published document of ElizaOS lists, and those that are elizad's own: the operation that serves it, the documents that have it (endpoints.md: the REST reference; OPENAPI.md: the OpenAPI files of 1.0.10 and 1.2.0; API-1.7.2.md: the server 1.7.2 itself), and the requests of ` + "`test/conformance/contract/corpus`" + ` (file:line) that call it in every test run. Each answer there is held to openapi.json. This page is generated: ` + "`make docs`" + `.

| route | operation | documented in | called by |
| --- | --- | --- | --- |
`

// summary names the first steps and counts the rest.
func summary(tests []string) string {
	const shown = 4
	if len(tests) <= shown {
		return strings.Join(tests, ", ")
	}
	return strings.Join(tests[:shown], ", ") + fmt.Sprintf(" and %d more", len(tests)-shown)
}
