package wire

import (
	"errors"
	"net/http"
	"regexp"
	"sync"

	"github.com/elizad/elizad/internal/model"
)

// Concession is something that a request does without because a server refuses
// it for a model. The values are bits of a set.
type Concession uint16

// The concessions.
const (
	NoStreamOptions  Concession = 1 << iota // usage within a stream is not asked for
	OtherTokenLimit                         // max_completion_tokens in place of max_tokens, or the other way round
	NoTemperature                           // the model has its own
	NoSystemRole                            // the system's text begins the first user's turn
	AlternatingRoles                        // turns of one side are one message
	NoStreaming                             // the answer comes in one piece
)

// refusal matches an error that refuses something by its name.
func refusal(name string) *regexp.Regexp {
	const words = `(?:not (?:currently )?(?:supported|permitted|allowed|available)|unsupported|unrecognized|unknown|unexpected|extra (?:inputs|fields)|does(?:n't| not) support|deprecated|invalid (?:parameter|argument|field)|only the default|cannot be (?:set|used)|not (?:a )?valid)`
	return regexp.MustCompile(`(?is)` + words + `.{0,80}` + name + `|` + name + `.{0,80}` + words)
}

// refusals tell from an error's words what to do without, the first that fits
// and was not done without yet.
var refusals = []struct {
	concession Concession
	words      *regexp.Regexp
}{
	{NoStreamOptions, refusal(`stream_options|include_usage`)},
	{OtherTokenLimit, refusal(`max_(?:completion_)?tokens`)},
	{NoTemperature, refusal(`temperature`)},
	{NoSystemRole, regexp.MustCompile(`(?i)(system|developer)['"\x60]? (role|message|prompt|instruction)s?['"\x60]? (is |are )?(not|un)[ -]?(supported|allowed|permitted|enabled)|(not support|unsupported|unexpected|unknown|invalid)[^.]{0,40}(role[^.]{0,20}|['"\x60 ])(system|developer)\b|role:?[^.]{0,20}(system|developer)['"\x60]?[^.]{0,20}(not|un)[ -]?(supported|allowed|enabled)|developer instruction is not enabled|only user(,| and) assistant( and tool)? roles|not support[^.]{0,20} (system|developer) `)},
	{AlternatingRoles, regexp.MustCompile(`(?i)roles? must alternate|alternate (between )?['"]?user|(consecutive|successive) (user|assistant|messages)|first message must be (from|a|by)`)},
	{AlternatingRoles | NoSystemRole, regexp.MustCompile(`(?i)roles? must alternate`)},
	{NoStreaming, regexp.MustCompile(`(?i)(does not support|doesn't support|must be verified to) stream|stream(ing)?['"\x60]? (mode )?(is )?(not|un)[ -]?(supported|allowed|available|enabled)`)},
}

// Concessions remembers what the models of one server are asked without. The
// zero value is ready. It is safe for concurrent use.
type Concessions struct {
	mu     sync.Mutex
	models map[string]Concession
}

// Ask sends a request, and again without what the server refuses, once for
// each kind. can are the concessions that the request has room for; send is
// given those that are made.
func (c *Concessions) Ask(name string, can Concession, send func(made Concession) (*http.Response, error)) (*http.Response, error) {
	c.mu.Lock()
	made := c.models[name]
	c.mu.Unlock()
	for {
		resp, err := send(made)
		more := without(err, can&^made)
		if more == 0 {
			return resp, err
		}
		made |= more
		c.remember(name, made)
	}
}

func (c *Concessions) remember(name string, made Concession) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.models == nil || len(c.models) >= mostModels {
		c.models = make(map[string]Concession)
	}
	c.models[name] |= made
}

// without tells what of can an error asks to do without.
func without(err error, can Concession) Concession {
	var e *model.CallError
	if !errors.As(err, &e) || e.Kind != "" {
		return 0
	}
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusNotImplemented, http.StatusNotFound, http.StatusForbidden:
	default:
		return 0
	}
	words := e.Message
	var whole *wholeWords
	if errors.As(e.Err, &whole) {
		words = whole.words
	}
	for _, r := range refusals {
		if more := r.concession & can; more != 0 && r.words.MatchString(words) {
			return more
		}
	}
	return 0
}
