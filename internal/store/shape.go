package store

import (
	"context"
	"strings"
)

// shape holds what differs between the databases in what is said to them.
type shape struct {
	name     string // "sqlite" or "postgresql"
	sole     bool   // no other server can use the database
	now      string // milliseconds since 1970
	lockFree string // ends a SELECT that locks its rows, leaving out those that another transaction holds
	share    string // ends a SELECT whose rows may not be deleted before the transaction ends
	size     string // SELECT of the bytes on disk

	text      string // the text in memories.content
	modelType string // modelType in logs.body

	indexText   string // INSERT of a memory's number and its words; ends in VALUES
	unindexText string // DELETE of a memory's words; binds its number

	// indexed are words as the text index takes them, anyOf asks it for those
	// that have one of some words, and matches finds for each such expression
	// the newest maxPerTerm memories, newest first.
	indexed func(words []string) string
	anyOf   func(words []string) string
	matches func(ctx context.Context, b bound, expressions []string) ([][]int64, error)
}

var sqliteShape = shape{
	name:        "sqlite",
	sole:        true,
	now:         `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
	size:        `SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s`,
	text:        `json_extract(content, '$.text')`,
	modelType:   `json_extract(body, '$.modelType')`,
	indexText:   `INSERT INTO memory_text (rowid, words) VALUES `,
	unindexText: `DELETE FROM memory_text WHERE rowid = ?`,
	indexed:     func(words []string) string { return strings.Join(words, " ") },
	anyOf:       func(words []string) string { return quoted(words, `"`, " OR ") },
	matches: func(ctx context.Context, b bound, expressions []string) ([][]int64, error) {
		found := make([][]int64, len(expressions))
		for i, e := range expressions {
			list, err := matchSQLite(ctx, b, e)
			if err != nil {
				return nil, err
			}
			found[i] = list
		}
		return found, nil
	},
}

func matchSQLite(ctx context.Context, b bound, expression string) ([]int64, error) {
	rows, err := b.query(ctx, `SELECT rowid FROM memory_text WHERE memory_text MATCH ? ORDER BY rowid DESC LIMIT ?`, expression, maxPerTerm)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

var postgresShape = shape{
	name:        "postgresql",
	now:         `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`,
	lockFree:    ` FOR UPDATE SKIP LOCKED`,
	share:       ` FOR KEY SHARE`,
	size:        `SELECT pg_database_size(current_database())`,
	text:        `content->>'text'`,
	modelType:   `body->>'modelType'`,
	indexText:   `INSERT INTO memory_text (n, words) VALUES `,
	unindexText: `DELETE FROM memory_text WHERE n = ?`,
	indexed:     func(words []string) string { return quoted(words, `'`, " ") },
	anyOf:       func(words []string) string { return quoted(words, `'`, " | ") },
	matches:     matchPostgres,
}

// matchPostgres looks all expressions up in one round trip. The order is by an
// expression so that the text index is used and not the primary key, which
// would be read to its end for a rare word.
func matchPostgres(ctx context.Context, b bound, expressions []string) ([][]int64, error) {
	rows, err := b.query(ctx, `SELECT t.i, x.n FROM unnest(CAST(? AS TEXT[])) WITH ORDINALITY AS t (e, i),
		LATERAL (SELECT n FROM memory_text WHERE words @@ CAST(t.e AS TSQUERY) ORDER BY n + 0 DESC LIMIT ?) x`, expressions, maxPerTerm)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make([][]int64, len(expressions))
	for rows.Next() {
		var i, n int64
		if err := rows.Scan(&i, &n); err != nil {
			return nil, err
		}
		found[i-1] = append(found[i-1], n)
	}
	return found, rows.Err()
}

// quoted writes words between quotes of the given kind.
func quoted(words []string, mark, between string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(mark)
		b.WriteString(strings.ReplaceAll(w, mark, mark+mark))
		b.WriteString(mark)
	}
	return b.String()
}
