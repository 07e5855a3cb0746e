-- +goose Up
-- +goose StatementBegin
-- A key of an agent stays when the agent is deleted: a server whose last key
-- went away unnoticed would be open.
CREATE TABLE keys (
	id UUID NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	hash TEXT NOT NULL UNIQUE,
	access TEXT NOT NULL,
	agent_id UUID,
	created_at BIGINT NOT NULL,
	expires_at BIGINT,
	last_used_at BIGINT
);
-- +goose StatementEnd
