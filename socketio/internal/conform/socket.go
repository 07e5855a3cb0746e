package conform

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

const socketPath = "/socket.io/"

// Socket tests a server of Socket.IO at base, such as http://localhost:3000,
// with the namespaces and events of examples/echo.
func Socket(t *testing.T, base string) {
	for name, test := range map[string]func(*testing.T, string){
		"Connect":          socketConnect,
		"ConnectRefused":   socketConnectRefused,
		"ConnectTimeout":   socketConnectTimeout,
		"Disconnect":       socketDisconnect,
		"Messages":         socketMessages,
		"Malformed":        socketMalformed,
		"ReconnectsInside": socketReconnects,
		"EarlyEvents":      socketEarlyEvents,
		"Polling":          socketPolling,
		"Upgrade":          socketUpgrade,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, base)
		})
	}
}

func dialSocket(t *testing.T, base string) *WebSocket {
	t.Helper()
	c := MustDial(t, base, socketPath+"?EIO=4&transport=websocket")
	readOpen(t, c.read(t), "")
	return c
}

// connected is a client in the main namespace.
func connected(t *testing.T, base string) *WebSocket {
	t.Helper()
	c := dialSocket(t, base)
	c.Send("40")
	c.ExpectPrefix(t, `40{"sid":"`)
	c.Expect(t, `42["auth",{}]`)
	return c
}

func socketConnect(t *testing.T, base string) {
	ids := map[string]bool{}
	for packet, want := range map[string][2]string{
		`40`:                        {"40", `42["auth",{}]`},
		`40{"token":"123"}`:         {"40", `42["auth",{"token":"123"}]`},
		`40/custom`:                 {"40/custom,", `42/custom,["auth",{}]`},
		`40/custom,`:                {"40/custom,", `42/custom,["auth",{}]`},
		`40/custom,{"token":"abc"}`: {"40/custom,", `42/custom,["auth",{"token":"abc"}]`},
		`40/custom?key=value,`:      {"40/custom,", `42/custom,["auth",{}]`},
	} {
		c := dialSocket(t, base)
		c.Send(packet)
		var welcome map[string]string
		if err := json.Unmarshal([]byte(c.ExpectPrefix(t, want[0])), &welcome); err != nil {
			t.Fatal(err)
		}
		if len(welcome) != 1 || welcome["sid"] == "" || ids[welcome["sid"]] {
			t.Errorf("%s: welcome %v", packet, welcome)
		}
		ids[welcome["sid"]] = true
		c.Expect(t, want[1])
	}
}

func socketConnectRefused(t *testing.T, base string) {
	c := dialSocket(t, base)
	c.Send("40/random")
	c.Expect(t, `44/random,{"message":"Invalid namespace"}`)
	c.Send("40")
	c.ExpectPrefix(t, "40{")
	c.Expect(t, `42["auth",{}]`)
	for _, packet := range []string{"4abc", `42["message"]`, `40["x"]`, "41", `44{"message":"x"}`} {
		c := dialSocket(t, base)
		c.Send(packet)
		c.ExpectEnd(t)
	}
}

func socketConnectTimeout(t *testing.T, base string) {
	c := dialSocket(t, base)
	start := time.Now()
	for {
		got, err := c.Next()
		if err != nil {
			break
		}
		if got == "2" {
			c.Send("3")
		}
		if time.Since(start) > patience {
			t.Fatal("the connection stays open without a namespace")
		}
	}
}

func socketDisconnect(t *testing.T, base string) {
	t.Run("the connection stays", func(t *testing.T) {
		c := connected(t, base)
		c.Send("41")
		if got, err := c.Next(); got != "2" || err != nil {
			t.Fatalf("got %q, %v, want a ping", got, err)
		}
	})
	t.Run("one namespace of two", func(t *testing.T) {
		c := connected(t, base)
		c.Send("40/custom")
		c.ExpectPrefix(t, "40/custom,")
		c.Expect(t, `42/custom,["auth",{}]`)
		c.Send("41/custom", `42["message","to the main one"]`)
		c.Expect(t, `42["message-back","to the main one"]`)
	})
}

func socketMessages(t *testing.T, base string) {
	c := connected(t, base)
	c.Send(`42["message",1,"2",{"3":[true]}]`)
	c.Expect(t, `42["message-back",1,"2",{"3":[true]}]`)
	c.Send(`42456["message-with-ack",1,"2",{"3":[false]}]`)
	c.Expect(t, `43456[1,"2",{"3":[false]}]`)
	c.Send(`420["message-with-ack"]`)
	c.Expect(t, `430[]`)

	const holes = `{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}`
	for packet, want := range map[string]string{
		`452-["message",` + holes + `]`:               `452-["message-back",` + holes + `]`,
		`452-789["message-with-ack",` + holes + `]`:   `462-789[` + holes + `]`,
		`452-["message",1,{"a":[` + holes + `]},"x"]`: `452-["message-back",1,{"a":[` + holes + `]},"x"]`,
	} {
		c.Send(packet)
		c.SendBinary([]byte{1, 2, 3})
		c.SendBinary([]byte{4, 5, 6})
		c.Expect(t, want, "b:\x01\x02\x03", "b:\x04\x05\x06")
	}
}

