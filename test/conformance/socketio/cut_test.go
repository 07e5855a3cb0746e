package socketio_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

// scissors stand between a client and the server. Each connection is cut after a
// random number of the server's bytes, in the middle of whatever it is; what the
// server sent after that, until it notices, is lost. Every other time it does not
// notice before the client is back.
type scissors struct {
	target string
	most   int

	cuts, late, lost atomic.Int64 // of connections; of those that the server noticed late; of bytes
	connections      sync.WaitGroup
	end              chan struct{}
}

func newScissors(t *testing.T, target string, most int) (s *scissors, url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s = &scissors{target: strings.TrimPrefix(target, "http://"), most: most, end: make(chan struct{})}
	s.connections.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			s.connections.Go(func() { s.serve(client) })
		}
	})
	t.Cleanup(func() {
		close(s.end)
		listener.Close()
		s.connections.Wait()
	})
	return s, "http://" + listener.Addr().String()
}

func (s *scissors) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", s.target)
	if err != nil {
		return
	}
	defer server.Close()
	stop := context.AfterFunc(s.ending(), func() { client.Close(); server.Close() })
	defer stop()
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		_, _ = io.Copy(server, client) // ends when either is closed
	}()
	_, err = io.CopyN(client, server, int64(1000+rand.IntN(s.most)))
	if err == nil {
		s.cuts.Add(1)
	}
	client.Close()
	<-asking
	if err == nil && rand.IntN(2) == 0 {
		s.late.Add(1)
		lost, _ := io.Copy(io.Discard, server) // until the server gives it up
		s.lost.Add(lost)
	}
}

// ending is a context that ends with the test.
func (s *scissors) ending() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-s.end
		cancel()
	}()
	return ctx
}

// heard is what a client tells of an event.
type heard struct {
	Name      string `json:"name"`
	ID        string `json:"id"`
	MessageID string `json:"messageId"`
	Index     int    `json:"index"`
	Chunk     string `json:"chunk"`
	Text      string `json:"text"`
	Error     string `json:"error"`
}

func TestMain(m *testing.M) { built.Main(m) }

// A client that is cut at random while 500 answers are streamed hears exactly what
// one hears that is never cut: it comes back as the socket that it was.
func TestCutAgainAndAgainItHearsEveryEventOnce(t *testing.T) {
	install(t)
	const questions, wanted = 500, 50
	model := stubmodel.New()
	model.Answer = func(c stubmodel.Call) stubmodel.Reply {
		return stubmodel.Reply{Text: fmt.Sprint("Answer ", c.Number, ": ") + strings.Repeat("the tide turns and the boats go out, ", 3) + "every day.", PieceDelay: time.Millisecond / 2}
	}
	stub := httptest.NewServer(model)
	defer stub.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	address := built.Start(t, "OPENAI_BASE_URL="+stub.URL+"/v1").Address
	cutter, url := newScissors(t, address, 50_000)

	node := exec.CommandContext(ctx, "node", "cut.mjs")
	node.Env = append(os.Environ(), "CUT="+url, "WHOLE="+address, fmt.Sprint("COUNT=", questions), "CHANNEL="+talk(t, address))
	node.Stderr = os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Whole, Cut      []heard
		Cuts, Recovered int
	}
	if err := json.Unmarshal(out, &told); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d events of %d questions; cut %d times, of which the server noticed %d late and lost %d bytes; %d recoveries",
		len(told.Cut), questions, cutter.cuts.Load(), cutter.late.Load(), cutter.lost.Load(), told.Recovered)
	if told.Cuts < wanted || told.Recovered != told.Cuts || cutter.late.Load() == 0 || cutter.lost.Load() == 0 {
		t.Errorf("the client was cut %d times and recovered %d times", told.Cuts, told.Recovered)
	}
	for i := range min(len(told.Whole), len(told.Cut)) {
		if told.Whole[i] != told.Cut[i] {
			t.Fatalf("event %d is %+v in the place of %+v", i, told.Cut[i], told.Whole[i])
		}
	}
	count, written := map[string]int{}, map[string]string{}
	for _, e := range told.Cut {
		count[e.Name]++
		switch e.Name {
		case "messageStreamChunk":
			written[e.MessageID] += e.Chunk
		case "messageBroadcast":
			if text, streamed := written[e.ID]; streamed && text != e.Text {
				t.Errorf("%q was streamed of %q", text, e.Text)
			}
		}
	}
	if len(told.Whole) != len(told.Cut) || count["messageBroadcast"] != 2*questions || count["messageComplete"] != questions || len(written) != questions || count["messageStreamChunk"] < 10*questions {
		t.Errorf("%d events in the place of %d: %v", len(told.Cut), len(told.Whole), count)
	}
}

// talk makes a channel with the built-in agent.
func talk(t *testing.T, address string) (id string) {
	t.Helper()
	const person, agent, server = "11111111-1111-4111-8111-111111111111", "b850bc30-45f8-0041-a00a-83df46d8555d", "00000000-0000-0000-0000-000000000000"
	body, _ := json.Marshal(map[string]any{"name": "talk", "type": "DM", "message_server_id": server, "participantCentralUserIds": []string{person, agent}})
	response, err := http.Post(address+"/api/messaging/channels", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var made struct{ Data struct{ ID string } }
	if err := json.NewDecoder(response.Body).Decode(&made); err != nil || made.Data.ID == "" {
		t.Fatalf("status %d, %v", response.StatusCode, err)
	}
	return made.Data.ID
}
