package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// callers may make clients and connections: the guarded client, the one of
// model servers that the settings name, the server's look at itself, and what
// is for tests.
var callers = []string{"internal/outbound", "internal/model/wire", "internal/server", "internal/failpoint", "socketio/internal/...", "test/..."}

// reaching are the names that reach out, of each package.
var reaching = map[string][]string{
	"net/http": {"Client", "Transport", "DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm"},
	"net":      {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Dialer"},
}

// TestOnlyTheGuardedClientReachesOut looks for other ways to addresses that
// somebody names.
func TestOnlyTheGuardedClientReachesOut(t *testing.T) {
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module+"/")
		if slices.ContainsFunc(callers, func(c string) bool { return fits(c, room) }) {
			continue
		}
		for _, name := range append(p.GoFiles, p.IgnoredGoFiles...) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, found := range reachesOut(t, filepath.Join(p.Dir, name)) {
				t.Errorf("%s uses %s: call addresses through internal/outbound", filepath.Join(room, name), found)
			}
		}
	}
}

// reachesOut lists what a file makes or calls of the names that reach out; a
// type alone, as in *http.Client, reaches nobody.
func reachesOut(t *testing.T, path string) (found []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string]string{} // by the name in this file
	for _, i := range file.Imports {
		full := strings.Trim(i.Path.Value, `"`)
		name := full[strings.LastIndexByte(full, '/')+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		imported[name] = full
	}
	named := func(e ast.Expr) {
		if s, ok := e.(*ast.SelectorExpr); ok {
			if pkg, ok := s.X.(*ast.Ident); ok && slices.Contains(reaching[imported[pkg.Name]], s.Sel.Name) {
				found = append(found, pkg.Name+"."+s.Sel.Name)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			named(n.Type)
		case *ast.CallExpr:
			named(n.Fun)
			for _, a := range n.Args { // new(http.Client), and a function handed on
				named(a)
			}
		case *ast.AssignStmt:
			for _, v := range n.Rhs {
				named(v)
			}
		case *ast.KeyValueExpr:
			named(n.Value)
		case *ast.SelectorExpr:
			named(n.X) // http.DefaultClient.Do
		case *ast.ValueSpec:
			if len(n.Values) == 0 {
				named(n.Type) // var client http.Client
			}
		}
		return true
	})
	return found
}

func TestReachingOutIsSeen(t *testing.T) {
	path := filepath.Join("testdata", "reaching.go.txt")
	want := []string{"http.Client", "http.Get", "http.DefaultClient", "net.Dialer", "http.Client", "http.Transport", "net.Dial"}
	if found := reachesOut(t, path); !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
}
