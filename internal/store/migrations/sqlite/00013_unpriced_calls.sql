-- +goose Up
-- +goose StatementBegin
-- How many calls a budget of money saw whose price nobody knows.
ALTER TABLE budget_spend ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
-- +goose StatementEnd
