package agent

import (
	"context"
	"math"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// presentSince is from when on a message's author is in the room: since it
// joined the channel, or since its first message when it never did. Who comes
// later does not hear what was said before. In a room of two nobody joins
// anew, so it is kept.
func (s *Service) presentSince(ctx context.Context, room *eliza.Room, m *eliza.Message) (eliza.Millis, error) {
	who := acquaintance{room.AgentID, room.ID, m.AuthorID}
	if room.Type.Private() {
		if since, known := s.present.Get(who); known {
			return since, nil
		}
	}
	since, err := s.store.PresentSince(ctx, room.AgentID, room.ID, m.ChannelID, m.AuthorID)
	if err != nil {
		return 0, err
	}
	if since == 0 {
		since = m.CreatedAt
	}
	s.present.Add(who, since)
	return since, nil
}

// recalledEvent tells of a run which memories it recalled, and why each: the
// lists are in the same order, the best first.
func recalledEvent(recalled []model.Recollection, how string) map[string]any {
	ids, parts := make([]eliza.ID, len(recalled)), make([][6]float64, len(recalled))
	for i, r := range recalled {
		ids[i], parts[i] = r.MemoryID, [...]float64{r.Score, r.Parts.Words, r.Parts.Meaning, r.Parts.Beside, r.Parts.Named, r.Parts.Near}
	}
	column := func(place int) []float64 {
		list := make([]float64, len(parts))
		for i := range parts {
			list[i] = math.Round(parts[i][place]*1000) / 1000
		}
		return list
	}
	return map[string]any{
		"by": how, "memoryIds": ids, "scores": column(0),
		"words": column(1), "meaning": column(2), "beside": column(3), "named": column(4), "near": column(5),
	}
}
