package socketio_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/internal/conform"
)

// A chat: everybody in a room hears what is said there.
func Example() {
	server := socketio.NewServer(socketio.Options{
		Engine: engine.Options{AllowOrigin: func(r *http.Request) bool {
			return r.Header.Get("Origin") == "https://chat.example"
		}},
	})
	chat := server.Of("/")
	chat.Use(func(_ context.Context, s *socketio.Socket) error {
		name := s.Handshake().Query().Get("name")
		if name == "" {
			return errors.New("who are you?")
		}
		s.SetData(name)
		return nil
	})
	chat.On("join", func(_ context.Context, e *socketio.Event) {
		var room string
		if err := e.Args.Decode(&room); err != nil {
			return
		}
		e.Socket.Join(room)
		e.Ack("welcome")
	})
	chat.On("say", func(_ context.Context, e *socketio.Event) {
		var room, text string
		if err := e.Args.Decode(&room, &text); err != nil {
			return
		}
		chat.To(room).Emit("said", e.Socket.Data(), text)
	})

	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server)
	listener := httptest.NewServer(mux)
	defer listener.Close()
	defer server.Close(context.Background())

	// In JavaScript: io(address, { query: { name: "ada" } })
	client, err := conform.Dial(listener.URL, "/socket.io/?EIO=4&transport=websocket&name=ada", "40")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Conn.Close()
	client.Next() // the transport's welcome
	client.Next() // the namespace's
	client.Send(`421["join","garden"]`, `42["say","garden","hello"]`)
	for range 2 {
		packet, _ := client.Next()
		fmt.Println(packet)
	}
	// Output:
	// 431["welcome"]
	// 42["said","ada","hello"]
}

// A call waits for the client's answer, or until its context ends.
func ExampleSocket_Call() {
	server := socketio.NewServer(socketio.Options{})
	server.Of("/").OnConnect(func(ctx context.Context, s *socketio.Socket) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		answer, err := s.Call(ctx, "question", "6 x 7")
		if err != nil {
			return
		}
		var number int
		if err := answer.Decode(&number); err == nil {
			s.Emit("thanks", number)
		}
	})
	listener := httptest.NewServer(server)
	defer listener.Close()
	defer server.Close(context.Background())

	// In JavaScript: socket.on("question", (text, answer) => answer(42))
	client, err := conform.Dial(listener.URL, "/socket.io/?EIO=4&transport=websocket", "40", "431[42]")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Conn.Close()
	client.Next()
	client.Next()
	for range 2 {
		packet, _ := client.Next()
		fmt.Println(packet)
		client.Send("431[42]")
	}
	// Output:
	// 421["question","6 x 7"]
	// 42["thanks",42]
}
