package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	listeners = 200 // Socket.IO clients in one channel
	speakers  = 16  // messages on their way at once, when the rate is measured
)

// crowd is many Socket.IO clients in one channel, to whom some speakers post
// messages over HTTP. A speaker posts its next one when all have heard the
// one before it.
type crowd struct {
	address  string
	channel  string
	sockets  []*wsConn
	speakers []*speaker
	padding  string // behind each message
	fail     context.CancelCauseFunc
	group    sync.WaitGroup
}

type speaker struct {
	number int
	said   int // messages so far
	conn   *httpConn
	deaf   atomic.Int32 // clients who have not heard its message yet
	heard  chan struct{}
}

// gather connects so many clients and has them join a channel. Their failures
// end ctx by way of fail.
func gather(ctx context.Context, s *elizad, size int, fail context.CancelCauseFunc) (*crowd, error) {
	channel, err := s.channel(ctx, "crowd", "GROUP", user(0))
	if err != nil {
		return nil, err
	}
	c := &crowd{address: s.address, channel: channel, fail: fail}
	for i := range size {
		ws, err := enter(ctx, s.address, channel, user(i))
		if err != nil {
			c.close()
			return nil, fmt.Errorf("client %d: %w", i, err)
		}
		c.sockets = append(c.sockets, ws)
	}
	for i := range speakers {
		conn, err := dial(ctx, s.address)
		if err != nil {
			c.close()
			return nil, err
		}
		c.speakers = append(c.speakers, &speaker{number: i, conn: conn, heard: make(chan struct{}, 1)})
	}
	for i, ws := range c.sockets {
		if err := ws.conn.SetDeadline(time.Time{}); err != nil {
			return nil, err
		}
		c.group.Go(func() { c.listen(ctx, i, ws) })
	}
	return c, nil
}

// enter connects a client and has it join a channel. It speaks the handshakes of
// Engine.IO 4 and Socket.IO 5, then ElizaOS's event for joining.
func enter(ctx context.Context, address, channel, user string) (*wsConn, error) {
	ws, err := upgrade(ctx, address, "/socket.io/?EIO=4&transport=websocket")
	if err != nil {
		return nil, err
	}
	for _, step := range [][2]string{
		{"", "0{"},
		{`40{"entityId":"` + user + `"}`, `40{"sid"`},
		{`42["message",{"type":1,"payload":{"channelId":"` + channel + `","entityId":"` + user + `"}}]`, `42["channel_joined",`},
	} {
		if step[0] != "" {
			err = ws.send(step[0])
		}
		if err == nil {
			err = ws.expect(step[1])
		}
		if err != nil {
			ws.close()
			return nil, err
		}
	}
	return ws, nil
}

// expect reads until a packet begins as it should.
func (c *wsConn) expect(start string) error {
	for {
		packet, err := c.packet()
		if err != nil {
			return fmt.Errorf("wait for %s: %w", start, err)
		}
		if bytes.HasPrefix(packet, []byte(start)) {
			return nil
		}
		if bytes.HasPrefix(packet, []byte("44")) || bytes.HasPrefix(packet, []byte(`42["messageError"`)) {
			return fmt.Errorf("refused: %s", packet)
		}
	}
}

// packet returns the next packet of Engine.IO and answers its heartbeat.
func (c *wsConn) packet() ([]byte, error) {
	for {
		p, err := c.receive()
		if err != nil {
			return nil, err
		}
		if len(p) != 1 || p[0] != '2' {
			return p, nil
		}
		if err := c.send("3"); err != nil {
			return nil, err
		}
	}
}

func (c *crowd) close() {
	for _, ws := range c.sockets {
		ws.close()
	}
	for _, s := range c.speakers {
		s.conn.close()
	}
	c.group.Wait()
}

