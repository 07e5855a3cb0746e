package server

import (
	"bytes"
	"context"
	"errors"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/media"
	"github.com/elizad/elizad/internal/model"
)

// studio makes pictures and keeps them among the generated files.
type studio struct {
	models *model.Router
	files  *media.Library
}

// Can reports whether a model makes pictures for the agent.
func (s *studio) Can(a *eliza.Agent) bool {
	painter, _ := s.models.Painter(&a.Character)
	return painter != nil
}

// Paint makes a picture; its attachment names where it is served.
func (s *studio) Paint(ctx context.Context, a *eliza.Agent, prompt string) (map[string]any, error) {
	painter, _ := s.models.Painter(&a.Character)
	if painter == nil {
		return nil, eliza.Errorf(eliza.CodeModel, "no model that makes pictures is configured")
	}
	picture, err := painter.Paint(ctx, prompt)
	var failure *model.CallError
	switch {
	case errors.As(err, &failure) && failure.Kind == model.ContentFilter:
		return nil, &eliza.Error{Code: eliza.CodeModel, Message: "the provider's content rules do not allow this picture: " + failure.Message, Err: err}
	case err != nil:
		return nil, &eliza.Error{Code: eliza.CodeModel, Message: "the model made no picture: " + err.Error(), Err: err}
	}
	kind, err := media.Declared(picture.Type)
	if err != nil {
		return nil, err
	}
	draft, err := s.files.Draft("picture", bytes.NewReader(picture.Data))
	if err != nil {
		return nil, err
	}
	file, err := draft.Keep(media.Place{Kind: media.Generated, Owner: a.ID}, kind)
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": eliza.NewID(), "url": file.URL(), "title": file.Name, "source": "generated", "description": prompt, "contentType": file.Class(), "type": file.Class()}, nil
}
