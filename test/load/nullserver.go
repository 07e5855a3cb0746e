package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

// nullArgument starts this program as the server that does nothing.
const nullArgument = "null-server"

const nullAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n" + `{"pong":true,"timestamp":1700000000000}` + "\n"

// serveNothing answers every request with the same bytes, without reading
// more of it than where it ends. It shows what the load costs by itself, and
// returns only when it fails.
func serveNothing() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			for r := bufio.NewReader(conn); ; {
				line, err := r.ReadSlice('\n')
				if err != nil {
					return
				}
				if len(line) == 2 {
					if _, err := conn.Write([]byte(nullAnswer)); err != nil {
						return
					}
				}
			}
		}()
	}
}

// ownCost is what the load takes when the server does nothing.
type ownCost struct {
	Rate    float64 `json:"rate"`    // requests per second
	LoadCPU float64 `json:"loadCPU"` // microseconds of this program for one request
}

func measureOwnCost(ctx context.Context) (own ownCost, err error) {
	self, err := os.Executable()
	if err != nil {
		return own, err
	}
	null, address, err := startPrinting(ctx, "the null server", self, nullArgument)
	if err != nil {
		return own, err
	}
	defer null.kill()
	w := &work{address: address, connections: wide, request: pingRequest(address), check: checkPing}
	if err := w.open(ctx); err != nil {
		return own, err
	}
	defer w.close()
	if _, err := w.run(ctx, 200*time.Millisecond, 0); err != nil {
		return own, err
	}
	m := meter{server: null.pid()}
	before, err := m.read()
	if err != nil {
		return own, err
	}
	o, err := w.run(ctx, time.Second, 0)
	if err != nil {
		return own, err
	}
	after, err := m.read()
	if err != nil {
		return own, err
	}
	return ownCost{o.rate(), micros(after.since(before).load, o.done)}, nil
}
