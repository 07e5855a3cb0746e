package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) peopleRoutes() {
	const tag = "Facts & People"
	entity, relationship, summary := "/api/agents/{agentId}/entities/{entityId}", "/api/agents/{agentId}/relationships/{relationshipId}", "/api/agents/{agentId}/rooms/{roomId}/summary"
	add(a, operation{id: "list-entities", method: "GET", paths: []string{"/api/agents/{agentId}/entities"}, tag: tag, errors: []int{404},
		summary: "List whom an agent knows"}, a.listEntities)
	add(a, operation{id: "get-entity", method: "GET", paths: []string{entity}, tag: tag, errors: []int{404}, summary: "Get someone whom an agent knows"}, a.getEntity)
	add(a, operation{id: "update-entity", method: "PATCH", paths: []string{entity}, tag: tag, errors: []int{404},
		summary: "Change the names and metadata of someone whom an agent knows"}, a.updateEntity)
	add(a, operation{id: "list-relationships", method: "GET", paths: []string{"/api/agents/{agentId}/relationships"}, tag: tag, errors: []int{404},
		summary: "List who is what to whom, those who talk most first"}, a.listRelationships)
	add(a, operation{id: "update-relationship", method: "PATCH", paths: []string{relationship}, tag: tag, errors: []int{404},
		summary: "Change the tags and metadata of a relationship"}, a.updateRelationship)
	add(a, operation{id: "delete-relationship", method: "DELETE", paths: []string{relationship}, tag: tag, status: 204, errors: []int{404},
		summary: "Delete a relationship"}, a.deleteRelationship)
	add(a, operation{id: "list-summaries", method: "GET", paths: []string{"/api/agents/{agentId}/summaries"}, tag: tag, errors: []int{404},
		summary: "List the summaries of long conversations, newest first"}, a.listSummaries)
	add(a, operation{id: "get-summary", method: "GET", paths: []string{summary}, tag: tag, errors: []int{404}, summary: "Get the summary of a room",
		about: "It stands for what was said before the messages that the agent reads in a turn. The room is one of the agent's, or a channel."}, a.getSummary)
	add(a, operation{id: "update-summary", method: "PATCH", paths: []string{summary}, tag: tag, errors: []int{404}, summary: "Change the summary of a room"}, a.updateSummary)
	add(a, operation{id: "delete-summary", method: "DELETE", paths: []string{summary}, tag: tag, status: 204, errors: []int{404}, summary: "Delete the summary of a room",
		about: "What it covered is not summed up again."}, a.deleteSummary)
}

// Page chooses a part of a list.
type Page struct {
	Limit  int `query:"limit" default:"50" minimum:"1" maximum:"1000"`
	Offset int `query:"offset" minimum:"0" maximum:"1000000000"`
}

// EntityPath names someone whom an agent knows in a path.
type EntityPath struct {
	AgentPath
	EntityID ID `path:"entityId"`
}

type entityView struct {
	ID        eliza.ID       `json:"id"`
	AgentID   eliza.ID       `json:"agentId"`
	Names     []string       `json:"names"`
	Metadata  map[string]any `json:"metadata"`
	CreatedAt eliza.Millis   `json:"createdAt"`
}

func viewEntity(e eliza.Entity) entityView {
	if e.Metadata == nil {
		e.Metadata = map[string]any{}
	}
	return entityView{e.ID, e.AgentID, append([]string{}, e.Names...), e.Metadata, e.CreatedAt}
}

type entityQuery struct {
	AgentPath
	Page
}

type entityList struct {
	Entities []entityView `json:"entities"`
}

func (a *API) listEntities(ctx context.Context, in *entityQuery) (*answer[entityList], error) {
	list, err := a.Agents.Entities(ctx, eliza.ID(in.AgentID), in.Limit, in.Offset)
	if err != nil {
		return nil, fail(err)
	}
	return ok(entityList{views(list, viewEntity)}), nil
}

func (a *API) getEntity(ctx context.Context, in *EntityPath) (*answer[entityView], error) {
	e, err := a.Agents.Entity(ctx, eliza.ID(in.AgentID), eliza.ID(in.EntityID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewEntity(e)), nil
}

type entityPatch struct {
	EntityPath
	Body struct {
		Names    []string       `json:"names,omitempty" minItems:"1" maxItems:"20" doc:"The first is the one that is shown"`
		Metadata map[string]any `json:"metadata,omitempty"`
	}
}

const maxEntityName = 200

func (a *API) updateEntity(ctx context.Context, in *entityPatch) (*answer[entityView], error) {
	for _, name := range in.Body.Names {
		if strings.TrimSpace(name) == "" || len(name) > maxEntityName {
			return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "names: a name has 1 to %d bytes", maxEntityName))
		}
	}
	e, err := a.Agents.UpdateEntity(ctx, eliza.ID(in.AgentID), eliza.ID(in.EntityID), func(e *eliza.Entity) error {
		if in.Body.Names != nil {
			e.Names = in.Body.Names
		}
		if in.Body.Metadata != nil {
			e.Metadata = in.Body.Metadata
		}
		return nil
	})
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewEntity(e)), nil
}

