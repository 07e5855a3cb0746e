package main

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"
)

const (
	// idleRooms is over how many channels the idle clients are spread.
	idleRooms = 100
	// spareFiles is what a process needs beside its sockets.
	spareFiles = 200
)

// idle measures what a Socket.IO client costs that has joined a channel and does
// nothing more, on a server of its own.
func (r *measured) idle(ctx context.Context) error {
	count := r.idlers
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return err
	}
	if most := int(files.Max) - spareFiles; count > most {
		count = most
		r.results.note(fmt.Sprintf("This machine lets a process have %d files: only %d sockets were idle.", files.Max, count))
	}
	p, err := r.fresh(ctx, fmt.Sprintf("idle-%d", len(r.results.values["idle.memory"])))
	if err != nil {
		return err
	}
	server, err := p.start(ctx)
	if err != nil {
		return err
	}
	defer server.kill()
	ctx, cancel := context.WithCancelCause(ctx)
	c := &crowd{address: server.address, fail: cancel}
	defer func() {
		cancel(nil)
		c.close()
	}()
	var channels []string
	for i := range idleRooms {
		channel, err := server.channel(ctx, fmt.Sprint("idle ", i), "GROUP", user(i))
		if err != nil {
			return err
		}
		channels = append(channels, channel)
	}
	before, err := settled(ctx, server)
	if err != nil {
		return err
	}
	if err := c.settle(ctx, channels, count); err != nil {
		return err
	}
	after, err := settled(ctx, server)
	if err != nil {
		return err
	}
	r.results.add("idle.memory", float64(after-before)/1024/float64(count))
	cancel(nil)
	c.close()
	return server.stop()
}

// settled is the memory of a server that was left alone for a moment.
func settled(ctx context.Context, s *elizad) (int64, error) {
	select {
	case <-time.After(settleTime):
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	return resident(s.pid())
}

// settle connects so many clients, several at a time, which then answer the
// server's heartbeat and nothing else.
func (c *crowd) settle(ctx context.Context, channels []string, count int) error {
	var mu sync.Mutex // of sockets
	var group sync.WaitGroup
	for first := range wide {
		group.Go(func() {
			for i := first; i < count && ctx.Err() == nil; i += wide {
				ws, err := enter(ctx, c.address, channels[i%len(channels)], user(i))
				if err == nil {
					err = ws.conn.SetDeadline(time.Time{})
				}
				if err != nil {
					c.fail(fmt.Errorf("client %d: %w", i, err))
					return
				}
				mu.Lock()
				c.sockets = append(c.sockets, ws)
				mu.Unlock()
				c.group.Go(func() { c.doze(ctx, i, ws) })
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// doze reads until the client is closed, which nobody but this program may do.
func (c *crowd) doze(ctx context.Context, i int, ws *wsConn) {
	for {
		if _, err := ws.packet(); err != nil {
			if ctx.Err() == nil {
				c.fail(fmt.Errorf("client %d: %w", i, err))
			}
			return
		}
	}
}
