package transport

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// output reads what a program writes, and returns its messages and its noise.
func output(t *testing.T, out string) (messages []jsonrpc.Message, noise []string) {
	t.Helper()
	c := &stdio{inbox: newInbox(Options{Noise: func(line string) { noise = append(noise, line) }})}
	c.listen(strings.NewReader(out))
	for {
		m, err := c.Read(context.Background())
		if errors.Is(err, io.EOF) {
			return messages, noise
		}
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
}

// TestLinesThatAreNoMessagesAreNoise has what programs write between messages.
func TestLinesThatAreNoMessagesAreNoise(t *testing.T) {
	const notice = `{"jsonrpc":"2.0","method":"notifications/x"}`
	for out, want := range map[string]struct{ messages, noise int }{
		"":                                      {0, 0},
		notice:                                  {1, 0},
		notice + "\n":                           {1, 0},
		"\xef\xbb\xbf" + notice + "\r\n\r\n":    {1, 0},
		"Server running\n" + notice + "\nbye":   {1, 2},
		"{\"level\":30}\n[]\n[1]\n{\n" + notice: {1, 4},
		"[" + notice + "," + notice + "]\n":     {2, 0},
		"null\ntrue\n7\n\"x\"\n":                {0, 4},
		`{"method":"notifications/x"}`:          {1, 0},
		`{"method":7}`:                          {0, 1},
		`{"id":{},"result":{}}`:                 {0, 1},
		strings.Repeat("x", maxMessage+1) + "\n" + notice: {1, 1},
	} {
		messages, noise := output(t, out)
		if len(messages) != want.messages || len(noise) != want.noise {
			t.Errorf("%.60q: %d messages, %d lines of noise; want %+v", out, len(messages), len(noise), want)
		}
	}
}

func FuzzOutput(f *testing.F) {
	f.Add("hello\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n")
	f.Add("[{\"method\":\"x\"},7]\r\n\x00\xff\n{\"id\":null,\"error\":\"no\"}")
	f.Fuzz(func(t *testing.T, out string) {
		const notice = `{"jsonrpc":"2.0","method":"notifications/last"}`
		messages, _ := output(t, out+"\n"+notice+"\n")
		if len(messages) == 0 {
			t.Fatal("the message behind is lost")
		}
		if r, ok := messages[len(messages)-1].(*jsonrpc.Request); !ok || r.Method != "notifications/last" {
			t.Errorf("the message behind is %v", messages[len(messages)-1])
		}
	})
}

func TestEventsAreReadAsTheHTMLStandardSays(t *testing.T) {
	for stream, want := range map[string][]event{
		": comment\n\ndata: a\ndata:b\n\n":                {{data: "a\nb"}},
		"event: endpoint\r\ndata: /x\r\n\r\n":             {{name: "endpoint", data: "/x"}},
		"id: 7\nretry: 20\ndata\n\nid: \x00\ndata: x\n\n": {{id: "7", hasID: true, retry: 20e6}, {data: "x"}},
		"data: cut off\n":                                 nil,
	} {
		e := newEvents(strings.NewReader(stream))
		var got []event
		for {
			ev, err := e.next()
			if err != nil {
				break
			}
			got = append(got, ev)
		}
		if len(got) != len(want) {
			t.Errorf("%q: %+v", stream, got)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%q: %+v, want %+v", stream, got[i], want[i])
			}
		}
	}
	if _, err := readLine(bufio.NewReader(strings.NewReader(strings.Repeat("x", 100)+"\n")), 50); !errors.Is(err, ErrTooLong) {
		t.Errorf("a long line: %v", err)
	}
}
