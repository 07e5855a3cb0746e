package socketio

import "time"

// A budget is what a client may still send: so many packets a second, and so
// many more at once.
type budget struct {
	spent time.Time // until when the packets so far have used it up
}

// spend takes one packet from the budget; it is false when there is none left.
func (b *budget) spend(now time.Time, perSecond, burst int) bool {
	if perSecond < 0 {
		return true
	}
	each := time.Second / time.Duration(perSecond)
	if b.spent.Before(now) {
		b.spent = now
	}
	if b.spent.Sub(now) > time.Duration(burst)*each {
		return false
	}
	b.spent = b.spent.Add(each)
	return true
}

// flooded ends the connection of a client that sends too much. Its sockets are
// told, so that it does not come back by itself.
func (c *client) flooded() {
	c.server.logger().Warn("a client was disconnected: it sends too much", "address", c.conn.Handshake().RemoteAddr)
	for _, s := range c.all() {
		if f := c.server.options.Flood; f != nil {
			f(s)
		}
		c.part(s, true)
		s.end(ReasonFlood)
	}
	c.conn.Close()
}
