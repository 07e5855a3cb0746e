package engine

import (
	"encoding/base64"
	"encoding/binary"
)

// The packet types of the protocol, as they stand first in a text packet.
const (
	typeOpen    = '0'
	typeClose   = '1'
	typePing    = '2'
	typePong    = '3'
	typeMessage = '4'
	typeUpgrade = '5'
	typeNoop    = '6'
	// typeBinary marks a base64 message in a polling payload.
	typeBinary = 'b'
)

// Operation codes of WebSocket frames (RFC 6455, section 5.2).
const (
	opText   = 0x1
	opBinary = 0x2
	opPong   = 0xA
)

// maxFrameHeader is the size of the longest header of an unmasked frame.
const maxFrameHeader = 10

// A Message is an outgoing packet in the form in which it is written. It is
// never changed, so that one Message can be sent to many connections.
type Message struct {
	frame  []byte // a whole WebSocket frame, unmasked
	header int    // length of the frame's header; the packet is what follows
	op     byte
}

// Text is a message of text, which must be valid UTF-8. The bytes are copied.
func Text(data []byte) *Message { return newMessage(opText, typeMessage, data) }

// Binary is a message of bytes, which are copied.
func Binary(data []byte) *Message { return newMessage(opBinary, 0, data) }

// Size is the length of the message on a WebSocket, in bytes.
func (m *Message) Size() int { return len(m.frame) }

// newMessage builds the frame of a packet; kind 0 stands for no type digit.
func newMessage(op, kind byte, data []byte) *Message {
	length := len(data)
	if kind != 0 {
		length++
	}
	frame := make([]byte, 0, maxFrameHeader+length)
	const final = 0x80
	frame = append(frame, final|op)
	switch {
	case length < 126:
		frame = append(frame, byte(length))
	case length < 1<<16:
		frame = append(frame, 126)
		frame = binary.BigEndian.AppendUint16(frame, uint16(length))
	default:
		frame = append(frame, 127)
		frame = binary.BigEndian.AppendUint64(frame, uint64(length))
	}
	header := len(frame)
	if kind != 0 {
		frame = append(frame, kind)
	}
	return &Message{frame: append(frame, data...), header: header, op: op}
}

var (
	pingPacket  = newMessage(opText, typePing, nil)
	probeAnswer = newMessage(opText, typePong, []byte("probe"))
)

// appendPolling writes the packet as it stands in a polling payload.
func (m *Message) appendPolling(dst []byte) []byte {
	body := m.frame[m.header:]
	if m.op == opBinary {
		return base64.StdEncoding.AppendEncode(append(dst, typeBinary), body)
	}
	return append(dst, body...)
}
