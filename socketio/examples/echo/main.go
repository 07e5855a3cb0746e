// Command echo answers whatever it is sent, over either protocol of this
// library. It is set up as the protocols' public test suites expect the server
// that they test:
//
//	go run ./socketio/examples/echo -addr localhost:3000 -protocol engine
//	go run ./socketio/examples/echo -addr localhost:3000 -protocol socket
//
// The engine protocol is served at /engine.io/, and each message is sent back.
// The socket protocol is served at /socket.io/ with the namespaces "/" and
// "/custom": a client is sent "auth" with what it showed, "message" is answered
// by "message-back", and "message-with-ack" is acknowledged, each with the same
// arguments.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/engine"
)

func main() {
	addr := flag.String("addr", "localhost:3000", "`host:port` to listen on")
	protocol := flag.String("protocol", "socket", "engine or socket")
	flag.Parse()

	handler, err := newHandler(*protocol)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(*addr, handler))
}

// newHandler serves one of the protocols at its usual path.
func newHandler(protocol string) (http.Handler, error) {
	options := engine.Options{
		PingInterval: 300 * time.Millisecond,
		PingTimeout:  200 * time.Millisecond,
		MaxPayload:   1_000_000,
		AllowOrigin:  func(*http.Request) bool { return true },
	}
	mux := http.NewServeMux()
	switch protocol {
	case "engine":
		mux.Handle("/engine.io/", engine.NewServer(options, func(*engine.Conn) engine.Handler { return echo{} }))
	case "socket":
		server := socketio.NewServer(socketio.Options{Engine: options, ConnectTimeout: time.Second})
		for _, name := range []string{"/", "/custom"} {
			listen(server.Of(name))
		}
		mux.Handle("/socket.io/", server)
	default:
		return nil, fmt.Errorf("unknown protocol %q", protocol)
	}
	return mux, nil
}

// listen answers the events of a namespace.
func listen(n *socketio.Namespace) {
	n.OnConnect(func(_ context.Context, s *socketio.Socket) {
		s.Emit("auth", s.Handshake().Auth)
	})
	n.On("message", func(_ context.Context, e *socketio.Event) {
		e.Socket.Emit("message-back", e.Args...)
	})
	n.On("message-with-ack", func(_ context.Context, e *socketio.Event) {
		e.Ack(e.Args...)
	})
}

// echo sends each message back.
type echo struct{}

func (echo) Message(c *engine.Conn, data []byte, binary bool) {
	if binary {
		c.Send(engine.Binary(data))
	} else {
		c.Send(engine.Text(data))
	}
}

func (echo) Close(*engine.Conn, engine.Reason) {}
