-- +goose Up
-- +goose StatementBegin
-- run_at is null while a task waits for a person.
CREATE TABLE tasks (
	id UUID NOT NULL PRIMARY KEY,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	room_id UUID REFERENCES rooms (id) ON DELETE CASCADE,
	world_id UUID,
	entity_id UUID,
	tags JSON NOT NULL,
	metadata JSON,
	state TEXT NOT NULL,
	due_at BIGINT,
	run_at BIGINT,
	attempts INTEGER NOT NULL,
	last_run_at BIGINT,
	last_error TEXT NOT NULL,
	owner TEXT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
CREATE INDEX tasks_agent ON tasks (agent_id, created_at, id);
CREATE INDEX tasks_room ON tasks (room_id) WHERE room_id IS NOT NULL;
CREATE INDEX tasks_choosing ON tasks (agent_id) WHERE state = 'awaiting_choice';
CREATE INDEX tasks_run ON tasks (run_at, id) WHERE run_at IS NOT NULL;

-- What plugins keep for agents.
CREATE TABLE plugin_values (
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	plugin TEXT NOT NULL,
	collection TEXT NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	size BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (agent_id, plugin, collection, key)
);
-- +goose StatementEnd
