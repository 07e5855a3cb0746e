package engine

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

// separator stands between the packets of a polling payload.
const separator = 0x1e

// errMalformed is wrapped by the errors of the decoders.
var errMalformed = errors.New("malformed packet")

// packet is one incoming packet. The data of a text packet is what follows its
// type digit.
type packet struct {
	kind   byte // typeMessage for binary packets
	binary bool
	data   []byte
}

// decodeText reads a packet that arrived as text.
func decodeText(text []byte) (packet, error) {
	if len(text) == 0 || text[0] < typeOpen || text[0] > typeNoop {
		return packet{}, fmt.Errorf("%w: unknown type", errMalformed)
	}
	return packet{kind: text[0], data: text[1:]}, nil
}

// decodePayload reads the packets of a polling request's body one by one, up to
// the first that is malformed. They alias the body, except binary ones.
func decodePayload(body []byte) iter.Seq2[packet, error] {
	return func(yield func(packet, error) bool) {
		if !utf8.Valid(body) {
			yield(packet{}, fmt.Errorf("%w: payload is not UTF-8", errMalformed))
			return
		}
		for more := true; more; {
			var one []byte
			one, body, more = bytes.Cut(body, []byte{separator})
			p, err := decodePolling(one)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// decodePolling reads one packet of a payload.
func decodePolling(one []byte) (packet, error) {
	if len(one) == 0 || one[0] != typeBinary {
		return decodeText(one)
	}
	data, err := decodeBase64(string(one[1:]))
	if err != nil {
		return packet{}, fmt.Errorf("%w: %w", errMalformed, err)
	}
	return packet{kind: typeMessage, binary: true, data: data}, nil
}

// decodeBase64 reads the standard alphabet, with or without padding.
func decodeBase64(s string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
}

// appendPayload writes a polling payload.
func appendPayload(dst []byte, messages []*Message) []byte {
	for i, m := range messages {
		if i > 0 {
			dst = append(dst, separator)
		}
		dst = m.appendPolling(dst)
	}
	return dst
}
