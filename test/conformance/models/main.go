// Command models prints docs/COMPATIBILITY.md with the section on model
// servers made anew from the table of this package:
//
//	go run ./test/conformance/models docs/COMPATIBILITY.md
//
// The package's test plays the table: a fake model server (package stubmodel)
// speaks every dialect to the built server, in each API.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "models: name the document")
		os.Exit(2)
	}
	b, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "models:", err)
		os.Exit(1)
	}
	fmt.Print(with(string(b)))
}
