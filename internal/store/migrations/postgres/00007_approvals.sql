-- +goose Up
-- +goose StatementBegin
-- What waits for a person's yes, with the turn that goes on after it.
CREATE TABLE approvals (
	id UUID NOT NULL PRIMARY KEY,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
	channel_id UUID NOT NULL,
	room_id UUID NOT NULL,
	entity_id UUID NOT NULL,
	run_id UUID NOT NULL,
	action TEXT NOT NULL,
	arguments TEXT NOT NULL,
	why TEXT NOT NULL,
	state TEXT NOT NULL,
	decided_by TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	decided_at BIGINT,
	turn TEXT NOT NULL
);
CREATE INDEX approvals_agent ON approvals (agent_id, created_at);
CREATE INDEX approvals_message ON approvals (message_id, agent_id);
CREATE INDEX approvals_due ON approvals (expires_at) WHERE state = 'pending';

-- Calls of what is outside, written down before and after, so that a turn that
-- is begun again does none of them twice.
CREATE TABLE outside_calls (
	message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	state TEXT NOT NULL,
	result TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	ended_at BIGINT,
	PRIMARY KEY (message_id, agent_id, name)
);
CREATE INDEX outside_calls_agent ON outside_calls (agent_id);
-- +goose StatementEnd
