package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	specFile     = "../../../docs/openapi.json"
	examplesFile = "../../../docs/examples.json"
)

var record = flag.Bool("record", false, "write docs/examples.json anew")

// TestEveryOperationHasAnExample holds docs/examples.json, which docs/API.md
// shows, to the operations there are.
func TestEveryOperationHasAnExample(t *testing.T) {
	api, err := readSpec(specFile)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(examplesFile)
	if err != nil {
		t.Fatal(err)
	}
	var recorded examples
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	for i := range api.operations {
		o := &api.operations[i]
		if o.alias != "" {
			continue
		}
		e, there := recorded[o.method+" "+o.path]
		delete(recorded, o.method+" "+o.path)
		if !there || api.find(o.method, strings.TrimPrefix(e.Request, o.method+" ")) == nil || o.responses[strconv.Itoa(e.Status)] == nil {
			t.Errorf("%s %s has no example that fits; run make examples: %+v", o.method, o.path, e)
		}
	}
	for key := range recorded {
		t.Errorf("%s has an example but is no operation; run make examples", key)
	}
}

func TestEveryAnswerIsAsDocumented(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	steps, err := corpus()
	if err != nil {
		t.Fatal(err)
	}
	api, err := readSpec(specFile)
	if err != nil {
		t.Fatal(err)
	}
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	server := built.Start(t, "OPENAI_BASE_URL="+stub.URL+"/v1", "OPENAI_API_KEY=canary-model-key", "SECRET_SALT=canary-salt-0f63b1", "LOG_LEVEL=debug")
	p := newPlayer(server.Address)
	exchanged := examples{}
	for i := range steps {
		e := p.play(ctx, &steps[i])
		exchanged.note(api, &e)
		for _, fault := range faults(api, &e) {
			t.Errorf("%s %s %s: %s\n%s", steps[i].name(), steps[i].method, e.path, fault, short(e.body))
		}
		if bytes.Contains(e.body, []byte("canary-")) {
			t.Errorf("%s %s %s shows a secret: %s", steps[i].name(), steps[i].method, e.path, short(e.body))
		}
	}
	if *record {
		b, err := json.MarshalIndent(exchanged, "", " ")
		if err == nil {
			err = os.WriteFile(examplesFile, append(b, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// The last request stops the server.
	log := server.Wait()
	t.Logf("%d requests played", len(steps))
	if strings.Contains(log, "canary-") {
		t.Errorf("the log shows a secret: %s", lines(log, "canary-"))
	}
	files := 0
	err = filepath.WalkDir(filepath.Join(server.Dir, ".eliza"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if at := bytes.Index(data, []byte("canary-")); at >= 0 {
			t.Errorf("%s holds a secret in clear: %q", entry.Name(), data[max(0, at-80):min(len(data), at+20)])
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files of data: %v", files, err)
	}
}

func TestMain(m *testing.M) { built.Main(m) }

// TestEveryRouteIsCalled holds docs/ROUTES.md to the corpus, so that no
// documented route is missing and none is untested.
func TestEveryRouteIsCalled(t *testing.T) {
	steps, err := corpus()
	if err != nil {
		t.Fatal(err)
	}
	api, err := readSpec(specFile)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printRoutes(&out, api, steps); err != nil {
		t.Errorf("%v\n%s", err, lines(out.String(), "missing", "| none |"))
	}
	page, err := os.ReadFile("../../../docs/ROUTES.md")
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(page) {
		t.Error("docs/ROUTES.md is out of date; run make docs")
	}
}

func lines(text string, with ...string) string {
	var list []string
	for line := range strings.Lines(text) {
		for _, w := range with {
			if strings.Contains(line, w) {
				list = append(list, line)
			}
		}
	}
	return strings.Join(list, "")
}

func TestDifferencesAreSeen(t *testing.T) {
	ask := &step{method: "GET", path: "/x"}
	for name, c := range map[string]struct {
		theirs, ours any
		want         string
	}{
		"equal":         {map[string]any{"id": "a", "n": 1.0}, map[string]any{"id": "b", "n": 2.0}, ""},
		"more keys":     {map[string]any{"id": "a"}, map[string]any{"id": "b", "more": true}, ""},
		"fewer keys":    {map[string]any{"id": "a", "name": "x"}, map[string]any{"id": "b"}, "answer.name is absent"},
		"another kind":  {map[string]any{"id": "a"}, map[string]any{"id": 1.0}, "answer.id is number, not text"},
		"another word":  {map[string]any{"status": "ok"}, map[string]any{"status": "OK"}, "answer.status is =OK, not =ok"},
		"within a list": {[]any{map[string]any{"a": "x"}}, []any{map[string]any{}}, "answer[].a is absent"},
		"another truth": {map[string]any{"success": true}, map[string]any{"success": false}, "answer.success is false, not true"},
	} {
		d, differs := compare(&exchange{step: ask, status: 200, value: c.theirs}, &exchange{step: ask, status: 200, value: c.ours})
		if differs != (c.want != "") || strings.Join(d.what, "; ") != c.want {
			t.Errorf("%s: %v, want %q", name, d.what, c.want)
		}
	}
	if d, differs := compare(&exchange{step: ask, status: 200}, &exchange{step: ask, status: 404}); !differs || d.what[0] != "404, not 200" {
		t.Errorf("another status: %v", d.what)
	}
}

func FuzzSteps(f *testing.F) {
	f.Add([]byte("# x\nGET /a/$b +X:1 {\"c\":1} => 200 $d=e.f|g\nPOST /x file(audio:a.wav) RIFF => 400\nPOST / raw(a/b) x => 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		steps, err := parseSteps("f.http", data)
		if err != nil {
			return
		}
		for _, s := range steps {
			if s.method == "" || s.line == 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}
