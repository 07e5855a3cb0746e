package dotenv

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func file(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return path
}

func set(s string) *string { return &s }

func TestChangeTouchesItsLinesAlone(t *testing.T) {
	path := file(t, "# settings\nA=1\n\nexport B = 'two' # why\nC=\"one\nmore\"\nA=again\nD=4")
	after, err := Change(path, map[string]*string{"A": set("it's $HOME \"x\" \\ \n end"), "B": nil, "NEW": set("a b"), "GONE": nil, "E": set("")})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"A": "it's $HOME \"x\" \\ \n end", "C": "one\nmore", "D": "4", "NEW": "a b", "E": ""}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error(diff)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("# settings\nA=\"it's \\$HOME \\\"x\\\" \\\\ \\n end\"\n\nC=\"one\nmore\"\nD=4\nE=\nNEW='a b'\n", string(b)); diff != "" {
		t.Error(diff)
	}
	if read, err := Read(path); err != nil || !cmp.Equal(read, want) {
		t.Errorf("read back %v, %v", read, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("rights %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func TestFileIsMadeForItsOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	if all, err := Read(path); err != nil || len(all) != 0 {
		t.Errorf("without a file: %v, %v", all, err)
	}
	if _, err := Change(path, map[string]*string{"A": set("1")}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("rights %v, %v", info, err)
	}
}

func TestLinkStaysALink(t *testing.T) {
	target := file(t, "A=1\n")
	link := filepath.Join(t.TempDir(), ".env")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Change(link, map[string]*string{"A": set("2")}); err != nil {
		t.Fatal(err)
	}
	if all, err := Read(target); err != nil || all["A"] != "2" {
		t.Errorf("the file holds %v, %v", all, err)
	}
}

func TestMalformedFileStaysAsItIs(t *testing.T) {
	const text = "A=1\nthis is secret-canary no assignment\n"
	path := file(t, text)
	for _, err := range []error{
		func() error { _, err := Read(path); return err }(),
		func() error { _, err := Change(path, map[string]*string{"B": set("2")}); return err }(),
	} {
		if !errors.Is(err, ErrMalformed) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v", err)
		}
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != text {
		t.Errorf("the file is now %q, %v", b, err)
	}
}

func TestNames(t *testing.T) {
	for text, want := range map[string]bool{"A": true, "_a1": true, "": false, "1A": false, "A B": false, "A=B": false, "A\n": false, "é": false, strings.Repeat("A", 257): false} {
		if IsName(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func FuzzChange(f *testing.F) {
	f.Add("A=1\n# c\nB='x y'\n", "v")
	f.Add("A=\"a\nb\"\nexport B: c", "it's \"$x\" \\n\n")
	f.Add("", "\\'\"`#\r\t ${A}")
	f.Fuzz(func(t *testing.T, text, value string) {
		if strings.ContainsRune(value, 0) {
			return
		}
		path := file(t, text)
		before, err := Read(path)
		if err != nil {
			return
		}
		after, err := Change(path, map[string]*string{"NEW": &value})
		if err != nil {
			if b, failed := os.ReadFile(path); failed != nil || string(b) != text {
				t.Fatalf("refused, and the file is %q", b)
			}
			return
		}
		before["NEW"] = value
		if !cmp.Equal(after, before) {
			t.Errorf("%q with %q: %v", text, value, cmp.Diff(before, after))
		}
	})
}
