-- +goose Up
-- +goose StatementBegin
CREATE TABLE budgets (
	id UUID NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	scope TEXT NOT NULL,
	target UUID,
	measure TEXT NOT NULL,
	cap BIGINT NOT NULL,
	period TEXT NOT NULL,
	policy TEXT NOT NULL,
	warn_at BIGINT NOT NULL,
	source TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);

-- What was spent of a budget in a window of time, and what is reserved for
-- calls under way. The budgets of characters have no row above; target is ''
-- where a budget is for the whole server.
CREATE TABLE budget_spend (
	budget_id UUID NOT NULL,
	target TEXT NOT NULL,
	window_start BIGINT NOT NULL,
	used BIGINT NOT NULL,
	reserved BIGINT NOT NULL,
	PRIMARY KEY (budget_id, target, window_start)
);
CREATE INDEX budget_spend_window ON budget_spend (window_start);

ALTER TABLE messages ADD COLUMN key_id UUID;
-- +goose StatementEnd
