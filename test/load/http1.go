package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// httpConn is one HTTP/1.1 connection that takes requests as bytes. It knows
// no more of HTTP than the answers of a server on this machine need, so that
// the load costs little.
type httpConn struct {
	conn net.Conn
	in   []byte // in[r:w] was read and is not used yet
	r, w int
	body []byte // of a chunked answer
}

const ioTimeout = 30 * time.Second

func dial(ctx context.Context, address string) (*httpConn, error) {
	conn, err := (&net.Dialer{Timeout: ioTimeout}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &httpConn{conn: conn, in: make([]byte, 64<<10)}, nil
}

func (c *httpConn) close() { c.conn.Close() }

// do sends a request and reads its answer. The body is valid until the next
// call.
func (c *httpConn) do(request []byte) (status int, body []byte, err error) {
	if _, err := c.conn.Write(request); err != nil {
		return 0, nil, err
	}
	head, err := c.until("\r\n\r\n")
	if err != nil {
		return 0, nil, err
	}
	status, length, chunked, err := parseHead(head)
	if err != nil {
		return 0, nil, err
	}
	switch {
	case chunked:
		body, err = c.chunks()
	case length > 0:
		body, err = c.exactly(length)
	}
	return status, body, err
}

// parseHead reads what matters of an answer's head.
func parseHead(head []byte) (status, length int, chunked bool, err error) {
	line, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return 0, 0, false, fmt.Errorf("not an HTTP answer: %q", line)
	}
	code, err := strconv.ParseUint(string(line[9:12]), 10, 16)
	if err != nil {
		return 0, 0, false, fmt.Errorf("not an HTTP answer: %q", line)
	}
	status = int(code)
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case len(name) == 14 && bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil || length < 0 {
				return 0, 0, false, fmt.Errorf("a body of length %q", value)
			}
		case len(name) == 17 && bytes.EqualFold(name, []byte("transfer-encoding")):
			chunked = bytes.EqualFold(bytes.TrimSpace(value), []byte("chunked"))
		}
	}
	return status, length, chunked, nil
}

// chunks reads a chunked body.
func (c *httpConn) chunks() ([]byte, error) {
	c.body = c.body[:0]
	for {
		line, err := c.until("\r\n")
		if err != nil {
			return nil, err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 31)
		if err != nil {
			return nil, fmt.Errorf("a chunk of length %q", size)
		}
		data, err := c.exactly(int(n) + 2)
		if err != nil {
			return nil, err
		}
		if !bytes.HasSuffix(data, []byte("\r\n")) {
			return nil, errors.New("a chunk without its end")
		}
		if n == 0 {
			return c.body, nil
		}
		c.body = append(c.body, data[:n]...)
	}
}

// until reads up to a mark and returns what stands before it.
func (c *httpConn) until(mark string) ([]byte, error) {
	for from := c.r; ; {
		if i := bytes.Index(c.in[from:c.w], []byte(mark)); i >= 0 {
			found := c.in[c.r : from+i]
			c.r = from + i + len(mark)
			return found, nil
		}
		from = max(c.r, c.w-len(mark)+1)
		before := c.r
		if err := c.more(); err != nil {
			return nil, err
		}
		from -= before - c.r
	}
}

// exactly reads n bytes.
func (c *httpConn) exactly(n int) ([]byte, error) {
	for c.w-c.r < n {
		if err := c.more(); err != nil {
			return nil, err
		}
	}
	c.r += n
	return c.in[c.r-n : c.r], nil
}

// more reads what has come, after making room for it.
func (c *httpConn) more() error {
	switch {
	case c.r == c.w:
		c.r, c.w = 0, 0
	case c.w == len(c.in) && c.r > 0:
		c.w = copy(c.in, c.in[c.r:c.w])
		c.r = 0
	case c.w == len(c.in):
		c.in = append(c.in, make([]byte, len(c.in))...)
	}
	n, err := c.conn.Read(c.in[c.w:])
	c.w += n
	if n > 0 {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// get appends a request without a body.
func get(b []byte, host, path string) []byte {
	b = append(b, "GET "...)
	b = append(b, path...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, host...)
	return append(b, "\r\n\r\n"...)
}

// post appends a request with a JSON body.
func post(b []byte, host, path string, body []byte) []byte {
	b = append(b, "POST "...)
	b = append(b, path...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, host...)
	b = append(b, "\r\nContent-Type: application/json\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}
