-- +goose Up
-- +goose StatementBegin
-- What waits for a person's yes, with the turn that goes on after it.
CREATE TABLE approvals (
	id TEXT NOT NULL PRIMARY KEY,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
	channel_id TEXT NOT NULL,
	room_id TEXT NOT NULL,
	entity_id TEXT NOT NULL,
	run_id TEXT NOT NULL,
	action TEXT NOT NULL,
	arguments TEXT NOT NULL,
	why TEXT NOT NULL,
	state TEXT NOT NULL,
	decided_by TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	decided_at INTEGER,
	turn TEXT NOT NULL
) STRICT;
CREATE INDEX approvals_agent ON approvals (agent_id, created_at);
CREATE INDEX approvals_message ON approvals (message_id, agent_id);
CREATE INDEX approvals_due ON approvals (expires_at) WHERE state = 'pending';

-- Calls of what is outside, written down before and after, so that a turn that
-- is begun again does none of them twice.
CREATE TABLE outside_calls (
	message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	state TEXT NOT NULL,
	result TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	ended_at INTEGER,
	PRIMARY KEY (message_id, agent_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX outside_calls_agent ON outside_calls (agent_id);
-- +goose StatementEnd
