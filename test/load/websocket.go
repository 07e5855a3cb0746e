package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"
)

// Opcodes of RFC 6455.
const (
	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
)

// wsConn is the client's side of a WebSocket that costs little: it masks with
// a key of zeros, and takes no message in pieces.
type wsConn struct {
	*httpConn
	out []byte
}

// upgrade opens a WebSocket at a path.
func upgrade(ctx context.Context, address, path string) (*wsConn, error) {
	c, err := dial(ctx, address)
	if err != nil {
		return nil, err
	}
	c.in = make([]byte, 8<<10)
	if err := c.conn.SetDeadline(time.Now().Add(ioTimeout)); err != nil {
		c.close()
		return nil, err
	}
	status, body, err := c.do([]byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"))
	if err == nil && status != 101 {
		err = wrong(status, body, "101")
	}
	if err != nil {
		c.close()
		return nil, fmt.Errorf("open a WebSocket: %w", err)
	}
	return &wsConn{httpConn: c}, nil
}

// send writes a text message of less than 64 KiB.
func (c *wsConn) send(text string) error { return c.frame(opText, text) }

func (c *wsConn) frame(opcode byte, payload string) error {
	b := append(c.out[:0], 0x80|opcode)
	if len(payload) < 126 {
		b = append(b, 0x80|byte(len(payload)))
	} else {
		b = append(b, 0x80|126, byte(len(payload)>>8), byte(len(payload)))
	}
	b = append(b, 0, 0, 0, 0)
	c.out = append(b, payload...)
	_, err := c.conn.Write(c.out)
	return err
}

// receive returns the next text, valid until the next call. It answers pings.
func (c *wsConn) receive() ([]byte, error) {
	for {
		head, err := c.exactly(2)
		if err != nil {
			return nil, err
		}
		opcode, final, length := head[0]&0x0f, head[0]&0x80 != 0, int(head[1]&0x7f)
		switch length {
		case 126:
			if head, err = c.exactly(2); err == nil {
				length = int(binary.BigEndian.Uint16(head))
			}
		case 127:
			if head, err = c.exactly(8); err == nil {
				length = int(binary.BigEndian.Uint64(head) & (1<<31 - 1))
			}
		}
		if err != nil {
			return nil, err
		}
		payload, err := c.exactly(length)
		switch {
		case err != nil:
			return nil, err
		case opcode == opText && final:
			return payload, nil
		case opcode == opPing:
			if err := c.frame(opPong, string(payload)); err != nil {
				return nil, err
			}
		case opcode == opClose:
			return nil, fmt.Errorf("the server closed the WebSocket: %q", payload)
		default:
			return nil, fmt.Errorf("a frame of opcode %d, final %t", opcode, final)
		}
	}
}
