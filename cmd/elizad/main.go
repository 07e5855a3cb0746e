// Command elizad is an agent server in one binary. It speaks the ElizaOS REST
// and Socket.IO API.
//
//	elizad              the same as elizad start
//	elizad start        serve until SIGTERM or SIGINT
//	elizad doctor       check settings, data folder, models and port
//	elizad models       tell which model serves what, and why
//	elizad keys         create, list and revoke keys
//	elizad version      print the version
//
// Settings are flags and variables of the environment; docs/CONFIG.md lists
// them, and so does --help.
package main

import "github.com/elizad/elizad"

func main() { elizad.Main() }
