package api

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
)

type memorySearch struct {
	AgentPath
	Body struct {
		Query    string   `json:"query" minLength:"1" maxLength:"20000" doc:"What is looked for, in any words"`
		Limit    int      `json:"limit,omitempty" default:"10" minimum:"1" maximum:"100"`
		Types    []string `json:"types,omitempty" maxItems:"10" doc:"message, fact, document, knowledge, or others; all when absent"`
		RoomID   ID       `json:"roomId,omitempty" doc:"Only what belongs to this room, or to this channel"`
		EntityID ID       `json:"entityId,omitempty" doc:"Only what this one said; with roomId, what belongs to either"`
		Before   int64    `json:"before,omitempty" minimum:"0" maximum:"9007199254740991" doc:"Made before this moment, in milliseconds since 1970"`
	}
}

type foundMemory struct {
	memoryView
	Score  float64 `json:"score" doc:"What orders the list, mixed of the rest and of what was said beside it"`
	Text   float64 `json:"textScore" doc:"BM25, 0 when no word fits"`
	Cosine float64 `json:"similarity" doc:"Of the vectors, 0 when there is none"`
}

type memoriesFound struct {
	Memories []foundMemory `json:"memories"`
	By       string        `json:"by" enum:"text,text and vectors"`
}

func (a *API) searchMemories(ctx context.Context, in *memorySearch) (*answer[memoriesFound], error) {
	b := &in.Body
	q := memory.Query{AgentID: eliza.ID(in.AgentID), Text: b.Query, Limit: b.Limit, RoomID: eliza.ID(b.RoomID), EntityID: eliza.ID(b.EntityID), Before: eliza.Millis(b.Before), Patient: true}
	for _, t := range b.Types {
		q.Types = append(q.Types, tableOf(t))
	}
	found, by, err := a.Agents.SearchMemories(ctx, q)
	if err != nil {
		return nil, fail(err)
	}
	list := make([]foundMemory, len(found))
	for i, f := range found {
		list[i] = foundMemory{viewMemory(f.Memory), f.Score, f.Text, f.Cosine}
	}
	return ok(memoriesFound{list, by}), nil
}
