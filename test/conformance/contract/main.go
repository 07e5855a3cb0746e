// Command contract plays the corpus (corpus/*.http), several hundred requests
// good and bad, to a server.
//
//	contract -routes                     the table of docs/ROUTES.md
//	contract -url URL [-verbose]         what is not as the corpus says
//	contract -url URL -other URL         how far elizad (url) answers as another server does,
//	                                     as the page docs/COMPATIBILITY.md; what has no reason goes to stderr
//
// The corpus makes agents, changes .env and stops the server at its end: use
// servers that can be thrown away.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	routes := flag.Bool("routes", false, "print the table of documented routes")
	specFile := flag.String("spec", "docs/openapi.json", "the OpenAPI document")
	url := flag.String("url", "", "elizad's address")
	other := flag.String("other", "", "address of a server to compare with")
	verbose := flag.Bool("verbose", false, "print every exchange")
	flag.Parse()
	if err := run(context.Background(), *routes, *specFile, *url, *other, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, routes bool, specFile, url, other string, verbose bool) error {
	steps, err := corpus()
	if err != nil {
		return err
	}
	api, err := readSpec(specFile)
	if err != nil {
		return err
	}
	if routes {
		return printRoutes(os.Stdout, api, steps)
	}
	if other != "" {
		return compareServers(ctx, steps, url, other)
	}
	wrong := 0
	p := newPlayer(url)
	for i := range steps {
		e := p.play(ctx, &steps[i])
		if verbose {
			fmt.Printf("%s %s %s %s\n  %d %s\n", steps[i].name(), steps[i].method, e.path, e.sent, e.status, short(e.body))
		}
		for _, fault := range faults(api, &e) {
			wrong++
			fmt.Printf("%s %s %s: %s\n  %s\n", steps[i].name(), steps[i].method, e.path, fault, short(e.body))
		}
	}
	fmt.Printf("%d requests, %d faults\n", len(steps), wrong)
	return nil
}

func short(body []byte) string {
	text := strings.ReplaceAll(string(body), "\n", " ")
	return text[:min(len(text), 400)]
}

// faults lists what is wrong with elizad's answer to a step.
func faults(api *spec, e *exchange) (list []string) {
	if e.failed != nil {
		return []string{e.failed.Error()}
	}
	if e.status != e.step.status {
		list = append(list, fmt.Sprintf("status %d, want %d", e.status, e.step.status))
	}
	if e.status >= 500 && e.step.status < 500 {
		list = append(list, "a request must not make a 5xx")
	}
	if fault := enveloped(e); fault != "" {
		list = append(list, fault)
	}
	if o := api.find(e.step.method, e.path); o != nil {
		if err := api.check(o, e); err != nil {
			list = append(list, "not as openapi.json says: "+strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
	return list
}

// compareServers prints how far the first server answers as the other does.
func compareServers(ctx context.Context, steps []step, url, other string) error {
	ours, theirs := newPlayer(url), newPlayer(other)
	equal, reasoned := 0, 0
	var open []difference
	reasons := map[string][]string{}
	for i := range steps {
		if steps[i].path == "/api/stop" {
			continue
		}
		a, b := theirs.play(ctx, &steps[i]), ours.play(ctx, &steps[i])
		d, differs := compare(&a, &b)
		switch {
		case !differs:
			equal++
		case d.reason != "":
			reasoned++
			reasons[d.reason] = append(reasons[d.reason], steps[i].name())
		default:
			open = append(open, d)
		}
	}
	for _, d := range open {
		fmt.Fprintf(os.Stderr, "to do %s %s %s %d->%d: %s\n  theirs %s\n  ours   %s\n", d.ours.step.name(), d.ours.step.method, d.ours.step.path, d.theirs.status, d.ours.status,
			strings.Join(d.what, "; "), short(d.theirs.body), short(d.ours.body))
	}
	total := equal + reasoned + len(open)
	fmt.Printf(compatibility, total, equal, reasoned, len(open), 100*float64(equal+reasoned)/float64(total))
	for _, r := range rules {
		if list := reasons[r.reason]; len(list) > 0 {
			fmt.Printf("| %s | %d | %s |\n", r.reason, len(list), summary(list))
			delete(reasons, r.reason)
		}
	}
	return nil
}

const compatibility = `# Compatibility

## ElizaOS 1.7.2

%d requests, good and bad (` + "`test/conformance/contract/corpus`" + `), were played to elizad and to npm's @elizaos/server 1.7.2. The answers were compared with ids, times and texts masked: the status, every key, the kinds of the values, and the words by which programs decide (codes, states). More keys than ElizaOS has harm no client and count as equal.

**%d equal, %d different for a reason, %d to do: %.1f %% equal or deliberately better.**

This section is printed by ` + "`go run ./test/conformance/contract -url ELIZAD -other ELIZAOS`" + `; test/conformance/README.md says how to start the other server.

| why elizad answers differently | requests | such as (file:line of the corpus) |
| --- | --- | --- |
`
