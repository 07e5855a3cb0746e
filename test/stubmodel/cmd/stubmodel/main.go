// Command stubmodel runs the stand-in for a model server.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/elizad/elizad/test/stubmodel"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on; port 0 takes a free one")
	keep := flag.Int("keep", 0, "how many of the newest calls to record")
	delay := flag.Duration("delay", 0, "time before the first byte of each answer")
	flag.Parse()
	if err := run(*addr, *keep, *delay); err != nil {
		fmt.Fprintln(os.Stderr, "stubmodel:", err)
		os.Exit(1)
	}
}

func run(addr string, keep int, delay time.Duration) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	stub := stubmodel.New()
	stub.Keep = keep
	if delay > 0 {
		stub.Standing(&stubmodel.Reply{FirstDelay: delay})
	}
	fmt.Printf("http://%s\n", l.Addr())
	server := &http.Server{Handler: stub, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(l)
}
