package command

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/elizad/elizad/plugin"
)

// Main runs the command line of the process, with these plugins, and ends it.
// The first SIGTERM or SIGINT lets running turns end, a second one ends the
// process at once.
func Main(version string, plugins ...plugin.Plugin) {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop()
		<-signals
		os.Exit(ExitError)
	}()
	p := Program{Version: version, Environ: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Plugins: plugins}
	os.Exit(p.Run(ctx, os.Args[1:]))
}
