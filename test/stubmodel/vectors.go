package stubmodel

import (
	"hash/fnv"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Dimension is the length of the server's vectors.
const Dimension = 64

// vectorFormat is how one API words a list of vectors.
type vectorFormat struct {
	before, between, after string // around each vector, with %i for its index
	failure                func(b []byte, status int, kind, message string) []byte
}

var (
	openAIVectors = vectorFormat{`{"object":"list","data":[{"object":"embedding","index":0,"embedding":[`, `]},{"object":"embedding","index":%i,"embedding":[`,
		`]}],"model":"stub-embed","usage":{"prompt_tokens":1,"total_tokens":1}}`, openAI{}.failure}
	ollamaVectors = vectorFormat{`{"model":"stub-embed","embeddings":[[`, `],[`, `]],"total_duration":1000,"prompt_eval_count":1}`, ollama{}.failure}
)

// serveVectors answers one call for vectors. Texts that share words get
// vectors that are near to each other, not of unit length.
func (s *Server) serveVectors(w http.ResponseWriter, r *http.Request, d vectorFormat) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	input := gjson.GetBytes(body, "input")
	if err != nil || !input.Exists() {
		w.WriteHeader(http.StatusBadRequest)
		w.Write(d.failure(nil, http.StatusBadRequest, "invalid_request_error", "input is required"))
		return
	}
	s.embeddings.Add(1)
	reply := s.next(&Call{Key: sentKey(r)})
	if early(w, r, &reply, sentKey(r), d.failure) {
		return
	}
	texts := input.Array()
	if !input.IsArray() {
		texts = []gjson.Result{input}
	}
	vector := s.Vector
	if vector == nil {
		vector = Vector
	}
	b := []byte(d.before)
	for i, text := range texts {
		if i > 0 {
			b = append(b, strings.Replace(d.between, "%i", strconv.Itoa(i), 1)...)
		}
		for j, f := range vector(text.String()) {
			if j > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendFloat(b, float64(f), 'g', -1, 32)
		}
	}
	b = append(b, d.after...)
	if reply.BreakJSON {
		b = b[:len(b)/2]
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(b)
}

// Vector is the deterministic vector of a text: its words, hashed.
func Vector(text string) []float32 {
	v := make([]float32, Dimension)
	v[0] = 0.5 // so that a text without words has a direction too
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		h := fnv.New32a()
		io.WriteString(h, word)
		v[h.Sum32()%Dimension]++
	}
	return v
}
