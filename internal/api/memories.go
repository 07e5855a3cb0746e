package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) memoryRoutes() {
	const tag = "Memory Management"
	all, one := []string{"/api/agents/{agentId}/memories", "/api/memory/{agentId}/memories"}, []string{"/api/agents/{agentId}/memories/{memoryId}", "/api/memory/{agentId}/memories/{memoryId}"}
	room := []string{"/api/agents/{agentId}/rooms/{roomId}/memories", "/api/memory/{agentId}/rooms/{roomId}/memories"}
	add(a, operation{id: "list-memories", method: "GET", paths: all, tag: tag, summary: "List an agent's memories, newest first", errors: []int{404}}, a.listMemories)
	add(a, operation{id: "search-memories", method: "POST", paths: []string{"/api/agents/{agentId}/memories/search"}, tag: tag, errors: []int{404},
		summary: "Find what an agent remembers of something",
		about:   "The same search that a turn makes: words and meaning together, and what was said beside. Best first, each with what its score is mixed of."}, a.searchMemories)
	add(a, operation{id: "get-memory-status", method: "GET", paths: []string{"/api/agents/{agentId}/memories/status"}, tag: tag, errors: []int{404},
		summary: "See how far an agent's memories have vectors",
		about:   "First the model in use. Vectors are made in the background; until one is there, and when the model fails, memories are found by their words. Vectors of other models are kept and used again when the model is."}, a.memoryStatus)
	add(a, operation{id: "get-memory", method: "GET", paths: one, tag: tag, summary: "Get a memory", errors: []int{404}}, a.getMemory)
	add(a, operation{id: "create-memory", method: "POST", paths: all, tag: tag, status: 201, errors: []int{404}, summary: "Give an agent a memory",
		about: "The agent recalls it like what it was told itself. The room is one of the agent's, or a channel."}, a.createMemory)
	add(a, operation{id: "update-memory", method: "PATCH", paths: one, tag: tag, summary: "Change a memory", errors: []int{404},
		about: "Fields that are absent stay; content and metadata are replaced as a whole."}, a.updateMemory)
	add(a, operation{id: "delete-memory", method: "DELETE", paths: one, tag: tag, summary: "Delete a memory", errors: []int{404}}, a.deleteMemory)
	add(a, operation{id: "clear-memories", method: "DELETE", paths: all, tag: tag, summary: "Delete all memories of an agent", errors: []int{404}}, a.clearMemories)
	add(a, operation{id: "list-room-memories", method: "GET", paths: room, tag: tag, errors: []int{404},
		summary: "List what an agent remembers of a room, newest first", about: "The room is one of the agent's, or a channel."}, a.listRoomMemories)
	add(a, operation{id: "clear-room-memories", method: "DELETE", tag: tag, status: 204, errors: []int{404},
		paths:   append([]string{"/api/memory/{agentId}/memories/all/{roomId}", "/api/agents/{agentId}/memories/all/{roomId}"}, room...),
		summary: "Delete what an agent remembers of a room", about: "The room is one of the agent's, or a channel."}, a.clearRoomMemories)
}

// MemoryPath names a memory of an agent in a path.
type MemoryPath struct {
	AgentPath
	MemoryID ID `path:"memoryId"`
}

// MemoryChoice is what every listing of memories may ask for.
type MemoryChoice struct {
	Type      string `query:"type" maxLength:"64" example:"message" doc:"message, fact, document, knowledge, or another; the tables' names (messages) mean the same"`
	Table     string `query:"tableName" maxLength:"64" doc:"Another name of type"`
	EntityID  ID     `query:"entityId" doc:"Only what this one said"`
	Embedding bool   `query:"includeEmbedding" doc:"Adds the vectors of those that have one"`
}

func (c *MemoryChoice) kind() eliza.MemoryType { return tableOf(cmp.Or(c.Type, c.Table)) }

