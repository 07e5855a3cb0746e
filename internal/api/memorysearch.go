package api

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
		EntityID ID       `json:"entityId,omitempty" doc:"Only what this one said"`
		Before   int64    `json:"before,omitempty" minimum:"0" maximum:"9007199254740991" doc:"Made before this moment, in milliseconds since 1970"`
		After    int64    `json:"after,omitempty" minimum:"0" maximum:"9007199254740991" doc:"Made after this moment"`
	}
}

type foundMemory struct {
	memoryView
	Score  float64    `json:"score" doc:"What orders the list; the sum of its parts"`
	Text   float64    `json:"textScore" doc:"BM25, 0 when no word fits"`
	Cosine float64    `json:"similarity" doc:"Of the vectors, 0 when there is none"`
	Parts  scoreParts `json:"parts"`
	Why    string     `json:"why" example:"its words fit, it stands beside what fits" doc:"The parts in words, the largest first"`
}

type scoreParts struct {
	Words   float64 `json:"words" doc:"Its words are the question's"`
	Meaning float64 `json:"meaning" doc:"Its vector is near the question's"`
	Beside  float64 `json:"beside" doc:"It was said beside what fits"`
	Named   float64 `json:"named" doc:"The question names who said it"`
	Near    float64 `json:"near" doc:"It was said in this room, by this entity or lately"`
}

// why says the parts of a score in words.
func (p scoreParts) why() string {
	type part struct {
		share float64
		words string
	}
	parts := []part{
		{p.Words, "its words fit"}, {p.Meaning, "its meaning is near"}, {p.Beside, "it stands beside what fits"},
		{p.Named, "the question names who said it"}, {p.Near, "it is of here, of this one or of late"},
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.share, a.share) })
	var all []string
	for _, p := range parts {
		if p.share > 0 {
			all = append(all, p.words)
		}
	}
	return strings.Join(all, ", ")
}

type memoriesFound struct {
	Memories []foundMemory `json:"memories"`
	By       string        `json:"by" enum:"text,text and vectors"`
}

func (a *API) searchMemories(ctx context.Context, in *memorySearch) (*answer[memoriesFound], error) {
	b := &in.Body
	q := memory.Query{
		AgentID: eliza.ID(in.AgentID), Text: b.Query, Limit: b.Limit, RoomID: eliza.ID(b.RoomID), EntityID: eliza.ID(b.EntityID),
		Before: eliza.Millis(b.Before), After: eliza.Millis(b.After), Patient: true,
	}
	if q.RoomID != eliza.NoID { // what this one said there
		q.By, q.EntityID = q.EntityID, eliza.NoID
	}
	for _, t := range b.Types {
		q.Types = append(q.Types, tableOf(t))
	}
	found, by, err := a.Agents.SearchMemories(ctx, q)
	if err != nil {
		return nil, fail(err)
	}
	list := make([]foundMemory, len(found))
	for i, f := range found {
		list[i] = foundMemory{viewMemory(f.Memory), f.Score, f.Text, f.Cosine, scoreParts(f.Parts), scoreParts(f.Parts).why()}
	}
	return ok(memoriesFound{list, by}), nil
}