// listen counts what a client hears and wants each speaker's messages in
// order, none missing and none twice.
func (c *crowd) listen(ctx context.Context, i int, ws *wsConn) {
	var next [speakers]int
	for {
		packet, err := ws.packet()
		if err != nil {
			if ctx.Err() == nil {
				c.fail(fmt.Errorf("client %d: %w", i, err))
			}
			return
		}
		from, number, is := heardFrom(packet)
		if !is {
			continue
		}
		if from >= speakers || next[from] != number {
			c.fail(fmt.Errorf("client %d heard message %d of speaker %d out of place: %s", i, number, from, packet))
			return
		}
		next[from]++
		if s := c.speakers[from]; s.deaf.Add(-1) == 0 {
			s.heard <- struct{}{}
		}
	}
}

var (
	broadcasted = []byte(`42["messageBroadcast",`)
	spoken      = []byte(`"text":"speech `)
)

// heardFrom reads "speech FROM NUMBER" out of a broadcast message, behind which
// there may be more.
func heardFrom(packet []byte) (from, number int, is bool) {
	if !bytes.HasPrefix(packet, broadcasted) {
		return 0, 0, false
	}
	at := bytes.Index(packet, spoken)
	if at < 0 {
		return 0, 0, false
	}
	values := [2]int{}
	rest := packet[at+len(spoken):]
	for i, end := range [2]byte{' ', '"'} {
		for len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' {
			values[i] = values[i]*10 + int(rest[0]-'0')
			rest = rest[1:]
		}
		if len(rest) == 0 || rest[0] != end && (i == 0 || rest[0] != ' ') {
			return 0, 0, false
		}
		rest = rest[1:]
	}
	return values[0], values[1], true
}

// speak has the first n speakers talk for a time. An outcome's latencies are
// from the sending of a message until the last client has it.
func (c *crowd) speak(ctx context.Context, n int, limit time.Duration) (outcome, error) {
	begun := time.Now()
	latencies := make([][]time.Duration, n)
	var group sync.WaitGroup
	for i, s := range c.speakers[:n] {
		group.Go(func() {
			var err error
			if latencies[i], err = c.monologue(ctx, s, begun.Add(limit)); err != nil {
				c.fail(fmt.Errorf("speaker %d: %w", i, err))
			}
		})
	}
	group.Wait()
	o := outcome{elapsed: time.Since(begun), latencies: slices.Concat(latencies...)}
	o.done = len(o.latencies)
	slices.Sort(o.latencies)
	if err := context.Cause(ctx); err != nil {
		return o, err
	}
	if o.done == 0 {
		return o, errors.New("no message reached everybody")
	}
	return o, nil
}

func (c *crowd) monologue(ctx context.Context, s *speaker, until time.Time) ([]time.Duration, error) {
	if err := s.conn.conn.SetDeadline(until.Add(ioTimeout)); err != nil {
		return nil, err
	}
	head := `{"channel_id":"` + c.channel + `","message_server_id":"` + messageServer + `","author_id":"` + user(s.number) +
		`","source_type":"client_chat","raw_message":{},"metadata":{},"content":"speech ` + strconv.Itoa(s.number) + " "
	var latencies []time.Duration
	var body, request []byte
	for begun := time.Now(); begun.Before(until); begun = time.Now() {
		body = append(strconv.AppendInt(append(body[:0], head...), int64(s.said), 10), c.padding+`"}`...)
		request = post(request[:0], c.address, "/api/messaging/submit", body)
		s.deaf.Store(int32(len(c.sockets)))
		status, answer, err := s.conn.do(request)
		if err != nil {
			return latencies, err
		}
		if status != 201 {
			return latencies, wrong(status, answer, "201")
		}
		s.said++
		select {
		case <-s.heard:
		case <-ctx.Done():
			return latencies, context.Cause(ctx)
		case <-time.After(ioTimeout):
			return latencies, fmt.Errorf("%d clients did not hear message %d within %s", s.deaf.Load(), s.said-1, ioTimeout)
		}
		latencies = append(latencies, time.Since(begun))
	}
	return latencies, nil
}
