package agent

import (
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// changes are what the turn's actions change of the world and of people. They
// are applied to what is stored when the turn ends.
func (t *Turn) changes() store.Changes {
	c := store.Changes{World: t.world.ID}
	if len(t.effects.Roles) > 0 || len(t.effects.Settings) > 0 {
		c.ByWorld = t.changeWorld
	}
	for _, contact := range t.effects.Contacts {
		c.Entities = append(c.Entities, store.EntityChange{ID: contact.Entity, By: contact.note})
	}
	if t.effects.Zone != nil {
		c.Entities = append(c.Entities, store.EntityChange{ID: t.Message.AuthorID, By: noteZone(*t.effects.Zone)})
	}
	return c
}

func (t *Turn) changeWorld(w *eliza.World) {
	if w.Metadata == nil {
		w.Metadata = map[string]any{}
	}
	if len(t.effects.Roles) > 0 {
		roles, _ := w.Metadata["roles"].(map[string]any)
		if roles == nil {
			roles = map[string]any{}
		}
		ownership, _ := w.Metadata["ownership"].(map[string]any)
		for id, role := range t.effects.Roles {
			roles[id] = role
			if ownership["ownerId"] == id && role != roleOwner {
				delete(w.Metadata, "ownership")
			}
		}
		w.Metadata["roles"] = roles
	}
	settings, _ := w.Metadata[worldSettings].(map[string]any)
	for name, value := range t.effects.Settings {
		if s, there := settings[name].(map[string]any); there {
			s["value"] = value
		}
	}
}
