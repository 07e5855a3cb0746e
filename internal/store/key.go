package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// CreateKey stores a key. Error code: CONFLICT when its id or hash is taken.
func (s *Store) CreateKey(ctx context.Context, key eliza.Key) error {
	return s.write(ctx, "create key", func(ctx context.Context, t *tx) error {
		return create(ctx, t, "Key", &key)
	})
}

// Keys returns all keys, the oldest first.
func (s *Store) Keys(ctx context.Context) ([]eliza.Key, error) {
	var list []eliza.Key
	err := s.read.NewSelect().Model(&list).Order("created_at", "id").Scan(ctx)
	return list, failed("read keys", err)
}

// DeleteKey deletes a key. Error code: NOT_FOUND.
func (s *Store) DeleteKey(ctx context.Context, id eliza.ID) error {
	return remove(ctx, s, "Key", `DELETE FROM keys WHERE id = ?`, id.String())
}

// UseKeys notes when keys were last used; an older moment than the stored one
// changes nothing.
func (s *Store) UseKeys(ctx context.Context, at map[eliza.ID]eliza.Millis) error {
	return s.write(ctx, "note the use of keys", func(ctx context.Context, t *tx) error {
		for id, moment := range at {
			if _, err := t.exec(ctx, `UPDATE keys SET last_used_at = ? WHERE id = ? AND coalesce(last_used_at, 0) < ?`,
				int64(moment), id.String(), int64(moment)); err != nil {
				return err
			}
		}
		return nil
	})
}
