-- +goose Up
-- +goose StatementBegin
CREATE TABLE budgets (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	scope TEXT NOT NULL,
	target TEXT,
	measure TEXT NOT NULL,
	cap INTEGER NOT NULL,
	period TEXT NOT NULL,
	policy TEXT NOT NULL,
	warn_at INTEGER NOT NULL,
	source TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL
) STRICT;

-- What was spent of a budget in a window of time, and what is reserved for
-- calls under way. The budgets of characters have no row above; target is ''
-- where a budget is for the whole server.
CREATE TABLE budget_spend (
	budget_id TEXT NOT NULL,
	target TEXT NOT NULL,
	window_start INTEGER NOT NULL,
	used INTEGER NOT NULL,
	reserved INTEGER NOT NULL,
	PRIMARY KEY (budget_id, target, window_start)
) STRICT, WITHOUT ROWID;
CREATE INDEX budget_spend_window ON budget_spend (window_start);

ALTER TABLE messages ADD COLUMN key_id TEXT;
-- +goose StatementEnd
