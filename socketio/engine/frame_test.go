package engine

import (
	"bufio"
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

func masked(frames ...ws.Frame) []byte {
	var out bytes.Buffer
	for _, f := range frames {
		f.Payload = bytes.Clone(f.Payload)
		ws.WriteFrame(&out, ws.MaskFrameInPlace(f))
	}
	return out.Bytes()
}

// FuzzFrames holds that no bytes of a client panic the frame reader, and that it
// hands out nothing larger than its limit.
func FuzzFrames(f *testing.F) {
	f.Add(masked(ws.NewTextFrame([]byte("4hello")), ws.NewBinaryFrame([]byte{1, 2})))
	f.Add(masked(ws.NewFrame(ws.OpText, false, []byte("4he")), ws.NewPingFrame([]byte("x")), ws.NewFrame(ws.OpContinuation, true, []byte("llo"))))
	f.Add(masked(ws.NewCloseFrame(ws.NewCloseFrameBody(1000, "bye"))))
	f.Add([]byte("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"))
	f.Add([]byte("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"))
	f.Add(masked(ws.NewTextFrame([]byte(strings.Repeat("x", 300)))))
	f.Fuzz(func(t *testing.T, wire []byte) {
		in := &frameReader{reader: bufio.NewReader(bytes.NewReader(wire)), max: 256}
		for {
			data, _, err := in.next(func(payload []byte) {
				if len(payload) > 125 {
					t.Fatalf("ping of %d bytes", len(payload))
				}
			})
			if err != nil {
				return
			}
			if len(data) > 256 {
				t.Fatalf("message of %d bytes", len(data))
			}
		}
	})
}

// A header alone must not claim the memory that it announces.
func TestAnnouncedFramesClaimNoMemory(t *testing.T) {
	header := ws.Header{Fin: true, OpCode: ws.OpBinary, Masked: true, Length: 100 << 20}
	in := &frameReader{reader: bufio.NewReader(strings.NewReader("only this")), max: 200 << 20}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := in.payload(nil, header); err == nil {
		t.Fatal("a frame that is cut off was read")
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Fatalf("%d bytes for a header", got)
	}
}
