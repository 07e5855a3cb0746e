-- +goose Up
-- +goose StatementBegin
CREATE INDEX memories_listed ON memories (agent_id, created_at);

-- Counts what makes a count of memories void: every change of one but its
-- making, which the numbers tell.
CREATE TABLE memory_changes (
	n INTEGER NOT NULL
) STRICT;
INSERT INTO memory_changes (n) VALUES (0);
CREATE TRIGGER memory_changes_deleted AFTER DELETE ON memories BEGIN
	UPDATE memory_changes SET n = n + 1;
END;
CREATE TRIGGER memory_changes_updated AFTER UPDATE ON memories BEGIN
	UPDATE memory_changes SET n = n + 1;
END;
-- +goose StatementEnd
