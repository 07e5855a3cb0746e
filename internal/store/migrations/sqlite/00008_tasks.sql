-- +goose Up
-- +goose StatementBegin
-- run_at is null while a task waits for a person.
CREATE TABLE tasks (
	id TEXT NOT NULL PRIMARY KEY,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	room_id TEXT REFERENCES rooms (id) ON DELETE CASCADE,
	world_id TEXT,
	entity_id TEXT,
	tags TEXT NOT NULL,
	metadata TEXT,
	state TEXT NOT NULL,
	due_at INTEGER,
	run_at INTEGER,
	attempts INTEGER NOT NULL,
	last_run_at INTEGER,
	last_error TEXT NOT NULL,
	owner TEXT,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tasks_agent ON tasks (agent_id, created_at, id);
CREATE INDEX tasks_room ON tasks (room_id) WHERE room_id IS NOT NULL;
CREATE INDEX tasks_choosing ON tasks (agent_id) WHERE state = 'awaiting_choice';
CREATE INDEX tasks_run ON tasks (run_at, id) WHERE run_at IS NOT NULL;

-- What plugins keep for agents.
CREATE TABLE plugin_values (
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	plugin TEXT NOT NULL,
	collection TEXT NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	size INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	PRIMARY KEY (agent_id, plugin, collection, key)
) STRICT, WITHOUT ROWID;
-- +goose StatementEnd
