package model

import (
	"context"
	"strings"
)

// caller is a Text under the router's limits.
type caller struct {
	limits
	choice Choice
	text   Text // nil when nobody serves it
}

// Generate calls the model, again where that may help and nothing was handed
// on yet. Usage counts the tries and their time, on an error too.
func (t *caller) Generate(ctx context.Context, req Request, chunk func(string)) (Answer, error) {
	if err := req.Validate(); err != nil {
		return Answer{}, err
	}
	if t.text == nil {
		return Answer{}, &CallError{Provider: "model", Message: "nobody writes text: " + t.choice.Why}
	}
	if req.Model == "" && t.choice.Provider != EmbeddedName {
		req.Model = t.choice.Model
	}
	var (
		written strings.Builder
		hand    func(string)
		answer  Answer
	)
	if chunk != nil {
		hand = func(s string) {
			if s != "" {
				written.WriteString(s)
				chunk(s)
			}
		}
	}
	usage, err := t.try(ctx, t.choice.Provider, func(ctx context.Context) error {
		once := req
		end, err := begin(ctx, t.meter, t.choice, &once)
		if err != nil {
			return err
		}
		defer func() { end(takenBy(&once, &answer, written.Len() > 0, err)) }()
		err = errUnknown // until the provider has said otherwise, in case it panics
		answer, err = t.text.Generate(ctx, once, hand)
		return err
	}, func() bool { return written.Len() > 0 })
	answer.Usage.Calls, answer.Usage.ModelMillis = usage.Calls, usage.ModelMillis
	if err != nil {
		err.Partial = written.String()
		return Answer{Text: err.Partial, Model: answer.Model, Usage: answer.Usage}, err
	}
	return answer, nil
}

// embedCaller is an Embedder under the router's limits.
type embedCaller struct {
	limits
	choice   Choice
	embedder Embedder
}

// Embed calls the model, again where that may help.
func (e *embedCaller) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	var vectors [][]float32
	_, err := e.try(ctx, e.choice.Provider, func(ctx context.Context) error {
		end, err := begin(ctx, e.meter, e.choice, vectorsRequest(texts))
		if err != nil {
			return err
		}
		defer func() { end(allOrNothing(err)) }()
		err = errUnknown
		vectors, err = e.embedder.Embed(ctx, texts)
		return err
	}, func() bool { return false })
	if err != nil {
		return nil, err
	}
	return vectors, nil
}

// paintCaller is a Painter under the router's limits.
type paintCaller struct {
	limits
	choice  Choice
	painter Painter
}

// Paint calls the model, again where that may help.
func (p *paintCaller) Paint(ctx context.Context, prompt string) (image Image, err error) {
	_, failure := p.try(ctx, p.choice.Provider, func(ctx context.Context) error {
		end, err := begin(ctx, p.meter, p.choice, pictureRequest(prompt))
		if err != nil {
			return err
		}
		defer func() { end(allOrNothing(err)) }()
		err = errUnknown
		image, err = p.painter.Paint(ctx, prompt)
		return err
	}, func() bool { return false })
	if failure != nil {
		return Image{}, failure
	}
	return image, nil
}

// Model names the model.
func (e *embedCaller) Model() string { return e.embedder.Model() }
