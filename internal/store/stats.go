package store

import "context"

// Stats counts what the database holds.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	st := Stats{Database: s.shape.name}
	row := s.read.QueryRowContext(ctx, `SELECT (`+s.shape.size+`),
		(SELECT count(*) FROM agents), (SELECT count(*) FROM agents WHERE status = 'active'),
		(SELECT count(*) FROM channels), (SELECT count(*) FROM messages),
		(SELECT count(*) FROM memories), (SELECT count(*) FROM embeddings WHERE dim > 0),
		(SELECT count(*) FROM deliveries WHERE state = 'pending')`)
	err := row.Scan(&st.Bytes, &st.Agents, &st.Active, &st.Channels, &st.Messages, &st.Memories, &st.Embeddings, &st.Pending)
	if err == nil {
		st.Schema, err = schemaVersion(ctx, s.read)
	}
	return st, failed("count rows", err)
}