// RelationshipPath names a relationship that an agent knows of in a path.
type RelationshipPath struct {
	AgentPath
	RelationshipID ID `path:"relationshipId"`
}

type relationshipView struct {
	ID           eliza.ID       `json:"id"`
	AgentID      eliza.ID       `json:"agentId"`
	SourceID     eliza.ID       `json:"sourceEntityId"`
	TargetID     eliza.ID       `json:"targetEntityId"`
	Tags         []string       `json:"tags" doc:"What the target is to the source, by what the source said"`
	Metadata     map[string]any `json:"metadata"`
	Interactions int            `json:"interactions" doc:"Messages of the source to the target"`
	LastAt       eliza.Millis   `json:"lastInteractionAt"`
	CreatedAt    eliza.Millis   `json:"createdAt"`
}

func viewRelationship(r eliza.Relationship) relationshipView {
	if r.Metadata == nil {
		r.Metadata = map[string]any{}
	}
	return relationshipView{r.ID, r.AgentID, r.SourceID, r.TargetID, append([]string{}, r.Tags...), r.Metadata, r.Interactions, r.LastAt, r.CreatedAt}
}

type relationshipQuery struct {
	AgentPath
	Page
	EntityID ID `query:"entityId" doc:"Only those of this one, on either side"`
}

type relationshipList struct {
	Relationships []relationshipView `json:"relationships"`
}

func (a *API) listRelationships(ctx context.Context, in *relationshipQuery) (*answer[relationshipList], error) {
	list, err := a.Agents.Relationships(ctx, eliza.ID(in.AgentID), eliza.ID(in.EntityID), in.Limit, in.Offset)
	if err != nil {
		return nil, fail(err)
	}
	return ok(relationshipList{views(list, viewRelationship)}), nil
}

type relationshipPatch struct {
	RelationshipPath
	Body struct {
		Tags     []string       `json:"tags,omitempty" maxItems:"20"`
		Metadata map[string]any `json:"metadata,omitempty"`
	}
}

const maxTagBytes = 100

func (a *API) updateRelationship(ctx context.Context, in *relationshipPatch) (*answer[relationshipView], error) {
	if slices.ContainsFunc(in.Body.Tags, func(tag string) bool { return strings.TrimSpace(tag) == "" || len(tag) > maxTagBytes }) {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "tags: a tag has 1 to %d bytes", maxTagBytes))
	}
	r, err := a.Agents.UpdateRelationship(ctx, eliza.ID(in.AgentID), eliza.ID(in.RelationshipID), func(r *eliza.Relationship) error {
		if in.Body.Tags != nil {
			r.Tags = in.Body.Tags
		}
		if in.Body.Metadata != nil {
			r.Metadata = in.Body.Metadata
		}
		return nil
	})
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewRelationship(r)), nil
}

func (a *API) deleteRelationship(ctx context.Context, in *RelationshipPath) (*none, error) {
	if err := a.Agents.DeleteRelationship(ctx, eliza.ID(in.AgentID), eliza.ID(in.RelationshipID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

type summaryView struct {
	RoomID    eliza.ID     `json:"roomId"`
	AgentID   eliza.ID     `json:"agentId"`
	Text      string       `json:"text"`
	From      eliza.Millis `json:"from" doc:"When the first message that it covers was said"`
	To        eliza.Millis `json:"to" doc:"And the last"`
	UpdatedAt eliza.Millis `json:"updatedAt"`
}

func viewSummary(r eliza.Reflection) summaryView {
	return summaryView{r.RoomID, r.AgentID, r.Summary, r.SummaryFrom, cmp.Or(r.SummaryTo, r.UpdatedAt), r.UpdatedAt}
}

type summaryList struct {
	Summaries []summaryView `json:"summaries"`
}

func (a *API) listSummaries(ctx context.Context, in *entityQuery) (*answer[summaryList], error) {
	list, err := a.Agents.Summaries(ctx, eliza.ID(in.AgentID), in.Limit, in.Offset)
	if err != nil {
		return nil, fail(err)
	}
	return ok(summaryList{views(list, viewSummary)}), nil
}

func (a *API) getSummary(ctx context.Context, in *RoomPath) (*answer[summaryView], error) {
	r, err := a.Agents.Summary(ctx, eliza.ID(in.AgentID), eliza.ID(in.RoomID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewSummary(r)), nil
}

type summaryPatch struct {
	RoomPath
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"4000"`
	}
}

func (a *API) updateSummary(ctx context.Context, in *summaryPatch) (*answer[summaryView], error) {
	if strings.TrimSpace(in.Body.Text) == "" {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "text: a text is required"))
	}
	r, err := a.Agents.SetSummary(ctx, eliza.ID(in.AgentID), eliza.ID(in.RoomID), in.Body.Text)
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewSummary(r)), nil
}

func (a *API) deleteSummary(ctx context.Context, in *RoomPath) (*none, error) {
	if _, err := a.Agents.SetSummary(ctx, eliza.ID(in.AgentID), eliza.ID(in.RoomID), ""); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}
