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
	described := api.Describe(knowledge.Plugin(nil))
	if len(args) == 0 {
		recorded, err := os.ReadFile("docs/examples.json")
		if err != nil {
			return fmt.Errorf("read the examples: %w", err)
		}
		var examples map[string]api.Example
		if err := json.Unmarshal(recorded, &examples); err != nil {
			return fmt.Errorf("read the examples: %w", err)
		}
		return described.WriteMarkdown(os.Stdout, examples)
	}
	document, err := json.MarshalIndent(described.OpenAPI(), "", "  ")
	if err != nil {
		return fmt.Errorf("encode the document: %w", err)
	}
	_, err = fmt.Println(string(document))
	return err
}
