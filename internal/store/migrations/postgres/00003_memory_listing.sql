-- +goose Up
-- +goose StatementBegin
CREATE INDEX memories_listed ON memories (agent_id, created_at);
-- +goose StatementEnd
