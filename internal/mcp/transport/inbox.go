package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// maxQueue bounds the messages of a server that nobody has read yet.
const maxQueue = 10_000

// inbox holds what came of a server, and knows which calls wait for an answer.
type inbox struct {
	options Options

	mu      sync.Mutex
	queue   []jsonrpc.Message
	waiting map[jsonrpc.ID]string // methods
	ended   bool
	news    chan struct{} // has room for one: something came, or it ended
}

func newInbox(o Options) *inbox {
	return &inbox{options: o, waiting: map[jsonrpc.ID]string{}, news: make(chan struct{}, 1)}
}

// Read returns the next message, and io.EOF behind the last one.
func (b *inbox) Read(ctx context.Context) (jsonrpc.Message, error) {
	for {
		b.mu.Lock()
		if len(b.queue) > 0 {
			m := b.queue[0]
			b.queue = b.queue[1:]
			b.mu.Unlock()
			return m, nil
		}
		ended := b.ended
		b.mu.Unlock()
		if ended {
			return nil, io.EOF
		}
		select {
		case <-b.news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// expect notes a call before it is sent, until ctx ends. It reports false when
// the connection has ended.
func (b *inbox) expect(ctx context.Context, call *jsonrpc.Request) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return false
	}
	b.waiting[call.ID] = call.Method
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.waiting, call.ID)
	})
	return true
}

// expects reports whether a call still waits.
func (b *inbox) expects(id jsonrpc.ID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting[id] != ""
}

// fail answers a call that still waits with an error.
func (b *inbox) fail(id jsonrpc.ID, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting[id] != "" {
		b.put(&jsonrpc.Response{ID: id, Error: err})
	}
}

// end fails what waits, and says that nothing more comes.
func (b *inbox) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	for id := range b.waiting {
		b.put(&jsonrpc.Response{ID: id, Error: err})
	}
	b.ended = true
	b.wakeUp()
}

// put adds a message; with mu held.
func (b *inbox) put(m jsonrpc.Message) {
	if r, ok := m.(*jsonrpc.Response); ok {
		delete(b.waiting, r.ID)
	}
	if len(b.queue) < maxQueue {
		b.queue = append(b.queue, m)
	}
	b.wakeUp()
}

func (b *inbox) wakeUp() {
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// receive takes in what a server sent: one message, or several in an array, as
// the revision of 2025-03-26 has it. An answer that names no call is that to
// the call of the exchange that brought it, if there is one. It reports
// whether anything was a message.
func (b *inbox) receive(data []byte, exchange *jsonrpc.Request) bool {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	parts := []json.RawMessage{data}
	if bytes.HasPrefix(data, []byte("[")) && json.Unmarshal(data, &parts) != nil {
		return false
	}
	found := false
	for _, part := range parts {
		m := decode(part, exchange)
		if m == nil {
			continue
		}
		found = true
		b.mu.Lock()
		switch r, response := m.(*jsonrpc.Response); {
		case b.ended:
		case !response:
			b.put(m)
		case b.waiting[r.ID] != "":
			if r.Error == nil && b.options.Adapt != nil {
				r.Result = b.options.Adapt(b.waiting[r.ID], r.Result)
			}
			b.put(r)
		}
		b.mu.Unlock()
	}
	return found
}

// decode reads one message; nil when it is none. Servers that leave out the
// version, name no call in an error, or answer the call 1 as "1" are
// understood.
func decode(data []byte, exchange *jsonrpc.Request) jsonrpc.Message {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return nil
	}
	response := fields["method"] == nil
	if response && fields["result"] == nil && fields["error"] == nil {
		return nil
	}
	if id := string(fields["id"]); response {
		var text string
		switch {
		case (id == "" || id == "null") && exchange != nil:
			fields["id"], _ = json.Marshal(exchange.ID.Raw())
		case json.Unmarshal(fields["id"], &text) == nil:
			if _, err := strconv.ParseInt(text, 10, 64); err == nil {
				fields["id"] = json.RawMessage(text) // the SDK numbers its calls
			}
		}
		if string(fields["error"]) == "null" {
			delete(fields, "error")
		}
		fields["error"] = errorObject(fields["error"])
	}
	fields["jsonrpc"] = json.RawMessage(`"2.0"`)
	for name, value := range fields {
		if value == nil {
			delete(fields, name)
		}
	}
	corrected, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	m, err := jsonrpc.DecodeMessage(corrected)
	if err != nil {
		return nil
	}
	return m
}

// errorObject makes an error that is a bare text one of JSON-RPC.
func errorObject(raw json.RawMessage) json.RawMessage {
	var known jsonrpc.Error
	if raw == nil || json.Unmarshal(raw, &known) == nil {
		return raw
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	made, err := json.Marshal(&jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: text})
	if err != nil {
		return nil
	}
	return made
}
