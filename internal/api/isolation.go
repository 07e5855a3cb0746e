package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
)

// Where entities are kept apart (ENABLE_DATA_ISOLATION), each reaches only the
// channels that it takes part in. Who somebody is says the handshake of a
// socket (auth.entityId) and over HTTP, as in ElizaOS 1.7, the header
// X-Entity-Id. It is believed: what keeps strangers away is the key.

const entityHeader = "X-Entity-Id"

const notYourChannel = "Access denied: You don't have permission to join this channel"

// sharedTags are the parts of the API whose operations are Policy.Shared: what
// agents keep of everybody, and what is told to addresses outside.
var sharedTags = map[string]bool{
	"Agent Logs": true, "Approvals": true, "Facts & People": true, "Group Management": true, "Memory Management": true, "Room Management": true, "Runs": true,
	"Server Logs": true, "Tasks": true, "Webhooks": true, "World Management": true,
}

// isolate holds a request that names a channel to the entity that it is from.
// The holder of a key that administers may speak for nobody in particular.
func (a *API) isolate(r *http.Request, p Policy, param func(string) string) error {
	if p.Needs == open {
		return nil
	}
	v := visitOf(r.Context())
	if p.Shared && !v.grant.Right.Covers(eliza.RightAdmin) {
		return lacks(v.grant, eliza.RightAdmin)
	}
	named := r.Header.Get(entityHeader)
	if named == "" {
		if v.grant.Right == eliza.RightAdmin {
			return nil
		}
		return eliza.Errorf(eliza.CodeForbidden, "Entities are kept apart here: the header %s is required", entityHeader)
	}
	var err error
	if v.entity, err = eliza.ParseID(named); err != nil {
		return eliza.Errorf(eliza.CodeInvalidID, "%s: an id is required", entityHeader)
	}
	channel, err := a.namedChannel(r.Context(), param)
	if err != nil || channel == "" {
		return nil // the handler tells what is wrong with an id
	}
	return a.permitEntityOpening(r.Context(), v.entity, channel)
}

// permitEntity lets an entity into the channels it takes part in.
func (a *API) permitEntity(ctx context.Context, entity eliza.ID, channel string) error {
	id, err := eliza.ParseID(channel)
	if err != nil {
		return eliza.Errorf(eliza.CodeForbidden, notYourChannel)
	}
	members, err := a.Messaging.Participants(ctx, id)
	switch {
	case err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound:
		return err
	case !slices.Contains(members, entity):
		return eliza.Errorf(eliza.CodeForbidden, notYourChannel)
	}
	return nil
}

// permitEntityOpening is permitEntity for a channel that may not be there yet:
// whoever makes one takes part in it.
func (a *API) permitEntityOpening(ctx context.Context, entity eliza.ID, channel string) error {
	id, err := eliza.ParseID(channel)
	if err != nil {
		return nil // the handler tells what is wrong with an id
	}
	if _, err := a.Messaging.Channel(ctx, id); eliza.ErrorCode(err) == eliza.CodeNotFound {
		return nil
	}
	return a.permitEntity(ctx, entity, channel)
}

// permitAuthor holds what is said, or begun, to the entity that does so.
func (a *API) permitAuthor(ctx context.Context, field string, author eliza.ID) error {
	if v := visitOf(ctx); v.entity != eliza.NoID && author != v.entity {
		return eliza.Errorf(eliza.CodeForbidden, "%s: %s names another entity", field, entityHeader)
	}
	return nil
}

// permitAsking holds a session or a job to the agent of the key and to the
// entity that begins it.
func (a *API) permitAsking(ctx context.Context, agent, user eliza.ID) error {
	if err := a.permitNamed(ctx, agent); err != nil {
		return err
	}
	return a.permitAuthor(ctx, "userId", user)
}
