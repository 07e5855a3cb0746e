// Command elizad-harbour is elizad with the plugin harbour.
package main

import (
	"github.com/elizad/elizad"
	"github.com/elizad/elizad/examples/harbour"
)

func main() { elizad.Main(harbour.Plugin()) }
