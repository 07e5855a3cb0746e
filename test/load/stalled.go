package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	// beside is how many listen beside the client that does not read.
	beside = 499
	// padding makes a message long enough to fill that client's buffers soon.
	padding = 4000
	// readBuffer is what the kernel keeps for the client that does not read.
	readBuffer = 16 << 10
	// stallTime is how long the server may take to drop it.
	stallTime = 2 * time.Minute
)

// stalled measures how messages reach a crowd, and again while one client more
// has stopped reading, until the server drops that.
func (r *measured) stalled(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c, err := gather(ctx, r.server, beside, cancel)
	if err != nil {
		return err
	}
	defer func() {
		cancel(nil)
		c.close()
	}()
	c.padding = " " + strings.Repeat("x", padding)
	if _, err := c.speak(ctx, 1, r.warmUp()); err != nil {
		return err
	}
	calm, err := c.speak(ctx, 1, r.duration)
	if err != nil {
		return err
	}
	before, err := resident(r.server.pid())
	if err != nil {
		return err
	}
	deaf, err := enter(ctx, r.server.address, c.channel, user(beside))
	if err != nil {
		return err
	}
	defer deaf.close()
	if err := errors.Join(deaf.conn.SetDeadline(time.Time{}), deaf.conn.(*net.TCPConn).SetReadBuffer(readBuffer)); err != nil {
		return err
	}
	disturbed, err := c.until(ctx, deaf, r.duration)
	if err != nil {
		return err
	}
	after, err := resident(r.server.pid())
	if err != nil {
		return err
	}
	r.results.addTime("stalled.calm", calm.quantile(0.99))
	r.results.addTime("stalled.p99", disturbed.quantile(0.99))
	r.results.add("stalled.times", float64(disturbed.quantile(0.99))/float64(calm.quantile(0.99)))
	r.results.add("stalled.memory", megabytes(after-before))
	return nil
}

// until speaks for a time, and on until the server has dropped a client.
func (c *crowd) until(ctx context.Context, deaf *wsConn, limit time.Duration) (outcome, error) {
	var all outcome
	for begun, dropped := time.Now(), false; !dropped || time.Since(begun) < limit; {
		if time.Since(begun) > stallTime {
			return all, fmt.Errorf("a client that does not read was not dropped within %s", stallTime)
		}
		o, err := c.speak(ctx, 1, limit/4)
		if err != nil {
			return all, err
		}
		all.done += o.done
		all.elapsed += o.elapsed
		all.latencies = append(all.latencies, o.latencies...)
		if !dropped {
			// Whoever is dropped cannot write either.
			dropped = deaf.send("3") != nil
		}
	}
	slices.Sort(all.latencies)
	return all, nil
}
