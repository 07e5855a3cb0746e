-- +goose Up
-- +goose StatementBegin
CREATE TABLE agents (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	enabled INTEGER NOT NULL,
	status TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	character TEXT NOT NULL
) STRICT;

CREATE TABLE message_servers (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	source_type TEXT NOT NULL,
	source_id TEXT NOT NULL,
	metadata TEXT,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL
) STRICT;

INSERT INTO message_servers (id, name, source_type, source_id, metadata, created_at, updated_at)
VALUES ('00000000-0000-0000-0000-000000000000', 'Default Server', 'eliza_default', '', '{}',
	unixepoch('subsec') * 1000, unixepoch('subsec') * 1000);

CREATE TABLE message_server_agents (
	message_server_id TEXT NOT NULL REFERENCES message_servers (id) ON DELETE CASCADE,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	PRIMARY KEY (message_server_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_server_agents_agent ON message_server_agents (agent_id);

-- last_seq and last_at are those of the newest message: the row is the lock
-- that gives a channel's messages their order.
CREATE TABLE channels (
	id TEXT NOT NULL PRIMARY KEY,
	message_server_id TEXT NOT NULL REFERENCES message_servers (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	source_type TEXT NOT NULL,
	source_id TEXT NOT NULL,
	topic TEXT NOT NULL,
	metadata TEXT,
	last_seq INTEGER NOT NULL DEFAULT 0,
	last_at INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX channels_server ON channels (message_server_id, name);

CREATE TABLE channel_participants (
	channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
	entity_id TEXT NOT NULL,
	joined_at INTEGER NOT NULL,
	PRIMARY KEY (channel_id, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX channel_participants_entity ON channel_participants (entity_id);

CREATE TABLE messages (
	id TEXT NOT NULL PRIMARY KEY,
	channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
	message_server_id TEXT NOT NULL,
	seq INTEGER NOT NULL,
	author_id TEXT NOT NULL,
	author_name TEXT NOT NULL,
	in_reply_to TEXT REFERENCES messages (id) ON DELETE SET NULL,
	source_type TEXT NOT NULL,
	source_id TEXT NOT NULL,
	dedupe_key TEXT,
	hops INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	content TEXT NOT NULL,
	metadata TEXT,
	raw_message TEXT,
	UNIQUE (channel_id, seq)
) STRICT;
CREATE UNIQUE INDEX messages_dedupe ON messages (dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE INDEX messages_in_reply_to ON messages (in_reply_to) WHERE in_reply_to IS NOT NULL;

CREATE TABLE deliveries (
	message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	channel_id TEXT NOT NULL,
	seq INTEGER NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	owner TEXT,
	attempts INTEGER NOT NULL,
	reply_id TEXT,
	run_id TEXT,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	PRIMARY KEY (message_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_agent ON deliveries (agent_id);
CREATE INDEX deliveries_pending ON deliveries (agent_id, channel_id, seq, owner) WHERE state = 'pending';

-- A row is one life of a server; id stands in deliveries.owner.
CREATE TABLE nodes (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	heartbeat_at INTEGER NOT NULL
) STRICT;

CREATE TABLE worlds (
	id TEXT NOT NULL PRIMARY KEY,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	message_server_id TEXT NOT NULL,
	metadata TEXT,
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX worlds_agent ON worlds (agent_id);

CREATE TABLE rooms (
	id TEXT NOT NULL PRIMARY KEY,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	world_id TEXT,
	channel_id TEXT,
	message_server_id TEXT NOT NULL,
	name TEXT NOT NULL,
	source TEXT NOT NULL,
	type TEXT NOT NULL,
	state TEXT NOT NULL,
	metadata TEXT,
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rooms_agent ON rooms (agent_id);

CREATE TABLE entities (
	id TEXT NOT NULL,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	names TEXT,
	metadata TEXT,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (agent_id, id)
) STRICT, WITHOUT ROWID;

-- n numbers memories in the order of their making; the text index and the
-- embeddings refer to it.
CREATE TABLE memories (
	n INTEGER PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL UNIQUE,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	type TEXT NOT NULL,
	entity_id TEXT NOT NULL,
	room_id TEXT NOT NULL,
	world_id TEXT,
	message_id TEXT,
	is_unique INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	content TEXT NOT NULL,
	metadata TEXT
) STRICT;
CREATE INDEX memories_type ON memories (agent_id, type, created_at);
CREATE INDEX memories_room ON memories (agent_id, room_id, created_at);
CREATE INDEX memories_entity ON memories (agent_id, entity_id, created_at);
-- Facts are few among much talk and are asked for by themselves.
CREATE INDEX memories_room_facts ON memories (agent_id, room_id, created_at) WHERE type = 'facts';
CREATE INDEX memories_entity_facts ON memories (agent_id, entity_id, created_at) WHERE type = 'facts';

-- An embedding whose dim is 0 marks a memory that the model cannot embed.
CREATE TABLE embeddings (
	memory_n INTEGER NOT NULL REFERENCES memories (n) ON DELETE CASCADE,
	model TEXT NOT NULL,
	dim INTEGER NOT NULL,
	vector BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX embeddings_memory ON embeddings (memory_n, model);

-- Holds words that were split, folded and stemmed by the server, each once for
-- each scope of the memory (room, entity, type).
CREATE VIRTUAL TABLE memory_text USING fts5 (
	words, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '_'"
);

CREATE TRIGGER memories_deleted AFTER DELETE ON memories BEGIN
	DELETE FROM memory_text WHERE rowid = old.n;
END;

CREATE TABLE runs (
	id TEXT NOT NULL PRIMARY KEY,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	room_id TEXT NOT NULL,
	entity_id TEXT NOT NULL,
	message_id TEXT NOT NULL,
	status TEXT NOT NULL,
	started_at INTEGER NOT NULL,
	ended_at INTEGER NOT NULL,
	usage TEXT,
	events TEXT,
	error TEXT NOT NULL
) STRICT;
CREATE INDEX runs_agent ON runs (agent_id, started_at);

CREATE TABLE logs (
	id TEXT NOT NULL PRIMARY KEY,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	entity_id TEXT NOT NULL,
	room_id TEXT NOT NULL,
	type TEXT NOT NULL,
	level TEXT NOT NULL,
	body TEXT,
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX logs_agent ON logs (agent_id, created_at);
-- +goose StatementEnd
