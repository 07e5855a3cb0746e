-- +goose Up
-- +goose StatementBegin
-- A session and a job have the id of their channel. due_at is when there is
-- next something to tell or to remove.
CREATE TABLE sessions (
	id TEXT NOT NULL PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
	agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
	user_id TEXT NOT NULL,
	timeout_minutes INTEGER NOT NULL,
	auto_renew INTEGER NOT NULL,
	max_duration_minutes INTEGER NOT NULL,
	warning_minutes INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	last_activity INTEGER NOT NULL,
	renewed_at INTEGER NOT NULL,
	renewal_count INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	told TEXT NOT NULL,
	due_at INTEGER NOT NULL,
	metadata TEXT
) STRICT;
CREATE INDEX sessions_agent ON sessions (agent_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_due ON sessions (due_at);

-- ended_at is null while the job runs.
CREATE TABLE jobs (
	id TEXT NOT NULL PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
	agent_id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	message_id TEXT NOT NULL,
	status TEXT NOT NULL,
	reason TEXT NOT NULL,
	error TEXT NOT NULL,
	reply_id TEXT,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	ended_at INTEGER,
	prompt TEXT NOT NULL,
	metadata TEXT
) STRICT;
CREATE INDEX jobs_age ON jobs (created_at, id);
CREATE INDEX jobs_status ON jobs (status, created_at);
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;
-- +goose StatementEnd
