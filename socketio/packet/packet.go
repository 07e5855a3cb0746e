// Package packet reads and writes the packets of the Socket.IO protocol,
// revision 5, which socket.io clients of version 3 and 4 speak.
//
// A packet on the wire is one text message, followed by as many binary
// messages as it announces:
//
//	<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]
//
// The JSON of an event is an array that begins with the event's name; the
// JSON of an acknowledgement is an array of arguments. Where a value is binary,
// the JSON holds {"_placeholder":true,"num":i} and the i-th binary message
// that follows holds the bytes.
//
// The package does no input or output, and knows nothing of connections. The
// source of its rules is https://github.com/socketio/socket.io-protocol and the
// behaviour of socket.io-parser 4.2.
package packet

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Type is the kind of a packet: its first digit.
type Type byte

// The types of the protocol, with their digits.
const (
	Connect Type = iota
	Disconnect
	Event
	Ack
	ConnectError
	BinaryEvent
	BinaryAck
)

// maxAckID is the largest integer that JavaScript counts exactly.
const maxAckID = 1<<53 - 1

// ErrMalformed is wrapped by every error of Decode: the bytes are not a packet,
// and the protocol asks that the connection be closed.
var ErrMalformed = errors.New("malformed packet")

// A Packet is the text part of one packet.
type Packet struct {
	Type Type
	// Namespace begins with a slash; "/" is the main one.
	Namespace string
	// ID asks for an acknowledgement (events), or names the event that is
	// acknowledged. Meaningful when HasID is true.
	ID    uint64
	HasID bool
	// Attachments counts the binary messages that follow. Zero unless Type is
	// BinaryEvent or BinaryAck.
	Attachments int
	// Data is the JSON, or nil when there is none. After Decode it is valid
	// JSON, of the shape that the type asks for.
	Data json.RawMessage
}

// Decode reads the text part of a packet. A packet that announces more than
// maxAttachments binary messages is refused. Data aliases text.
//
// A query behind the namespace ("/chat?token=1"), which clients of older
// protocols send, is dropped.
func Decode(text []byte, maxAttachments int) (Packet, error) {
	p, err := decode(text, maxAttachments)
	if err != nil {
		return Packet{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return p, nil
}

func decode(text []byte, maxAttachments int) (Packet, error) {
	if len(text) == 0 || text[0] < '0' || text[0] > '6' {
		return Packet{}, errors.New("unknown packet type")
	}
	p := Packet{Type: Type(text[0] - '0'), Namespace: "/"}
	rest := text[1:]

	if p.Type == BinaryEvent || p.Type == BinaryAck {
		n := digits(rest)
		if n == 0 || n > 9 || n == len(rest) || rest[n] != '-' {
			return p, errors.New("illegal attachments")
		}
		p.Attachments, _ = strconv.Atoi(string(rest[:n]))
		if p.Attachments < 1 {
			return p, errors.New("illegal attachments")
		}
		if p.Attachments > maxAttachments {
			return p, errors.New("too many attachments")
		}
		rest = rest[n+1:]
	}

	if len(rest) > 0 && rest[0] == '/' {
		name, after, _ := strings.Cut(string(rest), ",")
		rest = rest[len(rest)-len(after):]
		p.Namespace, _, _ = strings.Cut(name, "?")
	}

	if n := digits(rest); n > 0 {
		id, err := strconv.ParseUint(string(rest[:n]), 10, 64)
		if err != nil || id > maxAckID {
			return p, errors.New("illegal acknowledgement id")
		}
		p.ID, p.HasID = id, true
		rest = rest[n:]
	}

	if len(rest) > 0 {
		if !json.Valid(rest) {
			return p, errors.New("payload is not JSON")
		}
		p.Data = trim(rest)
	}
	return p, p.check()
}

// check tells whether the payload has the shape that the packet's type asks for.
func (p *Packet) check() error {
	var first byte
	if len(p.Data) > 0 {
		first = p.Data[0]
	}
	switch p.Type {
	case Connect:
		if first != 0 && first != '{' {
			return errors.New("connect payload is not an object")
		}
	case Disconnect:
		if first != 0 {
			return errors.New("disconnect has a payload")
		}
	case ConnectError:
		if first != 0 && first != '{' && first != '"' {
			return errors.New("connect error is neither object nor text")
		}
	case Event, BinaryEvent:
		if first != '[' {
			return errors.New("event payload is not an array")
		}
		name, err := eventName(p.Data)
		if err != nil {
			return err
		}
		if Reserved(name) {
			return fmt.Errorf("event name %q is reserved", name)
		}
	case Ack, BinaryAck:
		if first != '[' {
			return errors.New("acknowledgement payload is not an array")
		}
	}
	return nil
}

// Reserved tells whether an event name belongs to the libraries on either side,
// and can therefore not travel as an event.
func Reserved(name string) bool {
	switch name {
	case "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener":
		return true
	}
	return false
}

// Append writes the text part of p to dst.
func (p *Packet) Append(dst []byte) []byte {
	dst = append(dst, '0'+byte(p.Type))
	if p.Type == BinaryEvent || p.Type == BinaryAck {
		dst = strconv.AppendInt(dst, int64(p.Attachments), 10)
		dst = append(dst, '-')
	}
	if p.Namespace != "" && p.Namespace != "/" {
		dst = append(dst, p.Namespace...)
		dst = append(dst, ',')
	}
	if p.HasID {
		dst = strconv.AppendUint(dst, p.ID, 10)
	}
	return append(dst, p.Data...)
}

// digits counts the leading decimal digits of b.
func digits(b []byte) int {
	for i, c := range b {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(b)
}

// trim cuts the white space that JSON allows around a value.
func trim(b []byte) []byte {
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
