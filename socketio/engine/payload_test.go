package engine

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// all reads a whole payload.
func all(body []byte) (packets []packet, err error) {
	for p, err := range decodePayload(body) {
		if err != nil {
			return nil, err
		}
		packets = append(packets, p)
	}
	return packets, nil
}

// FuzzDecodePayload holds that no body panics, and that the packets of one that
// is accepted survive being written and read again.
func FuzzDecodePayload(f *testing.F) {
	for _, seed := range []string{"4hello", "4a\x1e4b\x1e", "4hello\x1ebAQIDBA==", "bAQI", "b", "0{}", "2probe\x1e5", "6", "abc", "", "4\xff", "\x1e"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		packets, err := all(body)
		if err != nil {
			return
		}
		var messages []*Message
		for _, p := range packets {
			if p.binary {
				messages = append(messages, Binary(p.data))
			} else {
				messages = append(messages, newMessage(opText, p.kind, p.data))
			}
		}
		again, err := all(appendPayload(nil, messages))
		if err != nil {
			t.Fatalf("%q: %v", appendPayload(nil, messages), err)
		}
		same := cmp.Comparer(func(a, b packet) bool {
			return a.kind == b.kind && a.binary == b.binary && bytes.Equal(a.data, b.data)
		})
		if diff := cmp.Diff(packets, again, same); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzDecodeText holds that a packet that is accepted is written as it was read.
func FuzzDecodeText(f *testing.F) {
	for _, seed := range []string{"", "0", "2probe", "4", "4hello", "6", "7", "b", "abc"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := decodeText(text)
		if err != nil {
			return
		}
		if got := newMessage(opText, p.kind, p.data).appendPolling(nil); !bytes.Equal(got, text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
