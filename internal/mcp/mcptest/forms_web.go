package mcptest

import (
	"fmt"
	"net/http"
)

// failing answers every message with a status.
func failing(status int, body string) func(*Server, http.ResponseWriter, *http.Request, *Message) bool {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request, _ *Message) bool {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
		return true
	}
}

func refusing(status int, body, words string) Form {
	return Form{Name: fmt.Sprintf("status-%d", status), Does: fmt.Sprintf("answers with the status %d", status), Sees: words, Known: "gateways", Over: []string{HTTP, SSE}, Fails: true, Actions: []string{}, State: "failed", Error: words, Told: []string{words}, Calls: -1, web: failing(status, body)}
}

// withSession gives a session and loses it between the calls.
func withSession(status int, body string) func(*Server, http.ResponseWriter, *http.Request, *Message) bool {
	return func(s *Server, w http.ResponseWriter, r *http.Request, m *Message) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		current := fmt.Sprintf("s%d", s.sessions)
		switch {
		case r.Method != http.MethodPost:
			return false
		case m.Method == "initialize":
			s.sessions++
			w.Header().Set("Mcp-Session-Id", fmt.Sprintf("s%d", s.sessions))
			return false
		case m.Method == "tools/call" && s.calls == 1 && s.sessions == 1, r.Header.Get("Mcp-Session-Id") != current:
			w.WriteHeader(status)
			fmt.Fprint(w, body)
			return true
		}
		return false
	}
}

// standBy serves the stream that stands by.
func standBy(s *Server, w http.ResponseWriter, r *http.Request) bool {
	out := openStream(w)
	for {
		select {
		case m := <-s.standing:
			out.send("", m)
		case <-r.Context().Done():
			return true
		}
	}
}

