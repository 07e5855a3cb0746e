package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
)

const (
	messageServer = "00000000-0000-0000-0000-000000000000"
	// wide is the number of connections of a phase under load.
	wide = 32
	// submitChannels is over how many channels messages are submitted.
	submitChannels = 8
	// listed is how many messages a list holds.
	listed = 50
)

// user is the id of the n-th person who talks.
func user(n int) string { return fmt.Sprintf("5e550000-0000-4000-8000-%012d", n) }

func pingRequest(address string) func([]byte, int, int) []byte {
	return func(b []byte, _, _ int) []byte { return get(b, address, "/api/ping") }
}

func checkPing(_, _, status int, body []byte) error {
	if status != 200 || !bytes.Contains(body, []byte(`"pong":true`)) {
		return wrong(status, body, "200 and pong")
	}
	return nil
}

func ping(s *elizad) *work {
	return &work{address: s.address, connections: wide, request: pingRequest(s.address), check: checkPing}
}

func listAgents(s *elizad, agent string) *work {
	want := []byte(`"id":"` + agent + `"`)
	return &work{address: s.address, connections: wide,
		request: func(b []byte, _, _ int) []byte { return get(b, s.address, "/api/agents") },
		check: func(_, _, status int, body []byte) error {
			if status != 200 || !bytes.Contains(body, want) {
				return wrong(status, body, "200 and the agent")
			}
			return nil
		}}
}

// talk has each connection speak with the agent in a DM channel of its own,
// and wait for the answer to each message.
func talk(ctx context.Context, s *elizad, agent string, connections int) (*work, error) {
	heads, paths := make([]string, connections), make([]string, connections)
	for i := range connections {
		channel, err := s.channel(ctx, fmt.Sprint("talk ", i), "DM", user(i), agent)
		if err != nil {
			return nil, err
		}
		paths[i] = "/api/messaging/channels/" + channel + "/messages"
		heads[i] = `{"author_id":"` + user(i) + `","message_server_id":"` + messageServer +
			`","source_type":"client_chat","raw_message":{},"metadata":{"isDm":true,"user_display_name":"Person ` + strconv.Itoa(i) + `"},"transport":"http","content":"`
	}
	body := make([][]byte, connections)
	return &work{address: s.address, connections: connections,
		request: func(b []byte, conn, n int) []byte {
			body[conn] = append(saying(append(body[conn][:0], heads[conn]...), conn, n), `"}`...)
			return post(b, s.address, paths[conn], body[conn])
		},
		check: func(conn, n, status int, answer []byte) error {
			// The model repeats the last message that it was given.
			want := append(saying([]byte(`"text":"You said: `), conn, n), '"')
			if _, reply, found := bytes.Cut(answer, []byte(`"agentResponse":`)); status != 201 || !found || !bytes.Contains(reply, want) {
				return wrong(status, answer, "201 and "+string(want))
			}
			return nil
		}}, nil
}

// submitting stores messages without asking the agent, and returns the
// channels too.
func submitting(ctx context.Context, s *elizad, agent string) (*work, []string, error) {
	var channels []string
	for i := range submitChannels {
		channel, err := s.channel(ctx, fmt.Sprint("submit ", i), "GROUP", user(i), agent)
		if err != nil {
			return nil, nil, err
		}
		channels = append(channels, channel)
	}
	body := make([][]byte, wide)
	return &work{address: s.address, connections: wide,
		request: func(b []byte, conn, n int) []byte {
			p := append(body[conn][:0], `{"channel_id":"`...)
			p = append(p, channels[conn%submitChannels]...)
			p = append(p, `","message_server_id":"`+messageServer+`","author_id":"`...)
			p = append(p, user(conn)...)
			p = append(p, `","source_type":"client_chat","raw_message":{},"metadata":{},"content":"`...)
			body[conn] = append(saying(p, conn, n), `"}`...)
			return post(b, s.address, "/api/messaging/submit", body[conn])
		},
		check: func(conn, n, status int, answer []byte) error {
			if want := append(saying([]byte(`"content":"`), conn, n), '"'); status != 201 || !bytes.Contains(answer, want) {
				return wrong(status, answer, "201 and "+string(want))
			}
			return nil
		}}, channels, nil
}

// listMessages reads the newest messages of channels that hold enough.
func listMessages(s *elizad, channels []string) *work {
	paths := make([]string, len(channels))
	for i, channel := range channels {
		paths[i] = "/api/messaging/channels/" + channel + "/messages?limit=" + strconv.Itoa(listed)
	}
	return &work{address: s.address, connections: wide,
		request: func(b []byte, conn, n int) []byte { return get(b, s.address, paths[(conn+n)%len(paths)]) },
		check: func(_, _, status int, body []byte) error {
			if n := bytes.Count(body, []byte(`"authorId":`)); status != 200 || n != listed {
				return wrong(status, body, fmt.Sprintf("200 and %d messages, not %d", listed, n))
			}
			return nil
		}}
}
