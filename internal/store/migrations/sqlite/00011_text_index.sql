-- +goose Up
-- +goose StatementBegin
-- By which version of the rules for words memory_text was filled: memories
-- whose n is below still have the words of an earlier one.
CREATE TABLE text_index (
	version INTEGER NOT NULL,
	below INTEGER NOT NULL
) STRICT;
INSERT INTO text_index (version, below) VALUES (1, 0);
-- +goose StatementEnd
