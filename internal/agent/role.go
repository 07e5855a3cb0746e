package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

// The roles of ElizaOS. They stand in a world's metadata: under roles by the
// entity's id, and the owner under ownership.ownerId.
const (
	roleOwner = "OWNER"
	roleAdmin = "ADMIN"
	roleNone  = "NONE"
)

// roles are those of the turn's world; who is not in it has none.
func (t *Turn) roles(ctx context.Context) (map[eliza.ID]string, error) {
	metadata, err := t.metadata(ctx)
	if err != nil {
		return nil, err
	}
	return rolesOf(metadata), nil
}

func rolesOf(metadata map[string]any) map[eliza.ID]string {
	all := map[eliza.ID]string{}
	listed, _ := metadata["roles"].(map[string]any)
	for key, value := range listed {
		id, err := eliza.ParseID(key)
		if role, _ := value.(string); err == nil && (role == roleOwner || role == roleAdmin) {
			all[id] = role
		}
	}
	ownership, _ := metadata["ownership"].(map[string]any)
	if text, _ := ownership["ownerId"].(string); text != "" {
		if id, err := eliza.ParseID(text); err == nil {
			all[id] = roleOwner
		}
	}
	return all
}

// updateRole gives somebody of the conversation a role in the world.
func updateRole(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	role, err := argument(arguments, "role")
	if err != nil {
		return "", err
	}
	role = strings.ToUpper(strings.TrimSpace(role))
	if !slices.Contains([]string{roleOwner, roleAdmin, roleNone}, role) {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "there are the roles OWNER, ADMIN and NONE")
	}
	who, err := argument(arguments, "entity")
	if err != nil {
		return "", err
	}
	person, err := t.person(ctx, who)
	if err != nil {
		return "", err
	}
	if roles, err := t.roles(ctx); err != nil || roles[person.ID] == roleOwner && role != roleOwner && !ownsElse(roles, person.ID) {
		if err == nil {
			err = eliza.Errorf(eliza.CodeConflict, "the world would have no owner")
		}
		return "", err
	}
	if t.effects.Roles == nil {
		t.effects.Roles = map[string]string{}
	}
	t.effects.Roles[person.ID.String()] = role
	return fmt.Sprintf("%s has the role %s now.", nameOf(person), role), nil
}

func ownsElse(roles map[eliza.ID]string, but eliza.ID) bool {
	for id, role := range roles {
		if role == roleOwner && id != but {
			return true
		}
	}
	return false
}

// person finds somebody who takes part in the turn's channel, by id or by the
// name that the agent knows; names in any spelling. Error codes: NOT_FOUND,
// CONFLICT when several have that name.
func (t *Turn) person(ctx context.Context, who string) (eliza.Entity, error) {
	people, err := t.service.Occupants(ctx, t.Room)
	if err != nil {
		return eliza.Entity{}, err
	}
	found := called(people, who)
	switch len(found) {
	case 0:
		return eliza.Entity{}, eliza.Errorf(eliza.CodeNotFound, "nobody here is called %q", who)
	case 1:
		return found[0], nil
	}
	return eliza.Entity{}, eliza.Errorf(eliza.CodeConflict, "several people here are called %q: name the id", who)
}

// called returns those of some people who have a name or an id.
func called(people []eliza.Entity, who string) []eliza.Entity {
	who = strings.TrimPrefix(strings.TrimSpace(who), "@")
	if id, err := eliza.ParseID(who); err == nil {
		if i := slices.IndexFunc(people, func(p eliza.Entity) bool { return p.ID == id }); i >= 0 {
			return people[i : i+1]
		}
	}
	return analysis.Called(people, who, func(p eliza.Entity) []string { return p.Names })
}

func nameOf(e eliza.Entity) string {
	if len(e.Names) > 0 {
		return e.Names[0]
	}
	return e.ID.String()
}
