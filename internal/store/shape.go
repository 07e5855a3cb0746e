package store

import (
	"context"
)

// shape holds what differs between the databases in what is said to them.
type shape struct {
	name      string // "sqlite" or "postgresql"
	sole      bool   // no other server can use the database
	now       string // milliseconds since 1970
	lockFree  string // ends a SELECT that locks its rows, leaving out those that another transaction holds
	share     string // ends a SELECT whose rows may not be deleted before the transaction ends
	unchanged string // ends a SELECT whose rows may not be changed before the transaction ends
	size      string // SELECT of the bytes on disk
	noLimit   string // stands where a LIMIT would before an OFFSET

	text      string                            // the text in memories.content
	modelType string                            // modelType in logs.body
	bio       string                            // the first line of the bio in agents.character
	number    func(column, field string) string // a whole number in a column of JSON

	unindexText string // DELETE of a memory's words; binds its number

	// anyOf asks the text index for memories that have one of some words, and
	// matches finds for each such expression the newest maxPerTerm memories,
	// newest first.
	anyOf   func(words []string) string
	matches func(ctx context.Context, b bound, expressions []string) ([][]int64, error)
}

var sqliteShape = shape{
	name:        "sqlite",
	sole:        true,
	now:         `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
	size:        `SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s`,
	noLimit:     ` LIMIT -1`,
	text:        `json_extract(content, '$.text')`,
	modelType:   `json_extract(body, '$.modelType')`,
	bio:         `json_extract(character, '$.bio[0]')`,
	number:      func(column, field string) string { return `json_extract(` + column + `, '$.` + field + `')` },
	unindexText: `DELETE FROM memory_text WHERE rowid = ?`,
	anyOf:       func(words []string) string { return quoted(words, `"`, " OR ") },
	matches:     matchSQLite,
}

var postgresShape = shape{
	name:        "postgresql",
	now:         `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`,
	lockFree:    ` FOR UPDATE SKIP LOCKED`,
	share:       ` FOR KEY SHARE`,
	unchanged:   ` FOR NO KEY UPDATE`,
	size:        `SELECT pg_database_size(current_database())`,
	text:        `content->>'text'`,
	modelType:   `body->>'modelType'`,
	bio:         `character->'bio'->>0`,
	number:      func(column, field string) string { return `CAST(` + column + `->>'` + field + `' AS BIGINT)` },
	unindexText: `DELETE FROM memory_text WHERE n = ?`,
	anyOf:       func(words []string) string { return quoted(words, `'`, " | ") },
	matches:     matchPostgres,
}
