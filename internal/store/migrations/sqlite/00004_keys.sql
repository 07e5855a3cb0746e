-- +goose Up
-- +goose StatementBegin
-- A key of an agent stays when the agent is deleted: a server whose last key
-- went away unnoticed would be open.
CREATE TABLE keys (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	hash TEXT NOT NULL UNIQUE,
	access TEXT NOT NULL,
	agent_id TEXT,
	created_at INTEGER NOT NULL,
	expires_at INTEGER,
	last_used_at INTEGER
) STRICT;
-- +goose StatementEnd