type memoryQuery struct {
	AgentPath
	MemoryChoice
	Limit     int `query:"limit" default:"50" minimum:"1" maximum:"1000"`
	Offset    int `query:"offset" minimum:"0" maximum:"1000000000"`
	Room      ID  `query:"room" doc:"Only what belongs to this room, or to this channel"`
	RoomID    ID  `query:"roomId" doc:"Another name of room"`
	ChannelID ID  `query:"channelId" doc:"Another name of room"`
}

type memoryList struct {
	Memories []memoryView `json:"memories"`
	Total    int          `json:"total" doc:"How many there are in all"`
}

func (a *API) listMemories(ctx context.Context, in *memoryQuery) (*answer[memoryList], error) {
	memories, total, err := a.Agents.Memories(ctx, eliza.ID(in.AgentID), agent.MemoryFilter{
		Type: in.kind(), Room: eliza.ID(cmp.Or(in.Room, in.RoomID, in.ChannelID)), EntityID: eliza.ID(in.EntityID), Limit: in.Limit, Offset: in.Offset,
	})
	if err != nil {
		return nil, fail(err)
	}
	shown, err := a.viewMemories(ctx, memories, in.Embedding)
	if err != nil {
		return nil, fail(err)
	}
	return ok(memoryList{shown, total}), nil
}

