package memory

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// Vectors returns the vectors that the memories have of the model in use; one
// that has none yet is left out. Error code: DB_ERROR.
func (s *Service) Vectors(ctx context.Context, memories []eliza.Memory) (map[eliza.ID][]float32, error) {
	if s.embedder == nil {
		return nil, nil
	}
	ids := make([]eliza.ID, len(memories))
	for i, m := range memories {
		ids[i] = m.ID
	}
	found, err := s.store.Embeddings(ctx, s.embedder.Model(), ids)
	if err != nil {
		return nil, err
	}
	vectors := make(map[eliza.ID][]float32, len(found))
	for _, v := range found {
		vectors[v.MemoryID] = v.Vector
	}
	return vectors, nil
}
