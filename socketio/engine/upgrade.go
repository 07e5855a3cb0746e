package engine

import (
	"net"
	"time"

	"github.com/gobwas/ws"
)

// beginUpgrade reserves the session for a WebSocket that may replace polling.
func (c *Conn) beginUpgrade(socket net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != stateOpen || c.socket != nil || c.probing != nil {
		return false
	}
	c.probing = socket
	return true
}

// probe answers the client's test of a new WebSocket, and lets that take over
// from polling when the client asks for it.
func (c *Conn) probe(socket net.Conn, in *frameReader) {
	socket.SetDeadline(time.Now().Add(c.server.options.UpgradeTimeout))
	if !c.tested(socket, in) {
		c.mu.Lock()
		c.probing, c.probed = nil, false
		c.mu.Unlock()
		hangUp(socket, ws.StatusNormalClosure)
		socket.Close()
		return
	}
	socket.SetDeadline(time.Time{})
	c.mu.Lock()
	c.probing, c.probed = nil, false
	c.socket = socket
	closed := c.state == stateClosed
	c.wake()
	if len(c.queue) > 0 || c.state == stateClosing {
		c.kick()
	}
	c.mu.Unlock()
	if closed {
		hangUp(socket, ws.StatusNormalClosure)
	}
	c.listen(socket, in)
}

// tested tells whether the client sent its probe and then asked for the upgrade.
func (c *Conn) tested(socket net.Conn, in *frameReader) bool {
	pong := func(payload []byte) { socket.Write(newMessage(opPong, 0, payload).frame) }
	for _, want := range []string{"2probe", "5"} {
		data, binary, err := in.next(pong)
		if err != nil || binary || string(data) != want {
			return false
		}
		if want == "5" {
			break
		}
		if _, err := socket.Write(probeAnswer.frame); err != nil {
			return false
		}
		c.mu.Lock()
		c.probed = true
		c.wake()
		c.mu.Unlock()
	}
	return true
}
