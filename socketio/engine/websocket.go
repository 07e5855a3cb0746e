package engine

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/gobwas/ws"
)

// readBuffer is the size of a WebSocket's read buffer. Longer messages are read
// past it, into their own memory.
const readBuffer = 256

// serveWebSocket opens a WebSocket, for a session of its own, which was admitted
// from that address, or, when conn is not nil, to replace its polling.
func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request, conn *Conn, from netip.Addr) {
	socket, buffered, _, err := ws.HTTPUpgrader{}.Upgrade(r, w)
	if err != nil {
		if socket != nil {
			socket.Close()
		}
		if conn == nil {
			s.dismiss(from)
		}
		return
	}
	in := &frameReader{reader: newReader(socket, buffered.Reader), max: s.options.MaxPayload}
	if conn != nil {
		if !conn.beginUpgrade(socket) {
			hangUp(socket, ws.StatusNormalClosure)
			socket.Close()
			return
		}
		s.work.Go(func() { conn.probe(socket, in) })
		return
	}
	c := s.newConn(r, from, []string{})
	c.socket = socket
	if !c.start() {
		socket.Close()
		return
	}
	c.mu.Lock()
	c.kick()
	c.mu.Unlock()
	// The request's goroutine is left, so that what net/http keeps for it is freed.
	c.listen(socket, in)
}

// newReader reads first what net/http had already read from the connection.
func newReader(socket net.Conn, hijacked *bufio.Reader) *bufio.Reader {
	n := hijacked.Buffered()
	if n == 0 {
		return bufio.NewReaderSize(socket, readBuffer)
	}
	early := make([]byte, n)
	_, _ = io.ReadFull(hijacked, early) // these bytes are in its buffer already
	return bufio.NewReaderSize(&earlyReader{early: early, rest: socket}, readBuffer)
}

type earlyReader struct {
	early []byte
	rest  net.Conn
}

func (r *earlyReader) Read(p []byte) (int, error) {
	if len(r.early) == 0 {
		return r.rest.Read(p)
	}
	n := copy(p, r.early)
	r.early = r.early[n:]
	if len(r.early) == 0 {
		r.early = nil
	}
	return n, nil
}

// listen receives the session's packets until its WebSocket ends. Each time that
// nothing has come yet it waits in a goroutine of its own: one that has handled a
// packet keeps the larger stack that it needed for that.
func (c *Conn) listen(socket net.Conn, in *frameReader) {
	c.server.work.Go(func() {
		_, _ = in.reader.Peek(1) // what is wrong is met again
		if c.read(in) {
			c.listen(socket, in)
		} else {
			socket.Close()
		}
	})
}

// read receives the packets that have come. It is false when the WebSocket has
// ended, and should be closed.
func (c *Conn) read(in *frameReader) bool {
	for {
		data, binary, err := in.next(c.pong)
		if err != nil {
			reason := readFailure(err)
			c.fail(reason)
			if reason == ReasonTransportError {
				in.drain()
			}
			return false
		}
		p := packet{kind: typeMessage, binary: binary, data: data}
		if !binary {
			if p, err = decodeText(data); err != nil {
				c.fail(ReasonParseError)
			}
		}
		if err != nil || !c.receive(p) {
			in.drain()
			return false
		}
		if in.reader.Buffered() == 0 {
			return true
		}
	}
}

// pong answers a ping of the WebSocket protocol.
func (c *Conn) pong(payload []byte) { c.Send(newMessage(opPong, 0, payload)) }

// readFailure tells a broken rule from a connection that ended.
func readFailure(err error) Reason {
	if rule := new(frameError); errors.As(err, &rule) {
		return ReasonTransportError
	}
	return ReasonTransportClose
}

// hangUpTimeout bounds the closing handshake of a WebSocket.
const hangUpTimeout = time.Second

// hangUp says goodbye. The socket itself is closed by its reader, which waits
// for the other side's goodbye so that nothing sent before is lost.
func hangUp(socket net.Conn, status ws.StatusCode) {
	socket.SetDeadline(time.Now().Add(hangUpTimeout))
	socket.Write(ws.MustCompileFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(status, ""))))
}

// statusOf is the WebSocket's word for the reason.
func statusOf(reason Reason) ws.StatusCode {
	switch reason {
	case ReasonShutdown:
		return ws.StatusGoingAway
	case ReasonParseError, ReasonTransportError:
		return ws.StatusProtocolError
	}
	return ws.StatusNormalClosure
}
