-- +goose Up
-- +goose StatementBegin
-- valid_until is set on a fact that a newer one took the place of.
ALTER TABLE memories ADD COLUMN valid_until BIGINT;

-- The messages that say a fact. Without any of them it is gone.
CREATE TABLE fact_sources (
	message_id UUID NOT NULL,
	memory_id UUID NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
	PRIMARY KEY (message_id, memory_id)
);
CREATE INDEX fact_sources_memory ON fact_sources (memory_id);
CREATE FUNCTION forget_fact_sources() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	DELETE FROM memories WHERE id IN (SELECT memory_id FROM fact_sources WHERE message_id = old.id)
		AND NOT EXISTS (SELECT 1 FROM fact_sources s WHERE s.memory_id = memories.id AND s.message_id <> old.id);
	DELETE FROM fact_sources WHERE message_id = old.id;
	RETURN NULL;
END $$;
CREATE TRIGGER fact_sources_deleted AFTER DELETE ON messages FOR EACH ROW EXECUTE FUNCTION forget_fact_sources();

-- What one entity is to another, as an agent knows it.
CREATE TABLE relationships (
	id UUID NOT NULL PRIMARY KEY,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	source_entity_id UUID NOT NULL,
	target_entity_id UUID NOT NULL,
	tags JSON,
	metadata JSON,
	interactions BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	UNIQUE (agent_id, source_entity_id, target_entity_id)
);
CREATE INDEX relationships_target ON relationships (agent_id, target_entity_id);

-- How far an agent has thought about what was said in a room: seq is the number
-- of the last message, and the summary covers those up to summary_seq, said
-- from summary_from to summary_to.
CREATE TABLE reflections (
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	room_id UUID NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
	seq BIGINT NOT NULL,
	summary TEXT NOT NULL,
	summary_seq BIGINT NOT NULL,
	summary_from BIGINT NOT NULL,
	summary_to BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (agent_id, room_id)
);
CREATE INDEX reflections_room ON reflections (room_id);
-- +goose StatementEnd
