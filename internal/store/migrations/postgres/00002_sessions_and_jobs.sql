-- +goose Up
-- +goose StatementBegin
-- A session and a job have the id of their channel. due_at is when there is
-- next something to tell or to remove.
CREATE TABLE sessions (
	id UUID NOT NULL PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
	agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	user_id UUID NOT NULL,
	timeout_minutes INTEGER NOT NULL,
	auto_renew BOOLEAN NOT NULL,
	max_duration_minutes INTEGER NOT NULL,
	warning_minutes INTEGER NOT NULL,
	created_at BIGINT NOT NULL,
	last_activity BIGINT NOT NULL,
	renewed_at BIGINT NOT NULL,
	renewal_count INTEGER NOT NULL,
	expires_at BIGINT NOT NULL,
	told TEXT NOT NULL,
	due_at BIGINT NOT NULL,
	metadata JSON
);
CREATE INDEX sessions_agent ON sessions (agent_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_due ON sessions (due_at);

-- ended_at is null while the job runs.
CREATE TABLE jobs (
	id UUID NOT NULL PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
	agent_id UUID NOT NULL,
	user_id UUID NOT NULL,
	message_id UUID NOT NULL,
	status TEXT NOT NULL,
	reason TEXT NOT NULL,
	error TEXT NOT NULL,
	reply_id UUID,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	ended_at BIGINT,
	prompt TEXT NOT NULL,
	metadata JSON
);
CREATE INDEX jobs_age ON jobs (created_at, id);
CREATE INDEX jobs_status ON jobs (status, created_at);
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;
-- +goose StatementEnd
