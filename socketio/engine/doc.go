// Package engine is a server of the Engine.IO protocol, revision 4: a two-way
// stream of messages to a browser or another client, over a WebSocket, or over
// HTTP long-polling where WebSockets do not pass, with a change from the second
// to the first while messages flow.
//
// A Server is an http.Handler. It calls an Acceptor for each new session; the
// Handler which that returns is told of each message and of the end:
//
//	server := engine.NewServer(engine.Options{}, func(c *engine.Conn) engine.Handler {
//		return echo{}
//	})
//	http.Handle("/engine.io/", server)
//
// # What is promised
//
// Messages reach a Handler one at a time, in the order in which the client sent
// them, beginning with those that travelled in the same TCP segment as the
// handshake. Messages given to Conn.Send reach the client in the order of the
// calls, also across the change of transport, and are never mixed up with those
// of another call.
//
// Send never waits for the network. What the client does not take is kept, up
// to Options.BufferedPackets and Options.BufferedBytes; beyond that the session
// ends with ReasonSlow. A client that does not read therefore delays nobody.
//
// # Broadcasts
//
// Text and Binary build a Message with its WebSocket frame around it, once; the
// same Message may be sent to any number of connections.
//
// # What it costs
//
// An idle WebSocket session holds one goroutine that waits for the next frame,
// a read buffer of 256 bytes, one timer, and the headers of its handshake. Writing is done
// by a goroutine that lives while there is something to write and puts the
// packets that wait into one write.
//
// The source of the protocol is https://github.com/socketio/engine.io-protocol;
// where it is silent, this package answers as engine.io 6 does. Compression,
// JSONP and WebTransport are not spoken.
package engine
