package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/elizad/elizad/socketio/packet"
)

// Args are the arguments of an event or acknowledgement, as they came: each is a
// json.RawMessage, or, where it is or holds binary data, a []byte, or a
// map[string]any or []any in which the binary values are []byte and the numbers
// json.Number. They can be passed on to Emit as they are.
type Args []any

// Decode reads the arguments into what the destinations point to, in order, as
// json.Unmarshal does. Binary values become []byte, also in structs. A nil
// destination skips an argument; destinations without an argument are left as
// they are, arguments without a destination are ignored.
func (a Args) Decode(destinations ...any) error {
	for i, to := range destinations {
		if i == len(a) {
			return nil
		}
		if to == nil {
			continue
		}
		if err := decodeArg(a[i], to); err != nil {
			return fmt.Errorf("argument %d: %w", i, err)
		}
	}
	return nil
}

// Raw is the i-th argument as JSON, with binary data in base64, or nil when there
// is no such argument.
func (a Args) Raw(i int) json.RawMessage {
	if i >= len(a) {
		return nil
	}
	if raw, ok := a[i].(json.RawMessage); ok {
		return raw
	}
	raw, _ := json.Marshal(a[i])
	return raw
}

func decodeArg(arg, to any) error {
	raw, ok := arg.(json.RawMessage)
	if ok {
		return json.Unmarshal(raw, to)
	}
	switch to := to.(type) {
	case *any:
		*to = arg
		return nil
	case *[]byte:
		if data, ok := arg.([]byte); ok {
			*to = data
			return nil
		}
	}
	raw, err := json.Marshal(arg)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, to)
}

// errPlaceholder: a packet's JSON names an attachment that it does not have.
var errPlaceholder = errors.New("illegal attachment")

// eventArgs reads the name and arguments of an event.
func eventArgs(p packet.Packet, attachments [][]byte) (name string, args Args, err error) {
	name, raw, err := packet.SplitEvent(p.Data)
	if err != nil {
		return "", nil, err
	}
	args, err = decodeArgs(raw, attachments)
	return name, args, err
}

// ackArgs reads the arguments of an acknowledgement.
func ackArgs(p packet.Packet, attachments [][]byte) (Args, error) {
	raw, err := packet.Split(p.Data)
	if err != nil {
		return nil, err
	}
	return decodeArgs(raw, attachments)
}

// decodeArgs puts the attachments of a packet in their places.
func decodeArgs(raw []json.RawMessage, attachments [][]byte) (Args, error) {
	args := make(Args, len(raw))
	for i, r := range raw {
		if len(attachments) == 0 || !bytes.Contains(r, []byte(`_placeholder"`)) {
			args[i] = r
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(r))
		decoder.UseNumber()
		var tree any
		if err := decoder.Decode(&tree); err != nil {
			return nil, err
		}
		var err error
		if args[i], err = attach(tree, attachments); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// attach replaces the placeholders of a tree.
func attach(tree any, attachments [][]byte) (any, error) {
	var err error
	switch node := tree.(type) {
	case map[string]any:
		if node["_placeholder"] == true {
			number, _ := node["num"].(json.Number)
			i, err := number.Int64()
			if err != nil || i < 0 || i >= int64(len(attachments)) {
				return nil, errPlaceholder
			}
			return attachments[i], nil
		}
		for key, value := range node {
			if node[key], err = attach(value, attachments); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, value := range node {
			if node[i], err = attach(value, attachments); err != nil {
				return nil, err
			}
		}
	}
	return tree, nil
}
