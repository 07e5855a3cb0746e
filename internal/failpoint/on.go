//go:build failpoint

package failpoint

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"sync/atomic"

	"github.com/google/uuid"
)

var (
	socket net.Conn
	armed  atomic.Value // string
)

func init() {
	path := os.Getenv("FAILPOINT_SOCKET")
	if path == "" {
		return
	}
	armed.Store(os.Getenv("FAILPOINT"))
	var err error
	if socket, err = net.Dial("unix", path); err != nil {
		fmt.Fprintln(os.Stderr, "failpoint:", err)
		os.Exit(1)
	}
	go listen()
}

func listen() {
	for lines := bufio.NewScanner(socket); lines.Scan(); {
		armed.Store(lines.Text())
	}
	os.Exit(1)
}

// Hit stops the goroutine when the point is armed.
func Hit(point string, message [16]byte) {
	if armed.Load() != point {
		return
	}
	fmt.Fprintln(socket, point, uuid.UUID(message))
	select {}
}
