package crash

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// client speaks HTTP to whichever server there is.
type client struct{ http *http.Client }

func newClient(timeout time.Duration) client {
	return client{&http.Client{Timeout: timeout, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
}

// refusal is an answer that should not have come, or an answer that never
// came though the server lives. Any other error means that the connection was
// lost.
type refusal struct{ what string }

func (r *refusal) Error() string { return r.what }

// do sends a request and hands the body of a 2xx answer to read.
func (c client) do(ctx context.Context, method, url string, header http.Header, body any, read func(io.Reader) error) error {
	var in bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&in).Encode(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, url, &in)
	if err != nil {
		return err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return lost(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		said, err := io.ReadAll(resp.Body)
		if err != nil {
			return lost(err)
		}
		return &refusal{fmt.Sprintf("%s %s: %s %s", method, req.URL.Path, resp.Status, bytes.TrimSpace(said))}
	}
	return lost(read(resp.Body))
}

// lost tells a lost connection from a server that lives and is silent.
func lost(err error) error {
	var e net.Error
	if errors.As(err, &e) && e.Timeout() {
		return &refusal{"no answer: " + err.Error()}
	}
	return err
}

// data reads the envelope's data into v.
func data(v any) func(io.Reader) error {
	return func(r io.Reader) error {
		return json.NewDecoder(r).Decode(&struct{ Data any }{v})
	}
}

// answer is what a client was told of an agent's reply.
type answer struct {
	ID      string `json:"messageId"`
	AgentID string `json:"agentId"`
	Text    string `json:"text"`
}

// post sends a note once. When it returns nil, or has set the note's id, the
// server has acknowledged it.
func (c client) post(ctx context.Context, address string, n *note) error {
	body := map[string]any{
		"author_id": n.author.id, "content": n.text, "source_type": "client_chat", "transport": n.transport, "author_display_name": "Person",
		"message_server_id": "00000000-0000-0000-0000-000000000000",
	}
	read := func(r io.Reader) error { return readPosted(r, n) }
	if n.transport == "sse" {
		read = func(r io.Reader) error { return readStream(r, n) }
	}
	return c.do(ctx, http.MethodPost, address+"/api/messaging/channels/"+n.talk.id+"/messages", http.Header{"Idempotency-Key": {n.text}}, body, read)
}

type userMessage struct{ ID string }

func readPosted(r io.Reader, n *note) error {
	var got struct {
		UserMessage   userMessage
		AgentResponse *answer
	}
	if err := json.NewDecoder(r).Decode(&got); err != nil {
		return err
	}
	n.acknowledge(got.UserMessage.ID)
	if got.AgentResponse != nil {
		n.answers = append(n.answers, *got.AgentResponse)
	} else if n.transport == "http" {
		return &refusal{"the answer to " + n.text + " over http has no agentResponse"}
	}
	return nil
}

// readStream reads the events of transport sse: the note is acknowledged by
// the first of them.
func readStream(r io.Reader, n *note) error {
	event := ""
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if name, found := strings.CutPrefix(lines.Text(), "event: "); found {
			event = name
			continue
		}
		payload, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found {
			continue
		}
		switch event {
		case "user_message":
			var m userMessage
			if err := json.Unmarshal([]byte(payload), &m); err != nil {
				return err
			}
			n.acknowledge(m.ID)
		case "done":
			var a answer
			if err := json.Unmarshal([]byte(payload), &a); err != nil {
				return err
			}
			n.answers = append(n.answers, a)
			return nil
		case "error":
			return &refusal{"the answer to " + n.text + " over sse is an error: " + payload}
		}
	}
	return io.ErrUnexpectedEOF
}

// message is a stored message as a channel lists it.
type message struct {
	ID                     string
	AuthorID               string
	Content                string
	InReplyToRootMessageID string
}

// longestList is how many messages the server lists at once; a channel is
// given up for a new one before it has more.
const longestList = 1000

// messages lists a channel, oldest first.
func (c client) messages(ctx context.Context, address, channel string) ([]message, error) {
	var got struct{ Messages []message }
	url := fmt.Sprintf("%s/api/messaging/channels/%s/messages?limit=%d", address, channel, longestList)
	if err := c.do(ctx, http.MethodGet, url, nil, nil, data(&got)); err != nil {
		return nil, err
	}
	slices.Reverse(got.Messages)
	return got.Messages, nil
}

type delivery struct {
	AgentID, State, Reason, Detail, ReplyID string
}

func (c client) deliveries(ctx context.Context, address, message string) ([]delivery, error) {
	var got struct{ Deliveries []delivery }
	err := c.do(ctx, http.MethodGet, address+"/api/messaging/messages/"+message+"/deliveries", nil, nil, data(&got))
	return got.Deliveries, err
}

// stored tells whether a message is in the database.
func (c client) stored(ctx context.Context, address, message string) (bool, error) {
	err := c.do(ctx, http.MethodGet, address+"/api/messaging/messages/"+message, nil, nil, func(io.Reader) error { return nil })
	var r *refusal
	if errors.As(err, &r) && strings.Contains(r.what, "404") {
		return false, nil
	}
	return err == nil, err
}
