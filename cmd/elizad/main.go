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
//
// The first SIGTERM or SIGINT lets running turns end; a second one ends the
// program at once, which loses nothing either: what was running is taken up
// at the next start.
//
// Exit codes: 0 after a clean stop, 1 when something failed while running or
// a second signal came, 2 when the command line or a setting is wrong.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set when the program is built by make.
var version = "dev"

func main() {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop()
		<-signals
		os.Exit(exitError)
	}()
	program := Program{Version: version, Environ: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr}
	os.Exit(program.Run(ctx, os.Args[1:]))
}
