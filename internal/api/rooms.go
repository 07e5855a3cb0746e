package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) roomRoutes() {
	const tag = "Room Management"
	all, one := []string{"/api/agents/{agentId}/rooms", "/api/memory/{agentId}/rooms"}, []string{"/api/agents/{agentId}/rooms/{roomId}", "/api/memory/{agentId}/rooms/{roomId}"}
	add(a, operation{id: "list-rooms", method: "GET", paths: all, tag: tag, summary: "List an agent's rooms", errors: []int{404}}, a.listRooms)
	add(a, operation{id: "get-room", method: "GET", paths: one, tag: tag, summary: "Get a room with who is in it", errors: []int{404},
		about: "A room is how one agent sees a channel: it is found by its own id and by the channel's."}, a.getRoom)
	add(a, operation{id: "create-room", method: "POST", paths: all, tag: tag, status: 201, errors: []int{404, 409},
		summary: "Create a room, which the agent follows", about: "Without a worldId the room gets a world of its own."}, a.createRoom)
	add(a, operation{id: "update-room", method: "PATCH", paths: one, tag: tag, summary: "Change a room", errors: []int{404}}, a.updateRoom)
	add(a, operation{id: "delete-room", method: "DELETE", paths: one, tag: tag, status: 204, errors: []int{404},
		summary: "Delete a room with what the agent remembers of it", about: "A channel that the agent sees there stays."}, a.deleteRoom)
}

// RoomPath names a room of an agent in a path.
type RoomPath struct {
	AgentPath
	RoomID ID `path:"roomId" doc:"The agent's room, or the channel it sees there"`
}

type roomView struct {
	ID              eliza.ID          `json:"id"`
	Name            string            `json:"name"`
	ChannelID       eliza.ID          `json:"channelId" doc:"The channel that the agent sees here; the room's own id when there is none"`
	AgentID         eliza.ID          `json:"agentId"`
	MessageServerID eliza.ID          `json:"messageServerId"`
	ServerID        eliza.ID          `json:"serverId" doc:"The same as messageServerId"`
	WorldID         eliza.ID          `json:"worldId"`
	WorldName       string            `json:"worldName,omitempty"`
	Type            eliza.ChannelType `json:"type"`
	Source          string            `json:"source"`
	State           eliza.RoomState   `json:"state,omitempty" doc:"FOLLOWED or MUTED, when the agent has decided either"`
	Metadata        map[string]any    `json:"metadata"`
	CreatedAt       eliza.Millis      `json:"createdAt"`
	Entities        []roomEntity      `json:"entities,omitempty"`
}

type roomEntity struct {
	ID   eliza.ID `json:"id"`
	Name string   `json:"name"`
}

func viewRoom(r eliza.Room) roomView {
	if r.Metadata == nil {
		r.Metadata = map[string]any{}
	}
	return roomView{
		ID: r.ID, Name: r.Name, ChannelID: cmp.Or(r.ChannelID, r.ID), AgentID: r.AgentID, MessageServerID: r.ServerID, ServerID: r.ServerID, WorldID: r.WorldID,
		Type: r.Type, Source: r.Source, State: r.State, Metadata: r.Metadata, CreatedAt: r.CreatedAt,
	}
}

type roomQuery struct {
	AgentPath
	WorldID ID `query:"worldId" doc:"Only the rooms of this world"`
}

type roomList struct {
	Rooms []roomView `json:"rooms"`
}

func (a *API) listRooms(ctx context.Context, in *roomQuery) (*answer[roomList], error) {
	agent := eliza.ID(in.AgentID)
	rooms, err := a.Agents.Rooms(ctx, agent)
	if err != nil {
		return nil, fail(err)
	}
	worlds, err := a.Agents.Worlds(ctx, agent)
	if err != nil {
		return nil, fail(err)
	}
	names := make(map[eliza.ID]string, len(worlds))
	for _, w := range worlds {
		names[w.ID] = w.Name
	}
	wanted := eliza.ID(in.WorldID)
	list := roomList{Rooms: []roomView{}}
	for _, r := range rooms {
		if wanted == eliza.NoID || r.WorldID == wanted || r.WorldID == eliza.PerAgent(wanted, agent) {
			v := viewRoom(r)
			v.WorldName = names[r.WorldID]
			list.Rooms = append(list.Rooms, v)
		}
	}
	return ok(list), nil
}

