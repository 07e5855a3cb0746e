// Command load measures elizad beside what ElizaOS 1.7.2 did on such a
// machine.
//
//	go run ./test/load                          five runs, about four minutes
//	go run ./test/load -runs 1 -only replies    one phase, once
//	go run ./test/load -json figures.json       for a program to read
//	go run ./test/load -only replies -runs 1 -profile cpu.perf
//
// It builds the server, starts it as a process of its own on a fresh data
// folder, and beside it a stand-in for a model server that answers at once,
// so that what shows is the server's own cost. Each run starts anew; what is
// printed is the median of the runs. Every answer is checked: a wrong one, or
// one that belongs to another message, fails the program. A slow one does not.
//
// Load, model and server share the machine's cores. So the processor time of
// each, for one request, is printed too: it is what bounds the rates.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	runs     int
	duration time.Duration
	memories int
	idlers   int
	agents   int
	only     string
	json     string
	binary   string
	database string
	profile  string
}

func main() {
	if len(os.Args) == 2 {
		if serve := map[string]func() error{nullArgument: serveNothing, hubArgument: serveHub}[os.Args[1]]; serve != nil {
			fmt.Fprintln(os.Stderr, "load:", serve())
			os.Exit(1)
		}
	}
	// One core is enough to make the load, and a second one that looks for
	// work would take it from the server.
	runtime.GOMAXPROCS(1)
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.IntVar(&o.runs, "runs", 5, "how often everything is measured")
	f.DurationVar(&o.duration, "duration", 2*time.Second, "time of a measured phase")
	f.IntVar(&o.memories, "memories", 100_000, "how many memories the phase memories keeps")
	f.IntVar(&o.idlers, "sockets", 10_000, "how many sockets the phase idle opens")
	f.IntVar(&o.agents, "agents", sleepers, "agents of the phase sleepers")
	f.StringVar(&o.only, "only", "", "phases to measure, separated by commas: "+strings.Join(phases, ", "))
	f.StringVar(&o.json, "json", "", "file for the figures as JSON")
	f.StringVar(&o.binary, "binary", "", "server to measure; built from the source when empty")
	f.StringVar(&o.database, "database", "sqlite", "sqlite or postgres (a temporary cluster that syncs every commit)")
	f.StringVar(&o.profile, "profile", "", "file for perf's samples of the server's processor, from the last run")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if err := o.check(f.Args()); err != nil {
		fmt.Fprintln(f.Output(), "load:", err)
		return o, err
	}
	return o, nil
}

func (o *options) check(rest []string) error {
	for _, name := range o.chosen() {
		if !known(name) {
			return fmt.Errorf("-only %s: there is no such phase", name)
		}
	}
	switch {
	case len(rest) > 0:
		return fmt.Errorf("%s: not understood", rest[0])
	case o.runs < 1:
		return fmt.Errorf("-runs must be 1 or more")
	case o.agents < wakened:
		return fmt.Errorf("-agents must be %d or more", wakened)
	case o.memories < memoryRooms*listed:
		return fmt.Errorf("-memories must be %d or more", memoryRooms*listed)
	case o.idlers < 1:
		return fmt.Errorf("-sockets must be 1 or more")
	case o.duration <= 0:
		return fmt.Errorf("-duration must be more than nothing")
	case o.database != "sqlite" && o.database != "postgres":
		return fmt.Errorf("-database must be sqlite or postgres")
	}
	return nil
}

// chosen lists the phases to measure.
func (o *options) chosen() []string {
	if o.only == "" {
		return phases
	}
	return strings.Split(o.only, ",")
}

func known(phase string) bool {
	for _, p := range phases {
		if p == phase {
			return true
		}
	}
	return false
}
