package api

import (
	"context"
	"net/http"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) keyRoutes() {
	const tag, all = "Keys", "/api/keys"
	add(a, operation{id: "create-key", method: "POST", paths: []string{all}, tag: tag, status: 201, errors: []int{404, 409}, needs: eliza.RightAdmin,
		summary: "Make a key with a right, and if need be for one agent and until a moment",
		about:   "The key is shown in this answer and never again. A server without ELIZA_SERVER_AUTH_TOKEN is protected from its first key on, which must be an admin's."}, a.createKey)
	add(a, operation{id: "list-keys", method: "GET", paths: []string{all}, tag: tag, needs: eliza.RightAdmin, summary: "List the keys, without their texts"}, a.listKeys)
	add(a, operation{id: "delete-key", method: "DELETE", paths: []string{all + "/{keyId}"}, tag: tag, status: 204, errors: []int{404}, needs: eliza.RightAdmin,
		summary: "Revoke a key; sockets that came with it are closed"}, a.deleteKey)
}

type keyBody struct {
	Body struct {
		Name      string      `json:"name" minLength:"1" maxLength:"200" doc:"For people"`
		Access    eliza.Right `json:"access" enum:"read,write,admin" doc:"Each includes the one before it"`
		AgentID   ID          `json:"agentId,omitempty" doc:"The only agent that the key is good for, with the channels it takes part in"`
		ExpiresAt int64       `json:"expiresAt,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Milliseconds since 1970; never when absent"`
	}
}

type keyView struct {
	ID         eliza.ID      `json:"id"`
	Name       string        `json:"name"`
	Access     eliza.Right   `json:"access" enum:"read,write,admin"`
	AgentID    eliza.ID      `json:"agentId,omitzero"`
	CreatedAt  eliza.Millis  `json:"createdAt"`
	ExpiresAt  *eliza.Millis `json:"expiresAt,omitempty"`
	LastUsedAt *eliza.Millis `json:"lastUsedAt,omitempty" doc:"To the minute or so"`
}

// keyMade is a new key with its text.
type keyMade struct {
	keyView
	Key string `json:"key" doc:"What belongs in X-API-KEY; it is not shown again"`
}

type keyList struct {
	Keys []keyView `json:"keys"`
}

func viewKey(k eliza.Key) keyView {
	v := keyView{ID: k.ID, Name: k.Name, Access: k.Right, AgentID: k.AgentID, CreatedAt: k.CreatedAt}
	if k.ExpiresAt != 0 {
		v.ExpiresAt = &k.ExpiresAt
	}
	if k.LastUsedAt != 0 {
		v.LastUsedAt = &k.LastUsedAt
	}
	return v
}

func (a *API) createKey(ctx context.Context, in *keyBody) (*answer[keyMade], error) {
	b := &in.Body
	if a.Access.Open(ctx) && b.Access != eliza.RightAdmin {
		return nil, fail(eliza.Errorf(eliza.CodeConflict, "The first key must be an admin's, else nobody could make another one"))
	}
	if b.AgentID != ID(eliza.NoID) {
		if _, err := a.Agents.Agent(ctx, eliza.ID(b.AgentID)); err != nil {
			return nil, fail(err)
		}
	}
	key, text, err := a.Access.Create(ctx, access.Wish{Name: b.Name, Right: b.Access, Agent: eliza.ID(b.AgentID), Expires: eliza.Millis(b.ExpiresAt)})
	if err != nil {
		return nil, fail(err)
	}
	a.log(ctx).Info("a key was made", "name", key.Name, "access", key.Right, "id", key.ID)
	return &answer[keyMade]{Status: http.StatusCreated, Body: success[keyMade]{true, keyMade{viewKey(key), text}}}, nil
}

func (a *API) listKeys(ctx context.Context, _ *struct{}) (*answer[keyList], error) {
	keys, err := a.Access.List(ctx)
	if err != nil {
		return nil, fail(err)
	}
	return ok(keyList{views(keys, viewKey)}), nil
}

type keyPath struct {
	KeyID ID `path:"keyId"`
}

func (a *API) deleteKey(ctx context.Context, in *keyPath) (*none, error) {
	if err := a.Access.Revoke(ctx, eliza.ID(in.KeyID)); err != nil {
		return nil, fail(err)
	}
	a.log(ctx).Info("a key was revoked", "id", eliza.ID(in.KeyID))
	a.realtime.dismiss(ctx)
	return &none{Status: http.StatusNoContent}, nil
}
