package model

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
)

// Namer is a Text that chooses a model itself for requests that name none.
type Namer interface {
	// ModelName is the model that it chooses. An error is as that of Generate.
	ModelName(ctx context.Context) (string, error)
}

// maxRefusals bounds how many calls of one request teach which schemas of
// tools a server refuses.
const maxRefusals = 3

// exchange is one request under way: what was asked for, and what of it the
// model that answers can take. What a try teaches of the model changes the next
// one, and every later request.
type exchange struct {
	*caller
	asked   Request
	hand    func(string) // nil when nobody listens
	written strings.Builder
	answer  Answer

	model   modelAt
	sent    Request // of the last try, before tools were put in words
	window  window
	inWords bool // the last try's tools were
	omitted []string

	tooLong  bool // the server has said once that the request is too long
	refusals int  // how often it has refused tools' schemas
}

// hear hands on what the model writes.
func (e *exchange) hear(piece string) {
	if piece != "" {
		e.written.WriteString(piece)
		e.hand(piece)
	}
}

// once calls the model one time, with as much of the request as it takes.
func (e *exchange) once(ctx context.Context) error {
	if err := e.name(ctx); err != nil {
		return err
	}
	known := e.learned.get(e.model)
	req, size := e.prepare(&known)
	by := e.choice
	by.Model = e.model.model
	end, err := begin(ctx, e.meter, by, &req)
	if err != nil {
		return err
	}
	defer func() { end(takenBy(&req, &e.answer, e.handedOn(), err)) }()
	if e.window.answer > 0 {
		req.MaxTokens = min(req.MaxTokens, e.window.answer)
	}
	var hear func(string)
	if e.hand != nil {
		hear = e.hear
	}
	err = errUnknown // until the provider has said otherwise, in case it panics
	e.answer, err = e.text.Generate(ctx, req, hear)
	if err == nil && by.Provider != EmbeddedName {
		e.compare(size, e.answer.Usage.InputTokens)
		e.answer.count(&req)
	}
	return err
}

// handedOn reports whether somebody has heard of an answer already, so that
// there can be no other.
func (e *exchange) handedOn() bool { return e.written.Len() > 0 }

// name finds out which model answers, if that was not asked for.
func (e *exchange) name(ctx context.Context) error {
	e.model = modelAt{e.server, e.asked.Model}
	if namer, ok := e.text.(Namer); ok && e.asked.Model == "" {
		name, err := namer.ModelName(ctx)
		if err != nil {
			return err
		}
		e.asked.Model, e.model.model = name, name
	}
	return nil
}

// prepare is the request as the model can take it, and its size in tokens as
// they are estimated: 0 when it is so small that nobody need know.
func (e *exchange) prepare(known *traits) (req Request, size int) {
	req, e.omitted = e.asked, nil
	if e.choice.Provider == EmbeddedName {
		return req, 0 // it has no tokens
	}
	if len(known.refused) > 0 {
		e.withoutRefused(&req, known)
	}
	e.window = e.caller.window(e.model.model, req.MaxTokens, known)
	if e.asksFor > 0 {
		req.Context = e.window.context
	}
	if !req.withinBytes(int(float64(e.window.prompt()) * filled)) {
		var omitted []string
		if size, omitted = fit(&req, e.window.estimated(known.ratio)); len(omitted) > 0 {
			e.omit("The request was shortened for the %d tokens that %s reads and writes in one call.", e.window.context, e.named())
			e.omitted = append(e.omitted, omitted...)
		}
	}
	e.sent, e.inWords = req, known.noTools
	if known.noTools {
		req = inWords(req)
	}
	return req, size
}

// adapt reports whether a call that failed is worth making again at once,
// because the failure taught what the model cannot take.
func (e *exchange) adapt(failure *CallError) bool {
	switch failure.Kind {
	case NoToolSupport:
		return e.withoutTools()
	case BadToolSchema:
		return e.refused(failure.Message)
	case ContextTooLong:
		return e.shorter(failure.ContextLimit)
	}
	return false
}

// named names the model for people.
func (e *exchange) named() string {
	by := e.choice
	by.Model = e.model.model
	return by.Name()
}

func (e *exchange) log() *slog.Logger {
	return e.logger.With("provider", e.choice.Provider, "model", cmp.Or(e.model.model, e.named()))
}
