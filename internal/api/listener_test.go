package api_test

import (
	"encoding/json"
	"strings"
)

// listener is a socket, over polling, that joined a channel.
type listener struct {
	rig     *rig
	session string
	heard   []socketEvent
}

type socketEvent struct {
	name string
	data map[string]any
}

// listen joins a channel.
func (r *rig) listen(channel string) *listener {
	r.t.Helper()
	l := r.open(`{"entityId":"` + person + `"}`)
	l.post(`42["1",{"channelId":"` + channel + `"}]`)
	l.hears("channel_joined")
	return l
}

// open connects a socket with these credentials.
func (r *rig) open(auth string) *listener {
	r.t.Helper()
	opened := string(r.send("GET", "/socket.io/?EIO=4&transport=polling", nil).body)
	_, rest, _ := strings.Cut(opened, `"sid":"`)
	sid, _, found := strings.Cut(rest, `"`)
	if !found {
		r.t.Fatalf("opened with %q", opened)
	}
	l := &listener{rig: r, session: "/socket.io/?EIO=4&transport=polling&sid=" + sid}
	l.post("40" + auth)
	return l
}

func (l *listener) post(packet string) {
	l.rig.t.Helper()
	l.rig.send("POST", l.session, packet, "Content-Type: text/plain")
}

// emit sends an event with a payload in JSON.
func (l *listener) emit(event, payload string) {
	l.rig.t.Helper()
	l.post(`42["` + event + `",` + payload + `]`)
}

// asks sends an event and returns the acknowledgement.
func (l *listener) asks(event, payload string) map[string]any {
	l.rig.t.Helper()
	l.post(`421["` + event + `",` + payload + `]`)
	return l.hears("ack")
}

// hears waits for an event, and passes over others. The last part of one that is
// kept for those who come back is its number.
func (l *listener) hears(name string) map[string]any {
	l.rig.t.Helper()
	for range 50 {
		for len(l.heard) > 0 {
			e := l.heard[0]
			l.heard = l.heard[1:]
			if e.name == name {
				return e.data
			}
		}
		for packet := range strings.SplitSeq(string(l.rig.send("GET", l.session, nil).body), "\x1e") {
			var parts []json.RawMessage
			var e socketEvent
			if body, is := strings.CutPrefix(packet, "42"); is && json.Unmarshal([]byte(body), &parts) == nil && len(parts) >= 2 &&
				json.Unmarshal(parts[0], &e.name) == nil && json.Unmarshal(parts[1], &e.data) == nil {
				l.heard = append(l.heard, e)
			}
			if _, body, is := strings.Cut(packet, "-"); is && strings.HasPrefix(packet, "45") && json.Unmarshal([]byte(body), &parts) == nil && len(parts) >= 2 &&
				json.Unmarshal(parts[0], &e.name) == nil && json.Unmarshal(parts[1], &e.data) == nil {
				l.heard = append(l.heard, e)
			}
			if id, body, is := strings.Cut(packet, "["); is && strings.HasPrefix(id, "43") && json.Unmarshal([]byte("["+body), &parts) == nil && len(parts) == 1 {
				answer := socketEvent{name: "ack"}
				if json.Unmarshal(parts[0], &answer.data) == nil {
					l.heard = append(l.heard, answer)
				}
			}
			if encoded, is := strings.CutPrefix(packet, "b"); is { // the attachment of the event before
				l.heard[len(l.heard)-1].data["audio"] = encoded
			}
			if packet == "2" {
				l.post("3")
			}
		}
	}
	l.rig.t.Fatalf("%s was not heard", name)
	return nil
}

// hearsRefusal waits until the socket is turned away.
func (l *listener) hearsRefusal(want string) {
	l.rig.t.Helper()
	if got := string(l.rig.send("GET", l.session, nil).body); !strings.Contains(got, `"message":"`+want) {
		l.rig.t.Errorf("answered with %q, want %q", got, want)
	}
}