type roomMemoryQuery struct {
	RoomPath
	MemoryChoice
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"1000"`
	Count  int    `query:"count" minimum:"1" maximum:"1000" doc:"Another name of limit"`
	Before Moment `query:"before" doc:"Made before this moment"`
	Start  Moment `query:"start" doc:"Made at this moment or later"`
	End    Moment `query:"end" doc:"Made at this moment or earlier"`
	Unique bool   `query:"unique" doc:"Only those marked unique"`
}

type roomMemoryList struct {
	Memories []memoryView `json:"memories"`
}

func (a *API) listRoomMemories(ctx context.Context, in *roomMemoryQuery) (*answer[roomMemoryList], error) {
	f := agent.MemoryFilter{
		Type: cmp.Or(in.kind(), eliza.MemoryMessages), EntityID: eliza.ID(in.EntityID), Before: in.Before.at, Unique: in.Unique,
		Limit: cmp.Or(in.Count, in.Limit), NoTotal: true,
	}
	if in.Start.at > 0 {
		f.After = in.Start.at - 1
	}
	if in.End.at > 0 && (f.Before == 0 || in.End.at < f.Before) {
		f.Before = in.End.at + 1
	}
	memories, _, err := a.Agents.RoomMemories(ctx, eliza.ID(in.AgentID), eliza.ID(in.RoomID), f)
	if err != nil {
		return nil, fail(err)
	}
	shown, err := a.viewMemories(ctx, memories, in.Embedding)
	if err != nil {
		return nil, fail(err)
	}
	return ok(roomMemoryList{shown}), nil
}

type memoryGet struct {
	MemoryPath
	Embedding bool `query:"includeEmbedding" doc:"Adds the vector when it has one"`
}

func (a *API) getMemory(ctx context.Context, in *memoryGet) (*answer[memoryView], error) {
	m, err := a.Agents.Memory(ctx, eliza.ID(in.AgentID), eliza.ID(in.MemoryID))
	if err != nil {
		return nil, fail(err)
	}
	shown, err := a.viewMemories(ctx, []eliza.Memory{m}, in.Embedding)
	if err != nil {
		return nil, fail(err)
	}
	return ok(shown[0]), nil
}

type memoryBody struct {
	AgentPath
	Body struct {
		Type      string         `json:"type,omitempty" maxLength:"64" doc:"message when absent" example:"fact"`
		Table     string         `json:"tableName,omitempty" maxLength:"64" doc:"Another name of type"`
		Content   memoryContent  `json:"content"`
		RoomID    ID             `json:"roomId" doc:"One of the agent's rooms, or a channel"`
		EntityID  ID             `json:"entityId,omitempty" doc:"Who said it; the agent itself when absent"`
		Metadata  map[string]any `json:"metadata,omitempty"`
		Unique    *bool          `json:"unique,omitempty" doc:"true when absent"`
		CreatedAt int64          `json:"createdAt,omitempty" minimum:"1" maximum:"253402300799999" doc:"Milliseconds since 1970; now when absent"`
	}
}

func (a *API) createMemory(ctx context.Context, in *memoryBody) (*answer[memoryView], error) {
	b := &in.Body
	content, err := b.Content.read()
	if err != nil {
		return nil, fail(err)
	}
	m, err := a.Agents.CreateMemory(ctx, eliza.Memory{
		AgentID: eliza.ID(in.AgentID), Type: cmp.Or(tableOf(cmp.Or(b.Type, b.Table)), eliza.MemoryMessages), EntityID: eliza.ID(b.EntityID), RoomID: eliza.ID(b.RoomID),
		Content: content, Unique: b.Unique == nil || *b.Unique, Metadata: b.Metadata, CreatedAt: eliza.Millis(b.CreatedAt),
	})
	if err != nil {
		return nil, fail(err)
	}
	return created(viewMemory(m)), nil
}

type memoryPatch struct {
	MemoryPath
	Body struct {
		Type      string         `json:"type,omitempty" maxLength:"64"`
		Table     string         `json:"tableName,omitempty" maxLength:"64" doc:"Another name of type"`
		Content   memoryContent  `json:"content,omitempty"`
		RoomID    ID             `json:"roomId,omitempty"`
		EntityID  ID             `json:"entityId,omitempty"`
		Metadata  map[string]any `json:"metadata,omitempty"`
		Unique    *bool          `json:"unique,omitempty"`
		CreatedAt int64          `json:"createdAt,omitempty" minimum:"1" maximum:"253402300799999"`
	}
}

type memoryChange struct {
	memoryView
	Message string `json:"message"`
}

func (a *API) updateMemory(ctx context.Context, in *memoryPatch) (*answer[memoryChange], error) {
	b := &in.Body
	content, err := b.Content.read()
	if err != nil {
		return nil, fail(err)
	}
	m, err := a.Agents.EditMemory(ctx, eliza.ID(in.AgentID), eliza.ID(in.MemoryID), eliza.ID(b.RoomID), func(m *eliza.Memory) {
		m.Type = cmp.Or(tableOf(cmp.Or(b.Type, b.Table)), m.Type)
		m.EntityID = cmp.Or(eliza.ID(b.EntityID), m.EntityID)
		m.CreatedAt = cmp.Or(eliza.Millis(b.CreatedAt), m.CreatedAt)
		if b.Content != nil {
			m.Content = content
		}
		if b.Metadata != nil {
			m.Metadata = b.Metadata
		}
		if b.Unique != nil {
			m.Unique = *b.Unique
		}
	})
	if err != nil {
		return nil, fail(err)
	}
	return ok(memoryChange{viewMemory(m), "Memory updated successfully"}), nil
}

type memoryDeleted struct {
	ID      eliza.ID `json:"id"`
	Message string   `json:"message"`
}

func (a *API) deleteMemory(ctx context.Context, in *MemoryPath) (*answer[memoryDeleted], error) {
	if err := a.Agents.DeleteMemory(ctx, eliza.ID(in.AgentID), eliza.ID(in.MemoryID)); err != nil {
		return nil, fail(err)
	}
	return ok(memoryDeleted{eliza.ID(in.MemoryID), "Memory deleted successfully"}), nil
}

type memoriesDeleted struct {
	Deleted      int    `json:"deleted"`
	DeletedCount int    `json:"deletedCount" doc:"The same, under the name of older clients"`
	Message      string `json:"message"`
}

func (a *API) clearMemories(ctx context.Context, in *AgentPath) (*answer[memoriesDeleted], error) {
	n, err := a.Agents.ClearMemories(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(memoriesDeleted{n, n, "All agent memories cleared successfully"}), nil
}

func (a *API) clearRoomMemories(ctx context.Context, in *RoomPath) (*none, error) {
	if err := a.Agents.ClearRoom(ctx, eliza.ID(in.AgentID), eliza.ID(in.RoomID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}
