package engine_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/internal/conform"
)

// shout is a Handler that answers louder.
type shout struct{}

func (shout) Message(c *engine.Conn, data []byte, binary bool) {
	c.Send(engine.Text([]byte(string(data) + "!")))
}

func (shout) Close(_ *engine.Conn, reason engine.Reason) { fmt.Println("ended:", reason) }

func Example() {
	server := engine.NewServer(engine.Options{}, func(c *engine.Conn) engine.Handler {
		c.Send(engine.Text([]byte("welcome")))
		return shout{}
	})
	listener := httptest.NewServer(server)
	defer listener.Close()

	// In JavaScript: new Socket(address).send("hello")
	client, err := conform.Dial(listener.URL, "/engine.io/?EIO=4&transport=websocket", "4hello")
	if err != nil {
		fmt.Println(err)
		return
	}
	client.Next() // the handshake
	for range 2 {
		packet, _ := client.Next()
		fmt.Println(packet)
	}
	server.Close(context.Background())
	// Output:
	// 4welcome
	// 4hello!
	// ended: server shutting down
}