// overWeb are the forms over HTTP, of both kinds.
var overWeb = []Form{
	refusing(401, "", "it refuses the credentials (401)"),
	refusing(403, "", "it forbids the access (403)"),
	refusing(404, "<html>", "there is no MCP server at its address (404)"),
	refusing(429, "", "it is asked too often (429)"),
	refusing(500, "", "it has failed by itself (500)"),
	refusing(503, "upstream", "it has failed by itself (503)"),
	{Name: "page", Does: "answers with a page in HTML", Sees: "that it answers with text/html", Known: "proxies, login pages", Over: []string{HTTP, SSE}, Fails: true, Actions: []string{}, State: "failed", Error: "answers with text/html", Told: []string{"answers with text/html"}, Calls: -1,
		web: func(_ *Server, w http.ResponseWriter, _ *http.Request, _ *Message) bool {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<html>Log in</html>")
			return true
		}},
	{Name: "refused-call", Does: "refuses a call after it has listed its tools", Sees: "the reason, with the call and in the status", Known: "tokens that have expired", Over: []string{HTTP}, Fails: true, State: "failed", Error: "refuses the credentials (401): expired", Told: []string{"refuses the credentials (401): expired"}, Calls: -1,
		web: func(_ *Server, w http.ResponseWriter, _ *http.Request, m *Message) bool {
			if m.Method != "tools/call" {
				return false
			}
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"expired"}}`)
			return true
		}},
	{Name: "session-404", Does: "forgets the session and answers 404", Sees: "the result: the session is begun anew and the call made once", Known: "servers that were restarted", Over: []string{HTTP}, Told: []string{"high 14:07"},
		web: withSession(http.StatusNotFound, `{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}`)},
	{Name: "session-400", Does: "forgets the session and answers 400", Sees: "the same", Known: "the examples of the TypeScript SDK", Over: []string{HTTP}, Told: []string{"high 14:07"},
		web: withSession(http.StatusBadRequest, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`)},
	{Name: "batch", Does: "answers with an array of messages", Sees: "the result", Known: "servers of 2025-03-26", Over: []string{HTTP}, Told: []string{"high 14:07"},
		web: func(s *Server, w http.ResponseWriter, r *http.Request, m *Message) bool {
			if r.Method != http.MethodPost || m.ID == nil {
				return false
			}
			_, answer := s.answer(m)
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `[{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}},%s]`, answer)
			return true
		}},
	{Name: "cut-and-kept", Does: "cuts the stream of an answer, having numbered its events", Sees: "the result: the stream is taken up behind the last event", Known: "load balancers, servers that let clients poll", Over: []string{HTTP}, Told: []string{"high 14:07"},
		web: func(s *Server, w http.ResponseWriter, r *http.Request, m *Message) bool {
			switch {
			case m.Method == "tools/call":
				_, answer := s.answer(m)
				s.mu.Lock()
				s.kept = answer
				s.mu.Unlock()
				openStream(w).write("id: 7\nretry: 1\ndata:\n\n")
			case r.Method == http.MethodGet && r.Header.Get("Last-Event-ID") == "7":
				s.mu.Lock()
				defer s.mu.Unlock()
				openStream(w).send("8", s.kept)
			default:
				return false
			}
			return true
		}},
	{Name: "cut", Does: "cuts the stream of an answer without numbers", Sees: "that it is not known whether the call was done; it is not made again", Known: "load balancers", Over: []string{HTTP}, Fails: true, Told: []string{"not known whether it was done"},
		web: func(s *Server, w http.ResponseWriter, _ *http.Request, m *Message) bool {
			if m.Method != "tools/call" {
				return false
			}
			s.answer(m)
			openStream(w)
			return true
		}},
	{Name: "cut-in-call", Does: "closes the event stream in the middle of a call", Sees: "the same", Known: "load balancers", Over: []string{SSE}, Fails: true, State: "idle", Told: []string{"not known whether it was done"},
		web: func(s *Server, w http.ResponseWriter, _ *http.Request, m *Message) bool {
			if m.Method != "tools/call" {
				return false
			}
			s.answer(m)
			w.WriteHeader(http.StatusAccepted)
			s.current().end()
			return true
		}},
	{Name: "idle-closed", Does: "closes the event stream when it is idle", Sees: "the result: it is opened again", Known: "gateways with an idle time", Over: []string{SSE}, State: "idle", Told: []string{"high 14:07"},
		web: func(s *Server, w http.ResponseWriter, _ *http.Request, m *Message) bool {
			if m.Method != "tools/call" {
				return false
			}
			s.take(w, m)
			s.current().end()
			return true
		}},
	{Name: "lost-place", Does: "does not know the place for messages any more", Sees: "the result: the stream is opened again and the call made once", Known: "servers behind several machines", Over: []string{SSE}, Told: []string{"high 14:07"},
		web: func(s *Server, w http.ResponseWriter, _ *http.Request, m *Message) bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			if m.Method != "tools/call" || s.calls != 1 || s.sessions > 1 {
				return false
			}
			http.Error(w, "Could not find session", http.StatusNotFound)
			return true
		}},
	{Name: "other-events", Does: "sends events of its own, and comments, to keep the stream alive", Sees: "the result", Known: "the Python SDK (sse-starlette)", Over: []string{SSE}, Told: []string{"high 14:07"},
		web: func(s *Server, _ http.ResponseWriter, _ *http.Request, m *Message) bool {
			if m.Method != "" {
				s.current().write("event: ping\r\ndata: now\r\n\r\n: ping\n\nevent: message\ndata: {\ndata: \"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n")
			}
			return false
		}},
	{Name: "answers-at-once", Does: "answers the POST itself instead of the stream", Sees: "the result", Known: "home-made servers", Over: []string{SSE}, Told: []string{"high 14:07"},
		web: func(s *Server, w http.ResponseWriter, _ *http.Request, m *Message) bool {
			if m.Method == "" {
				return false
			}
			_, answer := s.answer(m)
			_, _ = w.Write(answer) // a notification has none
			return true
		}},
	{Name: "foreign-place", Does: "names another host as the place for messages", Sees: "that it does; nothing is sent there", Known: "-", Over: []string{SSE}, Fails: true, Actions: []string{}, State: "failed", Error: "another host", Told: []string{"another host"}, Calls: -1,
		web: func(_ *Server, w http.ResponseWriter, r *http.Request, _ *Message) bool {
			openStream(w).write("event: endpoint\ndata: http://127.0.0.2:1/messages\n\n")
			<-r.Context().Done()
			return true
		}},
	{Name: "only-sse", Does: "knows the event stream alone, at an address of type `http`", Sees: "the result: the stream is opened, as the specification says", Known: "servers of before 2025-03-26", Over: []string{HTTP}, Told: []string{"high 14:07"},
		web: func(s *Server, w http.ResponseWriter, r *http.Request, _ *Message) bool {
			switch {
			case r.URL.Path != "/mcp":
				return false
			case r.Method == http.MethodGet:
				s.serveStream(w, r)
			default:
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
			return true
		}},
	{Name: "standing-by", Does: "says `tools/list_changed` by the stream that stands by", Sees: "the new tools in the next turn", Known: "GitHub's server, servers of the TypeScript SDK", Over: []string{HTTP}, Actions: []string{"T_TIDE", "T_HARBOUR_MAP"}, Told: []string{"high 14:07"},
		list: growing,
		call: func(s *Server) (any, any) {
			s.standing <- encode(object{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
			return text("high 14:07"), nil
		},
		web: func(s *Server, w http.ResponseWriter, r *http.Request, _ *Message) bool {
			return r.Method == http.MethodGet && standBy(s, w, r)
		}},
	{Name: "later", Does: "takes a call with 202 and answers by the stream that stands by", Sees: "the result", Known: "home-made servers", Over: []string{HTTP}, Told: []string{"high 14:07"},
		web: func(s *Server, w http.ResponseWriter, r *http.Request, m *Message) bool {
			switch {
			case m.Method == "tools/call":
				_, answer := s.answer(m)
				w.WriteHeader(http.StatusAccepted)
				s.standing <- answer
				return true
			case r.Method == http.MethodGet:
				return standBy(s, w, r)
			}
			return false
		}},
	{Name: "odd-get", Does: "answers the GET of the stream that stands by with a page or an error", Sees: "the result", Known: "home-made servers", Over: []string{HTTP}, Told: []string{"high 14:07"},
		web: func(_ *Server, w http.ResponseWriter, r *http.Request, _ *Message) bool {
			if r.Method == http.MethodGet {
				http.Error(w, "<html>", http.StatusNotFound)
			}
			return r.Method == http.MethodGet
		}},
	{Name: "redirect", Does: "redirects to another path", Sees: "the result", Known: "FastAPI, Starlette (a missing slash)", Over: []string{HTTP}, Told: []string{"high 14:07"},
		web: func(s *Server, w http.ResponseWriter, r *http.Request, _ *Message) bool {
			if r.URL.Path == "/mcp" && r.URL.RawQuery == "" && r.Method == http.MethodPost {
				http.Redirect(w, r, "/mcp?slash=1", http.StatusTemporaryRedirect)
				return true
			}
			return false
		}},
}
