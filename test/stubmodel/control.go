package stubmodel

import (
	"encoding/json"
	"net/http"
)

// serveControl answers the addresses by which another process steers the
// server.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	var answer any
	switch r.Method + " " + r.URL.Path {
	case "POST /stub/script":
		var replies []Reply
		if !readJSON(w, r, &replies) {
			return
		}
		s.Script(replies...)
		answer = s.stats()
	case "POST /stub/default":
		var reply *Reply
		if !readJSON(w, r, &reply) {
			return
		}
		s.Standing(reply)
		answer = s.stats()
	case "GET /stub/stats":
		answer = s.stats()
	case "GET /stub/calls":
		answer = s.Calls()
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answer)
}

func (s *Server) stats() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]int64{"calls": s.Count(), "embeddings": s.EmbeddingCount(), "scripted": int64(len(s.script))}
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}
