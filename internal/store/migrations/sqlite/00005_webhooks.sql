-- +goose Up
-- +goose StatementBegin
-- owner is the life of a server that sends to a webhook now; next_at is when
-- it may be tried again.
CREATE TABLE webhooks (
	id TEXT NOT NULL PRIMARY KEY,
	channel_id TEXT,
	agent_id TEXT REFERENCES agents (id) ON DELETE CASCADE,
	url TEXT NOT NULL,
	events TEXT,
	secret TEXT NOT NULL,
	description TEXT NOT NULL,
	active INTEGER NOT NULL,
	disabled_reason TEXT NOT NULL,
	failures INTEGER NOT NULL,
	failing_since INTEGER,
	next_at INTEGER NOT NULL,
	owner TEXT,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_agent ON webhooks (agent_id);

-- n is the order in which a webhook is told.
CREATE TABLE webhook_deliveries (
	n INTEGER PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL UNIQUE,
	webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
	event TEXT NOT NULL,
	payload TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	last_status INTEGER NOT NULL,
	last_error TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	attempted_at INTEGER,
	ended_at INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (webhook_id, n);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, n) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;
-- +goose StatementEnd
