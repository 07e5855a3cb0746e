// Package socketio is a server of the Socket.IO protocol, revision 5: events
// with arguments, in both directions, acknowledged when asked, between a Go
// program and the socket.io-client library of version 3 or 4 in browsers and
// elsewhere.
//
// # Begin
//
// A Server is an http.Handler. What it does is said on its namespaces, before
// it is mounted; most programs need only the main one, "/":
//
//	server := socketio.NewServer(socketio.Options{})
//	chat := server.Of("/")
//	chat.On("say", func(ctx context.Context, e *socketio.Event) {
//		var text string
//		if err := e.Args.Decode(&text); err != nil {
//			e.Ack("say what?")
//			return
//		}
//		chat.Emit("said", e.Socket.ID(), text)
//		e.Ack("ok")
//	})
//	http.Handle("/socket.io/", server)
//
// A client that connects passes the namespace's middleware (Use), which may
// refuse it; then the connect handlers (OnConnect) run, then the event handlers
// (On, OnAny) for each event, and at the end the disconnect handlers
// (OnDisconnect). For one Socket these run one after the other, in the order in
// which the client sent what caused them. Events which a client sends before
// its connect handlers are done wait for them. Different sockets never
// wait for each other.
//
// # Sending
//
// Socket.Emit sends to one client, Namespace.Emit to all of a namespace,
// Namespace.To and Socket.To to rooms, which sockets join and leave by name.
// Every socket is also in the room that bears its id. Socket.Call waits for the
// client's acknowledgement. None of the Emit functions waits for a network: a
// client that does not read is disconnected with ReasonSlow once the limits of
// engine.Options are reached, and delays nobody.
//
// # Coming back
//
// With Options.Recovery a client whose connection broke comes back as the socket
// that it was: with its id, its rooms and its data, and it is sent what it missed.
// Socket.Recovered and, in JavaScript, socket.recovered tell that. It passes the
// middleware again like any other. Clients that do not know recovery, or come
// back too late, are new ones; those who must not miss anything look at
// socket.recovered and ask again for what there is.
//
// # Arguments
//
// Arguments are encoded by encoding/json. A []byte travels as a binary
// attachment, also inside []any and map[string]any, and reaches JavaScript as
// a Buffer or ArrayBuffer. Inside structs a []byte is text in base64, as
// encoding/json has it. See Args for the other direction.
//
// # Trust
//
// Nothing of a client is trusted: payload sizes, the number of attachments, the
// packets that wait in either direction, the packets that a client sends in a
// second and the time to connect are bounded, and on request the connections of
// one address. Malformed packets end the connection. A panic in a handler is
// logged and ends the connection of its socket alone. Browsers of other sites are
// let in only by engine.Options.AllowOrigin.
//
// The Engine.IO transport below is package engine, the format of the packets is
// package packet; both can be used alone.
package socketio
