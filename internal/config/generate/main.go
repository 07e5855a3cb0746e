// Command generate prints docs/CONFIG.md.
package main

import (
	"fmt"
	"os"

	"github.com/elizad/elizad/internal/config"
)

func main() {
	text, err := config.Document()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(text)
}
