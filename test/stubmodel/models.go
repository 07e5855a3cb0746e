package stubmodel

import (
	"net/http"

	"github.com/tidwall/gjson"
)

// modelList is how one API words the list of its models.
type modelList struct {
	before, entry, after string // entry follows the quoted name
}

var (
	openAIModels = modelList{`{"object":"list","data":[`, `{"object":"model","created":1700000000,"owned_by":"stub","id":`, `]}`}
	ollamaModels = modelList{`{"models":[`, `{"modified_at":"2024-01-01T00:00:00Z","size":1,"details":{"family":"stub"},"name":`, `]}`}
)

func (s *Server) serveModels(w http.ResponseWriter, l modelList) {
	names := s.Models
	if names == nil {
		names = DefaultModels
	}
	b := []byte(l.before)
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, l.entry...)
		b = gjson.AppendJSONString(b, name)
		b = append(b, '}')
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(b, l.after...))
}
