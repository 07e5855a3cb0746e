package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) factRoutes() {
	const tag = "Facts & People"
	all, one := "/api/agents/{agentId}/facts", "/api/agents/{agentId}/facts/{factId}"
	add(a, operation{id: "list-facts", method: "GET", paths: []string{all}, tag: tag, errors: []int{404}, summary: "List what an agent knows of people, newest first",
		about: "A fact is what somebody said of themselves. A newer one on the same subject takes the place of an older, which is kept and not recalled."}, a.listFacts)
	add(a, operation{id: "get-fact", method: "GET", paths: []string{one}, tag: tag, errors: []int{404}, summary: "Get a fact"}, a.getFact)
	add(a, operation{id: "update-fact", method: "PATCH", paths: []string{one}, tag: tag, errors: []int{404}, summary: "Change a fact",
		about: "Fields that are absent stay. Whose fact it is, and who said it where, cannot be changed."}, a.updateFact)
	add(a, operation{id: "delete-fact", method: "DELETE", paths: []string{one}, tag: tag, status: 204, errors: []int{404}, summary: "Delete a fact"}, a.deleteFact)
	add(a, operation{id: "get-memory-origin", method: "GET", paths: []string{"/api/agents/{agentId}/memories/{memoryId}/why"}, tag: "Memory Management", errors: []int{404},
		summary: "See where a memory comes from and when it was used",
		about:   "Uses are found in the agent's newest runs; runsSearched tells in how many."}, a.memoryOrigin)
}

// FactPath names a fact of an agent in a path.
type FactPath struct {
	AgentPath
	FactID ID `path:"factId"`
}

// factView is a fact as clients see it.
type factView struct {
	memoryView
	Text         string       `json:"text"`
	Subject      string       `json:"subject" doc:"What it is about; empty when nothing can take its place"`
	Confidence   float64      `json:"confidence"`
	Current      bool         `json:"current" doc:"It holds: nothing newer took its place"`
	ValidUntil   eliza.Millis `json:"validUntil,omitempty"`
	SupersededBy string       `json:"supersededBy,omitempty" doc:"The fact that took its place"`
}

func viewFact(m eliza.Memory) factView {
	v := factView{memoryView: viewMemory(m), Text: m.Content.Text, Subject: m.Subject(), Confidence: 1, Current: m.ValidUntil == 0, ValidUntil: m.ValidUntil}
	if sure, there := m.Metadata["confidence"].(float64); there {
		v.Confidence = sure
	}
	v.SupersededBy, _ = m.Metadata["supersededBy"].(string)
	return v
}

type factQuery struct {
	AgentPath
	EntityID ID   `query:"entityId" doc:"Only facts of this one"`
	RoomID   ID   `query:"roomId" doc:"Only what was said in this room, or in this channel"`
	Current  bool `query:"current" doc:"Only those that hold"`
	Limit    int  `query:"limit" default:"50" minimum:"1" maximum:"1000"`
	Offset   int  `query:"offset" minimum:"0" maximum:"1000000000"`
}

type factList struct {
	Facts []factView `json:"facts"`
	Total int        `json:"total" doc:"How many there are in all"`
}

func (a *API) listFacts(ctx context.Context, in *factQuery) (*answer[factList], error) {
	facts, total, err := a.Agents.Facts(ctx, eliza.ID(in.AgentID), agent.FactFilter{
		EntityID: eliza.ID(in.EntityID), Room: eliza.ID(in.RoomID), Current: in.Current, Limit: in.Limit, Offset: in.Offset,
	})
	if err != nil {
		return nil, fail(err)
	}
	return ok(factList{views(facts, viewFact), total}), nil
}

func (a *API) getFact(ctx context.Context, in *FactPath) (*answer[factView], error) {
	m, err := a.Agents.Fact(ctx, eliza.ID(in.AgentID), eliza.ID(in.FactID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewFact(m)), nil
}

type factPatch struct {
	FactPath
	Body struct {
		Text       *string  `json:"text,omitempty" minLength:"1" maxLength:"2000"`
		Subject    *string  `json:"subject,omitempty" maxLength:"60"`
		Confidence *float64 `json:"confidence,omitempty" minimum:"0" maximum:"1"`
		Current    *bool    `json:"current,omitempty" doc:"false ends it, true makes it hold again"`
	}
}

func (a *API) updateFact(ctx context.Context, in *factPatch) (*answer[factView], error) {
	b := &in.Body
	if b.Text != nil && strings.TrimSpace(*b.Text) == "" {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "text: a text is required"))
	}
	m, err := a.Agents.EditFact(ctx, eliza.ID(in.AgentID), eliza.ID(in.FactID), agent.FactChange{Text: b.Text, Subject: b.Subject, Confidence: b.Confidence, Current: b.Current})
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewFact(m)), nil
}

func (a *API) deleteFact(ctx context.Context, in *FactPath) (*none, error) {
	if err := a.Agents.DeleteFact(ctx, eliza.ID(in.AgentID), eliza.ID(in.FactID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

type memoryUse struct {
	RunID     eliza.ID     `json:"runId"`
	MessageID eliza.ID     `json:"messageId" doc:"That was answered"`
	RoomID    eliza.ID     `json:"roomId"`
	At        eliza.Millis `json:"at"`
}

type memoryOriginView struct {
	Memory       memoryView   `json:"memory"`
	Author       roomEntity   `json:"author" doc:"Who said it"`
	ChannelID    eliza.ID     `json:"channelId,omitzero" doc:"Where it was said"`
	RoomName     string       `json:"roomName,omitempty"`
	Messages     []eliza.ID   `json:"messageIds" doc:"That say it"`
	Excerpt      string       `json:"excerpt" doc:"Of the first of them that is still there"`
	SaidAt       eliza.Millis `json:"saidAt"`
	Trust        eliza.Trust  `json:"trust" enum:"said,agent,document,tool,inferred"`
	Supersedes   []eliza.ID   `json:"supersedes" doc:"Facts whose place it took"`
	SupersededBy string       `json:"supersededBy,omitempty"`
	ValidUntil   eliza.Millis `json:"validUntil,omitempty"`
	Uses         []memoryUse  `json:"uses" doc:"Runs that recalled it, the newest first"`
	Searched     int          `json:"runsSearched"`
}

func (a *API) memoryOrigin(ctx context.Context, in *MemoryPath) (*answer[memoryOriginView], error) {
	p, err := a.Agents.Why(ctx, eliza.ID(in.AgentID), eliza.ID(in.MemoryID))
	if err != nil {
		return nil, fail(err)
	}
	m := &p.Memory
	out := memoryOriginView{
		Memory: viewMemory(*m), Author: roomEntity{m.EntityID, p.Author}, ChannelID: p.Channel, RoomName: p.RoomName,
		Messages: append([]eliza.ID{}, p.Messages...), Excerpt: p.Excerpt, SaidAt: p.SaidAt, Trust: m.Trust(), Supersedes: append([]eliza.ID{}, p.Supersedes...),
		ValidUntil: m.ValidUntil, Uses: []memoryUse{}, Searched: p.Looked,
	}
	out.SupersededBy, _ = m.Metadata["supersededBy"].(string)
	for _, u := range p.Uses {
		out.Uses = append(out.Uses, memoryUse{u.RunID, u.MessageID, u.RoomID, u.At})
	}
	return ok(out), nil
}
