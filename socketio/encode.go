package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/packet"
)

// An encoder builds the JSON of a packet and collects its attachments.
type encoder struct {
	array       bytes.Buffer
	json        *json.Encoder // writes to array
	attachments [][]byte
	text        []byte
}

var encoders = sync.Pool{New: func() any {
	e := new(encoder)
	e.json = json.NewEncoder(&e.array)
	e.json.SetEscapeHTML(false)
	return e
}}

// keepBuffer is the largest buffer that is kept for the next packet.
const keepBuffer = 64 << 10

// encodeEvent encodes an event; an id asks for an acknowledgement. The encoder
// is to be finished or released.
func encodeEvent(namespace, event string, args []any, id *uint64) (*encoder, error) {
	if packet.Reserved(event) {
		return nil, fmt.Errorf("%w: %q", ErrReservedName, event)
	}
	p := packet.Packet{Type: packet.Event, Namespace: namespace}
	if id != nil {
		p.ID, p.HasID = *id, true
	}
	return encodePacket(p, packet.BinaryEvent, true, event, args)
}

// encodeAck encodes an acknowledgement, likewise.
func encodeAck(namespace string, id uint64, args []any) (*encoder, error) {
	p := packet.Packet{Type: packet.Ack, Namespace: namespace, ID: id, HasID: true}
	return encodePacket(p, packet.BinaryAck, false, "", args)
}

func encodePacket(p packet.Packet, binary packet.Type, named bool, name string, args []any) (*encoder, error) {
	e := encoders.Get().(*encoder)
	if err := e.encode(p, binary, named, name, args); err != nil {
		e.release()
		return nil, err
	}
	return e, nil
}

// release gives the encoder's buffers to the next packet.
func (e *encoder) release() {
	e.attachments = nil
	if e.array.Cap() <= keepBuffer && cap(e.text) <= keepBuffer {
		encoders.Put(e)
	}
}

// encode builds the text of a packet, and collects its attachments.
func (e *encoder) encode(p packet.Packet, binary packet.Type, named bool, name string, args []any) error {
	e.array.Reset()
	e.array.WriteByte('[')
	if named {
		if err := e.value(name); err != nil {
			return err
		}
	}
	for i, arg := range args {
		if i > 0 || named {
			e.array.WriteByte(',')
		}
		if err := e.arg(arg); err != nil {
			return fmt.Errorf("encode argument %d: %w", i, err)
		}
	}
	e.array.WriteByte(']')

	p.Data = e.array.Bytes()
	if len(e.attachments) > 0 {
		p.Type, p.Attachments = binary, len(e.attachments)
	}
	e.text = p.Append(e.text[:0])
	return nil
}

// number adds an argument to an event: its number, as clients show it when they
// come back.
func (e *encoder) number(t *tickets, number uint64) {
	e.text[len(e.text)-1] = ','
	e.text = append(t.offset(append(e.text, '"'), number), `"]`...)
}

// finish builds the messages of the packet and releases the encoder.
func (e *encoder) finish() []*engine.Message {
	defer e.release()
	messages := make([]*engine.Message, 1, 1+len(e.attachments))
	messages[0] = engine.Text(e.text)
	for _, data := range e.attachments {
		messages = append(messages, engine.Binary(data))
	}
	return messages
}

// arg writes one argument.
func (e *encoder) arg(arg any) error {
	switch arg := arg.(type) {
	case json.RawMessage:
		if arg == nil {
			e.array.WriteString("null")
			return nil
		}
		if !json.Valid(arg) {
			return errors.New("raw message is not JSON")
		}
		e.array.Write(arg)
		return nil
	case []byte, map[string]any, []any:
		return e.value(e.detach(arg))
	}
	return e.value(arg)
}

// value writes what encoding/json makes of v.
func (e *encoder) value(v any) error {
	if err := e.json.Encode(v); err != nil {
		return err
	}
	e.array.Truncate(e.array.Len() - 1) // the line's end
	return nil
}

// placeholder stands for an attachment.
type placeholder struct {
	Placeholder bool `json:"_placeholder"`
	Num         int  `json:"num"`
}

// detach replaces the binary values of a tree by placeholders, in a copy.
func (e *encoder) detach(tree any) any {
	switch node := tree.(type) {
	case []byte:
		e.attachments = append(e.attachments, node)
		return placeholder{true, len(e.attachments) - 1}
	case map[string]any:
		copied := make(map[string]any, len(node))
		for key, value := range node {
			copied[key] = e.detach(value)
		}
		return copied
	case []any:
		copied := make([]any, len(node))
		for i, value := range node {
			copied[i] = e.detach(value)
		}
		return copied
	}
	return tree
}
