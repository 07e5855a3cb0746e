// Command generate prints docs/API.md, or with the argument openapi the
// document docs/openapi.json.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/plugin/knowledge"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	described := api.Describe(knowledge.Plugin())
	if len(args) == 0 {
		return described.WriteMarkdown(os.Stdout)
	}
	document, err := json.MarshalIndent(described.OpenAPI(), "", "  ")
	if err != nil {
		return fmt.Errorf("encode the document: %w", err)
	}
	_, err = fmt.Println(string(document))
	return err
}
