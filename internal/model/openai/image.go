package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/elizad/elizad/internal/model"
)

// Painter makes pictures by the images API. It is safe for concurrent use.
type Painter struct {
	client
	name string
}

// NewPainter makes a Painter of a model; it contacts nobody.
func NewPainter(cfg Config, name string) *Painter {
	return &Painter{client: newClient(cfg), name: name}
}

// Paint makes one picture (OpenAI's API reference, "Create image"). The older
// models must be told to send the picture itself, the newer ones refuse that.
func (p *Painter) Paint(ctx context.Context, prompt string) (model.Image, error) {
	request := map[string]any{"model": p.name, "prompt": prompt, "n": 1, "size": "1024x1024"}
	if !strings.HasPrefix(p.name, "gpt-image") {
		request["response_format"] = "b64_json"
	}
	body, err := json.Marshal(request)
	if err != nil {
		return model.Image{}, fmt.Errorf("encode a request to openai: %w", err)
	}
	resp, err := p.send(ctx, http.MethodPost, "/images/generations", body)
	if err != nil {
		return model.Image{}, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return model.Image{}, p.peer.Broken(ctx, err)
	}
	var made struct {
		Data []struct {
			Content []byte `json:"b64_json"`
		} `json:"data"`
	}
	if err := json.Unmarshal(answer, &made); err != nil || len(made.Data) == 0 || len(made.Data[0].Content) == 0 {
		return model.Image{}, p.peer.Nonsense("the picture", err)
	}
	content := made.Data[0].Content
	return model.Image{Type: http.DetectContentType(content), Data: content}, nil
}