func (a *API) getRoom(ctx context.Context, in *RoomPath) (*answer[roomView], error) {
	r, err := a.Agents.Room(ctx, eliza.ID(in.AgentID), eliza.ID(in.RoomID))
	if err != nil {
		return nil, fail(err)
	}
	v, err := a.wholeRoom(ctx, r)
	if err != nil {
		return nil, fail(err)
	}
	return ok(v), nil
}

// wholeRoom adds to a room what it takes more rows to know.
func (a *API) wholeRoom(ctx context.Context, r eliza.Room) (roomView, error) {
	v := viewRoom(r)
	world, err := a.Agents.World(ctx, r.AgentID, r.WorldID)
	if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
		return v, err
	}
	v.WorldName = world.Name
	entities, err := a.Agents.Occupants(ctx, r)
	for _, e := range entities {
		v.Entities = append(v.Entities, roomEntity{e.ID, nameOf(e)})
	}
	return v, err
}

func nameOf(e eliza.Entity) string {
	if len(e.Names) > 0 {
		return e.Names[0]
	}
	return "User-" + e.ID.String()[:8]
}

type roomBody struct {
	AgentPath
	Body struct {
		ServerRef
		Name     string         `json:"name" minLength:"1" maxLength:"500"`
		Type     string         `json:"type,omitempty" doc:"DM when absent"`
		Source   string         `json:"source,omitempty" maxLength:"200" doc:"client when absent"`
		WorldID  ID             `json:"worldId,omitempty"`
		RoomID   ID             `json:"roomId,omitempty" doc:"The id the room shall have, or a channel: then it is the agent's room of that channel"`
		EntityID ID             `json:"entityId,omitempty" doc:"For whom the room is made; kept in its metadata"`
		Metadata map[string]any `json:"metadata,omitempty"`
	}
}

func (a *API) createRoom(ctx context.Context, in *roomBody) (*answer[roomView], error) {
	b := &in.Body
	kind, err := eliza.ParseChannelType(cmp.Or(b.Type, string(eliza.TypeDM)))
	if err != nil {
		return nil, fail(err)
	}
	r, err := a.Agents.CreateRoom(ctx, eliza.Room{
		ID: eliza.ID(b.RoomID), AgentID: eliza.ID(in.AgentID), WorldID: eliza.ID(b.WorldID), ServerID: b.id(), Name: b.Name,
		Source: cmp.Or(b.Source, "client"), Type: kind, Metadata: b.Metadata,
	}, eliza.ID(b.EntityID))
	if err != nil {
		return nil, fail(err)
	}
	v, err := a.wholeRoom(ctx, r)
	if err != nil {
		return nil, fail(err)
	}
	return created(v), nil
}

type roomPatch struct {
	RoomPath
	Body struct {
		Name     *string        `json:"name,omitempty" minLength:"1" maxLength:"500"`
		Type     string         `json:"type,omitempty"`
		Metadata map[string]any `json:"metadata,omitempty" doc:"Merged into what there is; null removes a key"`
	}
}

func (a *API) updateRoom(ctx context.Context, in *roomPatch) (*answer[roomView], error) {
	b := &in.Body
	r, err := a.Agents.UpdateRoom(ctx, eliza.ID(in.AgentID), eliza.ID(in.RoomID), func(r *eliza.Room) (err error) {
		if b.Name != nil {
			r.Name = *b.Name
		}
		r.Metadata = mergeShallow(r.Metadata, b.Metadata)
		if b.Type != "" {
			r.Type, err = eliza.ParseChannelType(b.Type)
		}
		return err
	})
	if err != nil {
		return nil, fail(err)
	}
	v, err := a.wholeRoom(ctx, r)
	if err != nil {
		return nil, fail(err)
	}
	return ok(v), nil
}

func (a *API) deleteRoom(ctx context.Context, in *RoomPath) (*none, error) {
	if err := a.Agents.DeleteRoom(ctx, eliza.ID(in.AgentID), eliza.ID(in.RoomID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

// mergeShallow puts patch over base, key by key; null removes a key.
func mergeShallow(base, patch map[string]any) map[string]any {
	merged := maps.Clone(base)
	if merged == nil {
		merged = map[string]any{}
	}
	for key, value := range patch {
		if value == nil {
			delete(merged, key)
		} else {
			merged[key] = value
		}
	}
	return merged
}
