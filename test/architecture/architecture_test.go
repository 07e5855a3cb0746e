// Package architecture holds the rules of the source tree: who may import
// whom, how long a file may be, and which words name nothing.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/elizad/elizad"

// mayImport says, for each package, which packages of this module it may
// import besides those of its own folder. "x/..." is x and all below it. The
// longest entry that fits a package counts.
var mayImport = map[string][]string{
	"internal/eliza":             {},
	"internal/analysis":          {},
	"internal/failpoint":         {},
	"internal/bus":               {"internal/eliza"},
	"internal/feed":              {"internal/eliza", "internal/bus"},
	"internal/dotenv":            {},
	"internal/logs":              {"internal/eliza"},
	"internal/secret":            {"internal/eliza"},
	"internal/access":            {"internal/eliza", "internal/store"},
	"internal/store/...":         {"internal/analysis", "internal/eliza", "internal/failpoint"},
	"internal/model/...":         {"internal/eliza"},
	"internal/model/offline/...": {"internal/analysis", "internal/eliza", "internal/model", "internal/when"},
	"internal/model/modeltest":   {"internal/eliza", "internal/model", "test/stubmodel"},
	"internal/model/wire":        {"internal/eliza", "internal/model", "internal/outbound"},
	"internal/memory":            {"internal/analysis", "internal/eliza", "internal/store", "internal/model"},
	"internal/budget":            {"internal/eliza", "internal/store", "internal/model", "internal/bus"},
	"internal/reflection":        {"internal/analysis", "internal/eliza", "internal/store", "internal/model", "internal/budget"},
	"internal/messaging":         {"internal/eliza", "internal/failpoint", "internal/store", "internal/bus"},
	"internal/speech/...":        {"internal/eliza", "internal/model", "internal/model/wire"},
	"internal/speech/speechtest": {"internal/eliza", "internal/model", "internal/speech", "test/stubmodel"},
	"internal/media":             {"internal/eliza", "internal/store"},
	"internal/outbound":          {"internal/eliza"},
	"internal/template":          {"internal/eliza"},
	"internal/mcp":               {"internal/eliza", "internal/outbound"},
	"internal/attachment":        {"internal/eliza", "internal/media", "internal/model", "internal/outbound", "internal/speech"},
	"internal/agent":             {"internal/analysis", "internal/eliza", "internal/failpoint", "internal/store", "internal/model", "internal/bus", "internal/mcp", "internal/messaging", "internal/memory", "internal/reflection", "internal/budget", "internal/apart", "internal/task", "internal/template", "plugin"},
	"internal/session":           {"internal/eliza", "internal/store", "internal/bus", "internal/messaging"},
	"internal/apart":             {"internal/eliza", "plugin"},
	"internal/when":              {"internal/eliza"},
	"internal/task":              {"internal/eliza", "internal/apart", "internal/failpoint", "internal/messaging", "internal/store", "internal/when"},
	"internal/job":               {"internal/eliza", "internal/store", "internal/messaging"},
	"internal/webhook":           {"internal/eliza", "internal/failpoint", "internal/outbound", "internal/store"},
	"internal/conversation":      {"internal/eliza", "internal/bus", "internal/agent", "internal/messaging", "internal/speech", "internal/speech/sound"},
	"internal/web":               {},
	"internal/api/generate":      {"internal/api", "plugin/knowledge"},
	"internal/api":               {"internal/eliza", "internal/access", "internal/budget", "internal/model", "internal/bus", "internal/feed", "internal/agent", "internal/mcp", "internal/messaging", "internal/memory", "internal/session", "internal/job", "internal/task", "internal/apart", "internal/media", "internal/speech", "internal/speech/sound", "internal/conversation", "internal/web", "internal/webhook", "internal/logs", "internal/dotenv", "socketio/...", "plugin"},
	"internal/config/...":        {"internal/eliza", "internal/model", "internal/speech", "internal/dotenv"},
	"internal/server":            {"internal/...", "plugin/..."},
	"internal/command":           {"internal/attachment", "internal/server", "internal/access", "internal/config", "internal/eliza", "internal/model", "internal/logs", "plugin"},
	module:                       {"internal/command", "plugin"},
	"cmd/elizad":                 {},
	"examples/...":               {"plugin"},
	"socketio/...":               {},
	"plugin":                     {},
	"plugin/...":                 {"plugin"},
	"client/...":                 {},
	"build/...":                  {},
	"test/...":                   {"internal/...", "socketio/...", "client/...", "plugin/..."},
}

// meaningless names say nothing of what a package is for.
var meaningless = []string{"util", "utils", "common", "helper", "helpers", "base", "manager", "managers", "types", "misc", "shared"}

// longest is how many lines a file may have that is no test.
const longest = 450

type goPackage struct {
	ImportPath, Dir, Name   string
	Imports                 []string
	GoFiles, IgnoredGoFiles []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Name,Imports,GoFiles,IgnoredGoFiles", "./...")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsGoOneWay(t *testing.T) {
	for _, p := range packages(t) {
		for _, complaint := range complaints(p.ImportPath, p.Imports) {
			t.Error(complaint)
		}
	}
}

// complaints judges the imports of one package.
func complaints(importer string, imports []string) []string {
	room := strings.TrimPrefix(importer, module+"/")
	entry, allowed := rule(room)
	if entry == "" {
		return []string{room + " has no place in the table of this test: give it one"}
	}
	var all []string
	for _, i := range imports {
		imported, ours := strings.CutPrefix(i, module+"/")
		if !ours || fits(entry, imported) || slices.ContainsFunc(allowed, func(a string) bool { return fits(a, imported) }) {
			continue
		}
		all = append(all, fmt.Sprintf("%s imports %s; it may import %v", room, imported, allowed))
	}
	return all
}

func rule(room string) (entry string, allowed []string) {
	for e, a := range mayImport {
		if fits(e, room) && len(e) > len(entry) {
			entry, allowed = e, a
		}
	}
	return entry, allowed
}

func fits(entry, room string) bool {
	folder, all := strings.CutSuffix(entry, "/...")
	return room == folder || all && strings.HasPrefix(room, folder+"/")
}

func TestRulesCanFail(t *testing.T) {
	for importer, imported := range map[string]string{
		"internal/api":          "internal/store",
		"internal/eliza":        "internal/bus",
		"internal/memory":       "internal/agent",
		"internal/model/openai": "internal/store",
		"socketio":              "internal/eliza",
		"internal/server":       "cmd/elizad",
		"internal/command":      "internal/api",
		"cmd/elizad":            "internal/api",
		"internal/agent":        "test/stubmodel",
		"internal/common":       "internal/eliza",
	} {
		if len(complaints(module+"/"+importer, []string{"fmt", module + "/" + imported})) == 0 {
			t.Errorf("%s may import %s", importer, imported)
		}
	}
}

func TestNamesAndLengths(t *testing.T) {
	for _, p := range packages(t) {
		if name := path.Base(p.ImportPath); slices.Contains(meaningless, name) || slices.Contains(meaningless, p.Name) {
			t.Errorf("%s: name the package for what it is about", p.ImportPath)
		}
		for _, file := range slices.Concat(p.GoFiles, p.IgnoredGoFiles) {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			b, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if lines := bytes.Count(b, []byte("\n")); lines > longest {
				t.Errorf("%s/%s has %d lines, more than %d: look for its second idea", p.ImportPath, file, lines, longest)
			}
		}
	}
}
