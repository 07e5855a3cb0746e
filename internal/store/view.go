package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
)

// EnsureView makes sure that an agent has this world, this room and these
// entities. What is there stays as it is, but entities learn new names.
func (s *Store) EnsureView(ctx context.Context, v View) error {
	world, room, entities, err := viewRows(v)
	if err != nil {
		return err
	}
	return s.write(ctx, "store view", func(ctx context.Context, t *tx) error {
		return ensureView(ctx, t, world, room, entities)
	})
}

const (
	insertWorld = `INSERT INTO worlds (id, agent_id, name, message_server_id, metadata, created_at) VALUES `
	insertRoom  = `INSERT INTO rooms (id, agent_id, world_id, channel_id, message_server_id, name, source, type, state, metadata, created_at) VALUES `
	insertNew   = `INSERT INTO entities (id, agent_id, names, metadata, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
)

type entityRow struct {
	entity eliza.Entity
	args   []any
}

func viewRows(v View) (world, room []any, entities []entityRow, err error) {
	if w := v.World; w.ID != eliza.NoID {
		metadata, err := toJSON(w.Metadata)
		if err != nil {
			return nil, nil, nil, err
		}
		world = []any{w.ID.String(), w.AgentID.String(), clean(w.Name), w.ServerID.String(), metadata, int64(w.CreatedAt)}
	}
	if r := v.Room; r.ID != eliza.NoID {
		metadata, err := toJSON(r.Metadata)
		if err != nil {
			return nil, nil, nil, err
		}
		room = []any{r.ID.String(), r.AgentID.String(), idText(r.WorldID), idText(r.ChannelID), r.ServerID.String(),
			clean(r.Name), clean(r.Source), string(r.Type), string(r.State), metadata, int64(r.CreatedAt)}
	}
	for _, e := range v.Entities {
		names, err := toJSON(e.Names)
		if err != nil {
			return nil, nil, nil, err
		}
		metadata, err := toJSON(e.Metadata)
		if err != nil {
			return nil, nil, nil, err
		}
		entities = append(entities, entityRow{e, []any{e.ID.String(), e.AgentID.String(), names, metadata, int64(e.CreatedAt)}})
	}
	return world, room, entities, nil
}

func ensureView(ctx context.Context, t *tx, world, room []any, entities []entityRow) error {
	if err := insert(ctx, t, insertWorld, 6, ` ON CONFLICT DO NOTHING`, world); err != nil {
		return err
	}
	if err := insert(ctx, t, insertRoom, 11, ` ON CONFLICT DO NOTHING`, room); err != nil {
		return err
	}
	for _, row := range entities {
		n, err := t.exec(ctx, insertNew, row.args...)
		if err != nil {
			return err
		}
		if n == 0 {
			if err := learnNames(ctx, t, row.entity); err != nil {
				return err
			}
		}
	}
	return nil
}

// learnNames adds the names of an entity that is known under others.
func learnNames(ctx context.Context, t *tx, e eliza.Entity) error {
	var text string
	if _, err := one(ctx, t, `SELECT names FROM entities WHERE agent_id = ? AND id = ?`, []any{e.AgentID.String(), e.ID.String()}, &text); err != nil {
		return err
	}
	var known []string
	if err := json.Unmarshal([]byte(text), &known); err != nil {
		return err
	}
	all := slices.Clone(known)
	for _, name := range e.Names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if len(all) == len(known) {
		return nil
	}
	names, err := toJSON(all)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE entities SET names = ? WHERE agent_id = ? AND id = ?`, names, e.AgentID.String(), e.ID.String())
	return err
}
