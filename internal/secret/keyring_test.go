package secret

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

var agent = eliza.NameID("Eliza")

const path = "settings.secrets.KEY"

func TestSecretsComeBack(t *testing.T) {
	dir := t.TempDir()
	for name, source := range map[string]Source{"salt": {DataDir: t.TempDir(), Salt: "a salt"}, "file": {DataDir: dir}, "file again": {DataDir: dir}} {
		ring := New(source)
		for _, plain := range []string{"", "sk-canary", "\x00é\xff", eliza.SealedPrefix + "what a user may write", strings.Repeat("x", 1<<20)} {
			sealed, err := ring.Seal(agent, path, plain)
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := ring.Seal(agent, path, plain); again == sealed || !eliza.IsSealed(sealed) || strings.Contains(sealed, "canary") {
				t.Errorf("%s: sealed as %.100s and %.100s", name, sealed, again)
			}
			got, current, err := New(source).Open(agent, path, sealed)
			if err != nil || got != plain || !current {
				t.Errorf("%s: %.100q came back as %.100q, %v, %v", name, plain, got, current, err)
			}
		}
	}
}

func TestSecretsAreBoundToTheirPlace(t *testing.T) {
	ring := New(Source{DataDir: t.TempDir()})
	sealed, err := ring.Seal(agent, path, "canary")
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(sealed)
	flipped[len(flipped)-3] ^= 1
	for name, open := range map[string]func() (string, bool, error){
		"of another agent":     func() (string, bool, error) { return ring.Open(eliza.NameID("Ada"), path, sealed) },
		"under another name":   func() (string, bool, error) { return ring.Open(agent, path+"2", sealed) },
		"changed":              func() (string, bool, error) { return ring.Open(agent, path, string(flipped)) },
		"cut":                  func() (string, bool, error) { return ring.Open(agent, path, sealed[:len(eliza.SealedPrefix)+12]) },
		"not sealed":           func() (string, bool, error) { return ring.Open(agent, path, "canary") },
		"nothing in it":        func() (string, bool, error) { return ring.Open(agent, path, eliza.SealedPrefix) },
		"with no base64 in it": func() (string, bool, error) { return ring.Open(agent, path, eliza.SealedPrefix+"01234567:***") },
	} {
		if got, _, err := open(); err == nil || got != "" {
			t.Errorf("a secret %s is opened: %q", name, got)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error tells: %v", name, err)
		}
	}
}

func TestKeysRotate(t *testing.T) {
	dir := t.TempDir()
	file, first, second := Source{DataDir: dir}, Source{DataDir: dir, Salt: "first"}, Source{DataDir: dir, Salt: "second", Previous: "first"}
	seal := func(s Source) string {
		sealed, err := New(s).Seal(agent, path, "canary")
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	byFile, byFirst := seal(file), seal(first)
	for _, c := range []struct {
		name    string
		ring    Source
		sealed  string
		current bool
		err     error
	}{
		{"file, then a salt", first, byFile, false, nil},
		{"a salt, then another", second, byFirst, false, nil},
		{"file, two salts later", second, byFile, false, nil},
		{"a salt, then none", file, byFirst, false, ErrNoKey},
		{"a salt, forgotten", Source{DataDir: dir, Salt: "second"}, byFirst, false, ErrNoKey},
		{"a data folder, lost", Source{DataDir: t.TempDir()}, byFile, false, ErrNoKey},
	} {
		got, current, err := New(c.ring).Open(agent, path, c.sealed)
		if !errors.Is(err, c.err) || current != c.current || err == nil && got != "canary" {
			t.Errorf("%s: %q, %v, %v", c.name, got, current, err)
		}
	}
	if kept, err := New(file).Seal(agent, path, byFirst); err != nil || kept != byFirst {
		t.Errorf("what cannot be opened became %q, %v", kept, err)
	}
}

func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	ring := New(Source{DataDir: dir})
	entries := func() int {
		list, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if entries() != 0 {
		t.Error("a file is made before it is needed")
	}
	var group sync.WaitGroup
	sealed := make([]string, 8)
	for i := range sealed {
		group.Go(func() { sealed[i], _ = New(Source{DataDir: dir}).Seal(agent, path, "canary") })
	}
	group.Wait()
	for _, s := range sealed {
		if got, _, err := ring.Open(agent, path, s); err != nil || got != "canary" {
			t.Errorf("servers that start together do not agree on a key: %v", err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil || info.Mode().Perm() != 0o600 || entries() != 1 {
		t.Errorf("%v %v, %d files", info.Mode(), err, entries())
	}
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte("canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Source{DataDir: dir}).Seal(agent, path, "x"); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a broken key file: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	ring := New(Source{DataDir: f.TempDir()})
	sealed, _ := ring.Seal(agent, path, "x")
	f.Add(sealed)
	f.Add(eliza.SealedPrefix + "00000000:AAAA")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if got, _, err := ring.Open(agent, path, text); err == nil && text != sealed {
			t.Errorf("%q is opened: %q", text, got)
		}
	})
}
