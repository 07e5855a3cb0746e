-- +goose Up
-- +goose StatementBegin
-- valid_until is set on a fact that a newer one took the place of.
ALTER TABLE memories ADD COLUMN valid_until INTEGER;

-- The messages that say a fact. Without any of them it is gone.
CREATE TABLE fact_sources (
	message_id TEXT NOT NULL,
	memory_id TEXT NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
	PRIMARY KEY (message_id, memory_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_sources_memory ON fact_sources (memory_id);
CREATE TRIGGER fact_sources_deleted AFTER DELETE ON messages BEGIN
	DELETE FROM memories WHERE id IN (SELECT memory_id FROM fact_sources WHERE message_id = old.id)
		AND NOT EXISTS (SELECT 1 FROM fact_sources s WHERE s.memory_id = memories.id AND s.message_id <> old.id);
	DELETE FROM fact_sources WHERE message_id = old.id;
END;

-- What one entity is to another, as an agent knows it.
CREATE TABLE relationships (
	id TEXT NOT NULL PRIMARY KEY,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	source_entity_id TEXT NOT NULL,
	target_entity_id TEXT NOT NULL,
	tags TEXT,
	metadata TEXT,
	interactions INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	UNIQUE (agent_id, source_entity_id, target_entity_id)
) STRICT;
CREATE INDEX relationships_target ON relationships (agent_id, target_entity_id);

-- How far an agent has thought about what was said in a room: seq is the number
-- of the last message, and the summary covers those up to summary_seq, said
-- from summary_from to summary_to.
CREATE TABLE reflections (
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
	seq INTEGER NOT NULL,
	summary TEXT NOT NULL,
	summary_seq INTEGER NOT NULL,
	summary_from INTEGER NOT NULL,
	summary_to INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	PRIMARY KEY (agent_id, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reflections_room ON reflections (room_id);
-- +goose StatementEnd
