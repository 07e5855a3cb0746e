-- +goose Up
-- +goose StatementBegin
CREATE TABLE agents (
	id UUID NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	enabled BOOLEAN NOT NULL,
	status TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	character JSON NOT NULL
);

CREATE TABLE message_servers (
	id UUID NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	source_type TEXT NOT NULL,
	source_id TEXT NOT NULL,
	metadata JSON,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);

INSERT INTO message_servers (id, name, source_type, source_id, metadata, created_at, updated_at)
VALUES ('00000000-0000-0000-0000-000000000000', 'Default Server', 'eliza_default', '', '{}',
	extract(epoch FROM now()) * 1000, extract(epoch FROM now()) * 1000);

CREATE TABLE message_server_agents (
	message_server_id UUID NOT NULL REFERENCES message_servers (id) ON DELETE CASCADE,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	PRIMARY KEY (message_server_id, agent_id)
);
CREATE INDEX message_server_agents_agent ON message_server_agents (agent_id);

-- last_seq and last_at are those of the newest message: the row is the lock
-- that gives a channel's messages their order.
CREATE TABLE channels (
	id UUID NOT NULL PRIMARY KEY,
	message_server_id UUID NOT NULL REFERENCES message_servers (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	source_type TEXT NOT NULL,
	source_id TEXT NOT NULL,
	topic TEXT NOT NULL,
	metadata JSON,
	last_seq BIGINT NOT NULL DEFAULT 0,
	last_at BIGINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
CREATE INDEX channels_server ON channels (message_server_id, name);

CREATE TABLE channel_participants (
	channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
	entity_id UUID NOT NULL,
	joined_at BIGINT NOT NULL,
	PRIMARY KEY (channel_id, entity_id)
);
CREATE INDEX channel_participants_entity ON channel_participants (entity_id);

CREATE TABLE messages (
	id UUID NOT NULL PRIMARY KEY,
	channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
	message_server_id UUID NOT NULL,
	seq BIGINT NOT NULL,
	author_id UUID NOT NULL,
	author_name TEXT NOT NULL,
	in_reply_to UUID REFERENCES messages (id) ON DELETE SET NULL,
	source_type TEXT NOT NULL,
	source_id TEXT NOT NULL,
	dedupe_key TEXT,
	hops INTEGER NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	content TEXT NOT NULL,
	metadata JSON,
	raw_message JSON,
	UNIQUE (channel_id, seq)
);
CREATE UNIQUE INDEX messages_dedupe ON messages (dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE INDEX messages_in_reply_to ON messages (in_reply_to) WHERE in_reply_to IS NOT NULL;

CREATE TABLE deliveries (
	message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	channel_id UUID NOT NULL,
	seq BIGINT NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	owner TEXT,
	attempts INTEGER NOT NULL,
	reply_id UUID,
	run_id UUID,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (message_id, agent_id)
);
CREATE INDEX deliveries_agent ON deliveries (agent_id);
CREATE INDEX deliveries_pending ON deliveries (agent_id, channel_id, seq, owner) WHERE state = 'pending';

-- A row is one life of a server; id stands in deliveries.owner.
CREATE TABLE nodes (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	heartbeat_at BIGINT NOT NULL
);

CREATE TABLE worlds (
	id UUID NOT NULL PRIMARY KEY,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	message_server_id UUID NOT NULL,
	metadata JSON,
	created_at BIGINT NOT NULL
);
CREATE INDEX worlds_agent ON worlds (agent_id);

CREATE TABLE rooms (
	id UUID NOT NULL PRIMARY KEY,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	world_id UUID,
	channel_id UUID,
	message_server_id UUID NOT NULL,
	name TEXT NOT NULL,
	source TEXT NOT NULL,
	type TEXT NOT NULL,
	state TEXT NOT NULL,
	metadata JSON,
	created_at BIGINT NOT NULL
);
CREATE INDEX rooms_agent ON rooms (agent_id);

CREATE TABLE entities (
	id UUID NOT NULL,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	names JSON,
	metadata JSON,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (agent_id, id)
);

-- n numbers memories in the order of their making; the text index and the
-- embeddings refer to it.
CREATE TABLE memories (
	n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id UUID NOT NULL UNIQUE,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	type TEXT NOT NULL,
	entity_id UUID NOT NULL,
	room_id UUID NOT NULL,
	world_id UUID,
	message_id UUID,
	is_unique BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL,
	content JSON NOT NULL,
	metadata JSON
);
CREATE INDEX memories_type ON memories (agent_id, type, created_at);
CREATE INDEX memories_room ON memories (agent_id, room_id, created_at);
CREATE INDEX memories_entity ON memories (agent_id, entity_id, created_at);
-- Facts are few among much talk and are asked for by themselves.
CREATE INDEX memories_room_facts ON memories (agent_id, room_id, created_at) WHERE type = 'facts';
CREATE INDEX memories_entity_facts ON memories (agent_id, entity_id, created_at) WHERE type = 'facts';

-- An embedding whose dim is 0 marks a memory that the model cannot embed.
CREATE TABLE embeddings (
	memory_n BIGINT NOT NULL REFERENCES memories (n) ON DELETE CASCADE,
	model TEXT NOT NULL,
	dim INTEGER NOT NULL,
	vector BYTEA NOT NULL
);
CREATE UNIQUE INDEX embeddings_memory ON embeddings (memory_n, model);

-- Holds words that were split, folded and stemmed by the server, each once for
-- each scope of the memory (room, entity, type).
CREATE TABLE memory_text (
	n BIGINT NOT NULL PRIMARY KEY REFERENCES memories (n) ON DELETE CASCADE,
	words TSVECTOR NOT NULL
);
CREATE INDEX memory_text_words ON memory_text USING GIN (words) WITH (gin_pending_list_limit = 256);

CREATE TABLE runs (
	id UUID NOT NULL PRIMARY KEY,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	room_id UUID NOT NULL,
	entity_id UUID NOT NULL,
	message_id UUID NOT NULL,
	status TEXT NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	usage JSON,
	events JSON,
	error TEXT NOT NULL
);
CREATE INDEX runs_agent ON runs (agent_id, started_at);

CREATE TABLE logs (
	id UUID NOT NULL PRIMARY KEY,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	entity_id UUID NOT NULL,
	room_id UUID NOT NULL,
	type TEXT NOT NULL,
	level TEXT NOT NULL,
	body JSON,
	created_at BIGINT NOT NULL
);
CREATE INDEX logs_agent ON logs (agent_id, created_at);
-- +goose StatementEnd
