-- +goose Up
CREATE INDEX memories_listed ON memories (agent_id, created_at);
