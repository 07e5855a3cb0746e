-- +goose Up
-- +goose StatementBegin
CREATE INDEX rooms_channel ON rooms (channel_id);
-- +goose StatementEnd
