// Command elizad-ledger is elizad with the plugin ledger.
package main

import (
	"github.com/elizad/elizad"
	"github.com/elizad/elizad/examples/ledger"
)

func main() { elizad.Main(ledger.Plugin()) }
