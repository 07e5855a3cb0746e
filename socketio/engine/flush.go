package engine

import (
	"net"
	"sync"
)

// batchSize is the size of the buffer in which small frames are gathered, so
// that many of them cost one system call.
const batchSize = 32 << 10

var batches = sync.Pool{New: func() any { return new([batchSize]byte) }}

// flush writes what waits for the client, until nothing does.
func (c *Conn) flush() {
	defer c.server.work.Done()
	var written int
	for {
		c.mu.Lock()
		c.waiting -= written
		c.writing = 0
		socket := c.socket
		if c.state == stateClosed || len(c.queue) == 0 {
			c.flushing = false
			leave := c.state == stateClosing
			if leave {
				c.shut(c.reason)
			}
			c.mu.Unlock()
			if leave {
				c.finish()
			}
			return
		}
		batch := c.queue
		c.queue, c.writing = nil, len(batch)
		c.mu.Unlock()

		var err error
		if written, err = writeFrames(socket, batch); err != nil {
			c.fail(ReasonTransportClose)
			written = 0
		}
	}
}

// writeFrames writes the messages in order and returns their size.
func writeFrames(socket net.Conn, messages []*Message) (size int, err error) {
	if len(messages) == 1 {
		_, err = socket.Write(messages[0].frame)
		return messages[0].Size(), err
	}
	batch := batches.Get().(*[batchSize]byte)
	defer batches.Put(batch)
	used := 0
	for _, m := range messages {
		size += m.Size()
		if used+m.Size() > batchSize {
			if _, err = socket.Write(batch[:used]); err != nil {
				return size, err
			}
			used = 0
		}
		if m.Size() > batchSize {
			if _, err = socket.Write(m.frame); err != nil {
				return size, err
			}
			continue
		}
		used += copy(batch[used:], m.frame)
	}
	if used > 0 {
		_, err = socket.Write(batch[:used])
	}
	return size, err
}
