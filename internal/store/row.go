package store

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// get reads the row whose primary key row holds.
func get[T any](ctx context.Context, s *Store, kind string, row *T) error {
	return found(kind, s.read.NewSelect().Model(row).WherePK().Scan(ctx))
}

// create inserts a row. Error code: CONFLICT when its key is taken.
func create[T any](ctx context.Context, t *tx, kind string, row *T) error {
	result, err := t.NewInsert().Model(row).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return conflict(err, kind)
	}
	return nil
}

func conflict(err error, kind string) error {
	if err != nil {
		return err
	}
	return eliza.Errorf(eliza.CodeConflict, "%s already exists", kind)
}

// change reads the row with key's primary key, has it changed and writes it
// back but for the columns that are kept. It returns the new row.
func change[T any](ctx context.Context, s *Store, kind string, key T, by func(*T) error, keep ...string) (row T, err error) {
	return changeAnd(ctx, s, kind, key, nil, by, keep...)
}

// changeAnd is change, followed by then in the same transaction.
func changeAnd[T any](ctx context.Context, s *Store, kind string, key T, then func(context.Context, *tx, *T) error, by func(*T) error, keep ...string) (row T, err error) {
	err = s.write(ctx, "update "+kind, func(ctx context.Context, t *tx) error {
		row = key
		if err := s.lockRow(t.NewSelect().Model(&row).WherePK()).Scan(ctx); err != nil {
			return found(kind, err)
		}
		if err := by(&row); err != nil {
			return callersError{err}
		}
		_, err := t.NewUpdate().Model(&row).WherePK().ExcludeColumn(keep...).Exec(ctx)
		if err == nil && then != nil {
			err = then(ctx, t, &row)
		}
		return err
	})
	return row, err
}

// lockRow keeps the row that q reads from changing before the transaction ends.
func (s *Store) lockRow(q *bun.SelectQuery) *bun.SelectQuery {
	if s.shape.sole {
		return q // nobody else writes
	}
	return q.For("UPDATE")
}

// remove deletes the rows that where chooses. Error code: NOT_FOUND when
// there are none.
func remove(ctx context.Context, s *Store, kind, query string, args ...any) error {
	return s.write(ctx, "delete "+kind, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, query, args...)
		if err == nil && n == 0 {
			err = eliza.NotFound(kind)
		}
		return err
	})
}

// mustExist reports NOT_FOUND when the table has no row of that id. On
// PostgreSQL the row stays until the transaction ends.
func (s *Store) mustExist(ctx context.Context, t *tx, kind, table string, id eliza.ID) error {
	var is int
	ok, err := one(ctx, t, `SELECT 1 FROM `+table+` WHERE id = ?`+s.shape.share, []any{id.String()}, &is)
	if err == nil && !ok {
		err = eliza.NotFound(kind)
	}
	return err
}

// affected is the number of rows a statement of bun touched.
func affected(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// idText is an id as a value to bind; the zero one is NULL.
func idText(id eliza.ID) any {
	if id == eliza.NoID {
		return nil
	}
	return id.String()
}