func socketMalformed(t *testing.T, base string) {
	for name, send := range map[string]func(*WebSocket){
		"unknown type":       func(c *WebSocket) { c.Send("4abc") },
		"no array":           func(c *WebSocket) { c.Send("42{}") },
		"empty array":        func(c *WebSocket) { c.Send("42[]") },
		"no payload":         func(c *WebSocket) { c.Send("42") },
		"broken JSON":        func(c *WebSocket) { c.Send(`42["message"`) },
		"bad ack id":         func(c *WebSocket) { c.Send(`42abc["message-with-ack",1]`) },
		"reserved name":      func(c *WebSocket) { c.Send(`42["disconnect"]`) },
		"no attachments":     func(c *WebSocket) { c.Send(`450-["message"]`) },
		"1,000 attachments":  func(c *WebSocket) { c.Send(`451000-["message"]`) },
		"stray attachment":   func(c *WebSocket) { c.SendBinary([]byte{1}) },
		"missing attachment": func(c *WebSocket) { c.Send(`451-["message",{"_placeholder":true,"num":0}]`, `42["message"]`) },
		"wrong attachment": func(c *WebSocket) {
			c.Send(`451-["message",{"_placeholder":true,"num":7}]`)
			c.SendBinary([]byte{1})
		},
		"connected twice":   func(c *WebSocket) { c.Send("40") },
		"ack without id":    func(c *WebSocket) { c.Send("43[]") },
		"connect error":     func(c *WebSocket) { c.Send(`44"no"`) },
		"unknown namespace": func(c *WebSocket) { c.Send(`42/random,["message"]`) },
	} {
		t.Run(name, func(t *testing.T) {
			c := connected(t, base)
			send(c)
			c.ExpectEnd(t)
		})
	}
}

func socketReconnects(t *testing.T, base string) {
	c := connected(t, base)
	for range 3 {
		c.Send("41", "40", `42["message",1]`)
		c.ExpectPrefix(t, "40{")
		c.Expect(t, `42["auth",{}]`, `42["message-back",1]`)
	}
}

func socketEarlyEvents(t *testing.T, base string) {
	c := MustDial(t, base, socketPath+"?EIO=4&transport=websocket",
		`40{"n":1}`, `420["message-with-ack","a"]`, `42["message","b"]`, `40/custom,`, `42/custom,1["message-with-ack","c"]`)
	readOpen(t, c.read(t), "")
	var main, custom []string
	for range 7 {
		if got := c.read(t); strings.Contains(got, "/custom") {
			custom = append(custom, got)
		} else {
			main = append(main, got)
		}
	}
	if len(main) != 4 || !strings.HasPrefix(main[0], "40{") || main[1] != `42["auth",{"n":1}]` ||
		main[2] != `430["a"]` || main[3] != `42["message-back","b"]` {
		t.Errorf("main namespace: %q", main)
	}
	if len(custom) != 3 || !strings.HasPrefix(custom[0], "40/custom,") || custom[2] != `43/custom,1["c"]` {
		t.Errorf("custom namespace: %q", custom)
	}
}

func socketPolling(t *testing.T, base string) {
	s := Open(t, base, socketPath)
	s.Post(t, "40\x1e42[\"message\",1]").expect(t, http.StatusOK, "ok")
	var got string
	for !strings.Contains(got, "message-back") {
		a := s.Poll(t)
		if a.Status != http.StatusOK {
			t.Fatalf("poll: %+v", a)
		}
		got += a.Body + "\x1e"
	}
	packets := strings.Split(got, "\x1e")
	if !strings.HasPrefix(packets[0], `40{"sid":`) || packets[1] != `42["auth",{}]` || packets[2] != `42["message-back",1]` {
		t.Errorf("got %q", packets)
	}
}

func socketUpgrade(t *testing.T, base string) {
	s := Open(t, base, socketPath)
	c := s.Upgrade(t, "2probe")
	c.Expect(t, "3probe")
	s.Post(t, "40\x1e42[\"message\",1]").expect(t, http.StatusOK, "ok")
	c.Send("5", `42["message",2]`)
	c.ExpectPrefix(t, "40{")
	c.Expect(t, `42["auth",{}]`, `42["message-back",1]`, `42["message-back",2]`)
}
