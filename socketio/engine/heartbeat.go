package engine

import "time"

// beat runs when the session's timer fires: it sends the next ping, or ends the
// session of a client that left one unanswered or does not take its leave.
func (c *Conn) beat() {
	c.mu.Lock()
	if c.state == stateClosing {
		c.shut(c.reason)
		c.mu.Unlock()
		c.finish()
		return
	}
	if c.state != stateOpen {
		c.mu.Unlock()
		return
	}
	now := time.Now()
	switch {
	case now.Before(c.due):
		c.timer.Reset(c.due.Sub(now))
	case !c.pinged:
		c.pinged, c.refreshed = true, false
		c.queue = append(c.queue, pingPacket)
		c.waiting += pingPacket.Size()
		c.kick()
		c.wait(c.due.Add(c.server.options.PingTimeout))
	case c.reading.Load():
		// The handler is behind, so the answer may lie unread.
		c.wait(now.Add(c.server.options.PingTimeout))
	default:
		c.shut(ReasonPingTimeout)
		c.mu.Unlock()
		c.finish()
		return
	}
	c.mu.Unlock()
}

// heard notes a packet that arrived while a ping was unanswered. Its answer ends
// the wait; any other packet extends it, once. The caller holds mu.
func (c *Conn) heard(answer bool) {
	now := time.Now()
	if answer {
		c.pinged = false
		c.wait(now.Add(c.server.options.PingInterval))
	} else if !c.refreshed {
		c.refreshed = true
		c.wait(now.Add(c.server.options.PingTimeout))
	}
}

// wait sets the timer. The caller holds mu.
func (c *Conn) wait(until time.Time) {
	c.due = until
	c.timer.Reset(time.Until(until))
}

// health tells whether the session has ended, or should have for want of an
// answer even if its timer has not come to that yet.
func (c *Conn) health() (ended, overdue bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != stateOpen {
		return c.state == stateClosed, false
	}
	end := c.due
	if !c.pinged {
		end = end.Add(c.server.options.PingTimeout)
	}
	return false, !c.reading.Load() && !time.Now().Before(end)
}
