package model

import (
	"cmp"
	"context"
)

// caller is a Text under the router's limits.
type caller struct {
	limits
	choice  Choice
	text    Text   // nil when nobody serves it
	server  server // that text calls
	context int    // tokens of the model's context by the settings; 0 when they do not say
	asksFor int    // see Offer.Context
}

// Generate calls the model, again where that may help and nothing was handed
// on yet: after a failure that may pass, or with less of the request once the
// model has said what it cannot take. Usage counts the tries and their time, on
// an error too.
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
	e := exchange{caller: t, asked: req, hand: chunk}
	usage, err := t.try(ctx, t.choice.Provider, &e)
	answer := e.answer
	answer.Usage.Calls, answer.Usage.ModelMillis = usage.Calls, usage.ModelMillis
	answer.Omitted = append(answer.Omitted, e.omitted...)
	answer.Model = cmp.Or(answer.Model, e.model.model, t.choice.Name())
	if err != nil {
		err.Partial = e.written.String()
		answer.Text, answer.Thought, answer.ToolCalls, answer.Usage = err.Partial, "", nil, uncounted(answer.Usage)
		return answer, err
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
	_, err := e.try(ctx, e.choice.Provider, simple(func(ctx context.Context) error {
		end, err := begin(ctx, e.meter, e.choice, vectorsRequest(texts))
		if err != nil {
			return err
		}
		defer func() { end(allOrNothing(err)) }()
		err = errUnknown
		vectors, err = e.embedder.Embed(ctx, texts)
		return err
	}))
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
	_, failure := p.try(ctx, p.choice.Provider, simple(func(ctx context.Context) error {
		end, err := begin(ctx, p.meter, p.choice, pictureRequest(prompt))
		if err != nil {
			return err
		}
		defer func() { end(allOrNothing(err)) }()
		err = errUnknown
		image, err = p.painter.Paint(ctx, prompt)
		return err
	}))
	if failure != nil {
		return Image{}, failure
	}
	return image, nil
}

// Model names the model.
func (e *embedCaller) Model() string { return e.embedder.Model() }
