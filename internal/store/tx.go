package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// tx is an open write transaction. What is rare is said through bun; the way
// of a message uses exec and query, whose statements are prepared once and
// whose values are bound ("?" on both databases).
type tx struct {
	bun.IDB
	bound
	// after, when a write sets it, is called once the write is on disk and
	// before its caller goes on; on SQLite in the order of the commits.
	after func()

	words []wordsOf // for the text index, which takes them at the end
}

// then adds to what is called after the write.
func (t *tx) then(do func()) {
	before := t.after
	t.after = func() {
		if before != nil {
			before()
		}
		do()
	}
}

// wordsOf are the words by which the memory of that number is found.
type wordsOf struct {
	n     int64
	words []string // each behind the scopes that have it
	terms terms
	of    *remark
}

// bound runs statements with bound values.
type bound interface {
	exec(ctx context.Context, query string, args ...any) (affected int64, err error)
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// one reads a single row into dest and tells whether there was one.
func one(ctx context.Context, b bound, query string, args []any, dest ...any) (bool, error) {
	rows, err := b.query(ctx, query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	rows.Next() // to its end: only then has SQLite done a statement with RETURNING
	return true, rows.Err()
}

// maxRows is how many rows one INSERT takes; more are split. It bounds how
// many statements are kept prepared.
const maxRows = 8

// insert adds rows, all values of which stand in args one after another.
// query ends in "VALUES " and rest follows the values.
func insert(ctx context.Context, b bound, query string, columns int, rest string, args []any) error {
	for len(args) > 0 {
		n := min(len(args)/columns, maxRows)
		if _, err := b.exec(ctx, query+rowMarks(n, columns)+rest, args[:n*columns]...); err != nil {
			return err
		}
		args = args[n*columns:]
	}
	return nil
}

// rowMarks is "(?, ?), (?, ?)" for 2 rows of 2 columns.
func rowMarks(rows, columns int) string {
	row := "(" + strings.Repeat("?, ", columns-1) + "?)"
	if rows == 1 {
		return row
	}
	return strings.Repeat(row+", ", rows-1) + row
}

// prepared keeps the statements of an SQLite connection, or of a pool of them.
type prepared struct {
	conn interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	}
	statements sync.Map // query -> *sql.Stmt
}

func (p *prepared) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := p.statements.Load(query); ok {
		return st.(*sql.Stmt), nil
	}
	st, err := p.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if first, loaded := p.statements.LoadOrStore(query, st); loaded {
		return first.(*sql.Stmt), st.Close()
	}
	return st, nil
}

func (p *prepared) close() error {
	var errs []error
	for _, st := range p.statements.Range {
		errs = append(errs, st.(*sql.Stmt).Close())
	}
	return errors.Join(errs...)
}

func (p *prepared) exec(ctx context.Context, query string, args ...any) (int64, error) {
	st, err := p.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	result, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (p *prepared) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := p.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// numbered speaks to PostgreSQL: marks become $1, $2 ..., and pgx keeps the
// statement prepared on each connection that it runs on.
type numbered struct {
	conn interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}
}

func (n numbered) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := n.conn.ExecContext(ctx, numberMarks(query), cached(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (n numbered) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return n.conn.QueryContext(ctx, numberMarks(query), cached(args)...)
}

func cached(args []any) []any {
	return append([]any{pgx.QueryExecModeCacheStatement}, args...)
}

var numberedQueries sync.Map // query with "?" -> query with "$1"

func numberMarks(query string) string {
	if q, ok := numberedQueries.Load(query); ok {
		return q.(string)
	}
	var b strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	numberedQueries.Store(query, b.String())
	return b.String()
}
