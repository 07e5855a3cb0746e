package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// hubArgument starts this program as the hub that only passes on.
const hubArgument = "bare-hub"

// bareSize is about the size of a broadcast message as it is sent.
const bareSize = 700

// serveHub writes bareSize bytes to all connections but the first for each byte
// that the first sends. It returns only when it fails.
func serveHub() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	var conns []net.Conn
	for range 1 + listeners {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		conns = append(conns, conn)
	}
	signal, message := make([]byte, 1), make([]byte, bareSize)
	for {
		if _, err := conns[0].Read(signal); err != nil {
			return err
		}
		for _, conn := range conns[1:] {
			if _, err := conn.Write(message); err != nil {
				return err
			}
		}
	}
}

// bare measures what a message to the crowd takes of the operating system and
// of this program alone: nothing is asked over HTTP, stored or encoded.
func bare(ctx context.Context, limit time.Duration) (p50 time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	hub, address, err := startPrinting(ctx, "the bare hub", self, hubArgument)
	if err != nil {
		return 0, err
	}
	var conns []net.Conn
	var group sync.WaitGroup
	defer func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
		group.Wait()
	}()
	defer hub.kill()
	var deaf atomic.Int32
	heard := make(chan struct{}, 1)
	for i := range 1 + listeners {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return 0, err
		}
		conns = append(conns, conn)
		if i == 0 {
			continue
		}
		group.Go(func() {
			message := make([]byte, bareSize)
			for r := bufio.NewReader(conn); ; {
				if _, err := io.ReadFull(r, message); err != nil {
					return // the hub or this program has hung up
				}
				if deaf.Add(-1) == 0 {
					heard <- struct{}{}
				}
			}
		})
	}
	var latencies []time.Duration
	for until := time.Now().Add(limit); time.Now().Before(until) || len(latencies) == 0; {
		begun := time.Now()
		deaf.Store(listeners)
		if _, err := conns[0].Write([]byte{1}); err != nil {
			return 0, fmt.Errorf("the bare hub: %w", err)
		}
		select {
		case <-heard:
		case <-hub.ended:
			return 0, fmt.Errorf("the bare hub ended: %w", hub.err)
		case <-time.After(ioTimeout):
			return 0, fmt.Errorf("the bare hub was not heard by %d within %s", deaf.Load(), ioTimeout)
		}
		latencies = append(latencies, time.Since(begun))
	}
	slices.Sort(latencies)
	return latencies[len(latencies)/2], nil
}
