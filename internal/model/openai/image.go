package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
)

// Painter makes pictures by the images API. It is safe for concurrent use.
type Painter struct {
	client
	name string

	mu      sync.Mutex
	refused map[string]bool // parameters that the server does not take
}

// NewPainter makes a Painter of a model; it contacts nobody.
func NewPainter(cfg Config, name string) *Painter {
	return &Painter{client: newClient(cfg), name: name, refused: map[string]bool{}}
}

// Paint makes one picture (OpenAI's API reference, "Create image"). A request
// that is refused for a parameter is made again without it, which costs
// nothing, and the parameter is not sent again. Once the request has reached
// the server no error is temporary but its own word that it is busy or broken,
// since the picture may be paid for.
func (p *Painter) Paint(ctx context.Context, prompt string) (model.Image, error) {
	request := map[string]any{"model": p.name, "prompt": prompt}
	for key, value := range p.options() {
		request[key] = value
	}
	for {
		body, err := json.Marshal(request)
		if err != nil {
			return model.Image{}, fmt.Errorf("encode a request to openai: %w", err)
		}
		answer, refused, err := p.ask(ctx, body)
		if err == nil {
			return p.picture(ctx, answer)
		}
		unknown := notTaken(refused, request)
		if unknown == "" {
			return model.Image{}, err
		}
		delete(request, unknown)
		p.mu.Lock()
		p.refused[unknown] = true
		p.mu.Unlock()
	}
}

// options are the parameters that a server may refuse. The models that OpenAI
// makes now send the picture itself and refuse to be told so; others send an
// address unless they are told.
func (p *Painter) options() map[string]any {
	all := map[string]any{"n": 1, "size": "1024x1024"}
	name := strings.ToLower(p.name[strings.LastIndexByte(p.name, '/')+1:])
	if !strings.HasPrefix(name, "gpt-image") && !strings.HasPrefix(name, "chatgpt-image") {
		all["response_format"] = "b64_json"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for key := range p.refused {
		delete(all, key)
	}
	return all
}

// named finds an option in the words of a refusal.
var named = regexp.MustCompile(`\b(response_format|size)\b|["'\x60]n["'\x60]`)

// notTaken is the option of a request for which a server refuses it, "" when
// it was refused for something else.
func notTaken(refusal []byte, request map[string]any) string {
	word := gjson.GetBytes(refusal, "error.param").String()
	if word == "" {
		word = strings.Trim(strings.ToLower(named.FindString(string(refusal))), "\"'`")
	}
	_, sent := request[word]
	if !sent || word == "model" || word == "prompt" {
		return ""
	}
	return word
}

// maxRefusal bounds what is read of an error.
const maxRefusal = 64 << 10

// ask sends one request. Of one that was refused for what it says it returns
// the words with the error.
func (p *Painter) ask(ctx context.Context, body []byte) (answer, refusal []byte, err error) {
	req, err := p.request(ctx, http.MethodPost, "/images/generations", body)
	if err != nil {
		return nil, nil, err
	}
	resp, err := p.http.Do(req)
	if err != nil {
		failure := p.peer.Broken(ctx, err)
		if op := (*net.OpError)(nil); !errors.As(err, &op) || op.Op != "dial" {
			failure = paid(failure) // it may have been done
		}
		return nil, nil, failure
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
		resp.Body = io.NopCloser(bytes.NewReader(said))
		failure := p.peer.Refused(resp)
		if held(said) {
			failure.Kind, failure.Temporary = model.ContentFilter, false
		}
		if resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusUnprocessableEntity || failure.Kind != "" {
			said = nil
		}
		return nil, said, failure
	}
	if answer, err = io.ReadAll(resp.Body); err != nil {
		return nil, nil, paid(p.peer.Broken(ctx, err))
	}
	return answer, nil, nil
}

// paid makes an error one after which the picture is not asked for again.
func paid(failure *model.CallError) *model.CallError {
	failure.Temporary = false
	return failure
}

// filters are the codes and words by which providers say that they hold a
// picture back for what it would show.
var filters = regexp.MustCompile(`(?i)content[_ -]?(policy|filter|moderat)|moderation_blocked|safety (system|filter|polic)|ResponsibleAI|image_generation_user_error|flagged as|nsfw`)

// held reports whether an answer says that a picture was held back.
func held(answer []byte) bool { return filters.Match(answer) }
