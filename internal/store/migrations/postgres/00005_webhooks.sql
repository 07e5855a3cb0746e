-- +goose Up
-- +goose StatementBegin
-- owner is the life of a server that sends to a webhook now; next_at is when
-- it may be tried again.
CREATE TABLE webhooks (
	id UUID NOT NULL PRIMARY KEY,
	channel_id UUID,
	agent_id UUID REFERENCES agents (id) ON DELETE CASCADE,
	url TEXT NOT NULL,
	events JSON,
	secret TEXT NOT NULL,
	description TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	disabled_reason TEXT NOT NULL,
	failures INTEGER NOT NULL,
	failing_since BIGINT,
	next_at BIGINT NOT NULL,
	owner TEXT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
CREATE INDEX webhooks_agent ON webhooks (agent_id);

-- n is the order in which a webhook is told.
CREATE TABLE webhook_deliveries (
	n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id UUID NOT NULL UNIQUE,
	webhook_id UUID NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
	event TEXT NOT NULL,
	payload TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	last_status INTEGER NOT NULL,
	last_error TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	attempted_at BIGINT,
	ended_at BIGINT
);
CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (webhook_id, n);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, n) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;
-- +goose StatementEnd
