// Package elizad is the agent server as a program: [Main] is all of it, with
// the plugins that another program adds.
//
//	package main
//
//	import (
//		"github.com/elizad/elizad"
//		"github.com/elizad/elizad/examples/harbour"
//	)
//
//	func main() { elizad.Main(harbour.Plugin()) }
package elizad

import (
	"github.com/elizad/elizad/internal/command"
	"github.com/elizad/elizad/plugin"
)

// version is set when the program is built by make.
var version = "dev"

// Main runs the command line of elizad with these plugins beside its own, and
// ends the process.
//
// The first SIGTERM or SIGINT lets running turns end; a second one ends the
// program at once, which loses nothing either: what was running is taken up
// at the next start.
//
// Exit codes: 0 after a clean stop, 1 when something failed while running or
// a second signal came, 2 when the command line or a setting is wrong.
func Main(plugins ...plugin.Plugin) {
	command.Main(version, plugins...)
}
