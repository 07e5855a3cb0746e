-- +goose Up
-- +goose StatementBegin
CREATE TABLE commit_mark (one INTEGER PRIMARY KEY CHECK (one = 1), commits INTEGER NOT NULL);
INSERT INTO commit_mark VALUES (1, 0);
-- +goose StatementEnd
