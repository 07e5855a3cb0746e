package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// Lesson is what an agent learned from the messages of a room.
type Lesson struct {
	Reflection    eliza.Reflection // as it is afterwards
	Before        int64            // the Seq that it goes on from
	Read          []eliza.ID       // the messages that it was learned from
	Facts         []eliza.Memory
	Corrects      map[eliza.ID][]eliza.ID // by one of Facts: those of the same entity whose place it takes, whatever their subject
	Relationships []eliza.Relationship    // with the interactions to add
	Names         []eliza.Entity          // with the names to add
	Logs          []eliza.Log
}

// Learn stores a lesson, all of it once: when the room was thought about
// further meanwhile, or a message that was read was deleted, it is a CONFLICT
// and nothing is stored. Other error code:
// NOT_FOUND when there is no such room of the agent.
func (s *Store) Learn(ctx context.Context, l Lesson) error {
	logs, err := logRows(l.Logs)
	if err != nil {
		return err
	}
	_, _, names, err := viewRows(View{Entities: l.Names})
	if err != nil {
		return err
	}
	return s.write(ctx, "learn", func(ctx context.Context, t *tx) error {
		r := l.Reflection
		var there bool
		if _, err := one(ctx, t, `SELECT EXISTS (SELECT 1 FROM rooms WHERE id = ? AND agent_id = ?)`, []any{r.RoomID.String(), r.AgentID.String()}, &there); err != nil {
			return err
		}
		if !there {
			return eliza.NotFound("Room")
		}
		for _, id := range l.Read {
			if err := s.mustExist(ctx, t, "Message", "messages", id); eliza.ErrorCode(err) == eliza.CodeNotFound {
				return eliza.Errorf(eliza.CodeConflict, "A message that was read was deleted meanwhile")
			} else if err != nil {
				return err
			}
		}
		n, err := t.exec(ctx, `INSERT INTO reflections (agent_id, room_id, seq, summary, summary_seq, summary_from, summary_to, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (agent_id, room_id) DO UPDATE SET seq = excluded.seq, summary = excluded.summary,
			summary_seq = excluded.summary_seq, summary_from = excluded.summary_from, summary_to = excluded.summary_to, updated_at = excluded.updated_at
			WHERE reflections.seq = ?`, r.AgentID.String(), r.RoomID.String(), r.Seq, clean(r.Summary), r.SummarySeq, int64(r.SummaryFrom), int64(r.SummaryTo),
			int64(r.UpdatedAt), l.Before)
		if err != nil {
			return err
		}
		if n == 0 {
			return eliza.Errorf(eliza.CodeConflict, "The room was thought about meanwhile")
		}
		for _, fact := range l.Facts {
			if err := s.learnFact(ctx, t, fact, l.Corrects[fact.ID]); err != nil {
				return err
			}
		}
		for _, r := range l.Relationships {
			if err := relate(ctx, t, r); err != nil {
				return err
			}
		}
		if err := ensureView(ctx, t, nil, nil, names); err != nil {
			return err
		}
		return insert(ctx, t, insertLogs, logColumns, "", logs)
	})
}

// Reflection returns how far an agent has thought about a room. Error code:
// NOT_FOUND when it never did.
func (s *Store) Reflection(ctx context.Context, agent, room eliza.ID) (eliza.Reflection, error) {
	r := eliza.Reflection{AgentID: agent, RoomID: room}
	there, err := one(ctx, s.often, `SELECT seq, summary, summary_seq, summary_from, summary_to, updated_at FROM reflections WHERE agent_id = ? AND room_id = ?`,
		[]any{agent.String(), room.String()}, &r.Seq, &r.Summary, &r.SummarySeq, &r.SummaryFrom, &r.SummaryTo, &r.UpdatedAt)
	if err == nil && !there {
		return r, eliza.NotFound("Summary")
	}
	return r, failed("read a reflection", err)
}

// Summaries returns the rooms of an agent that have a summary, the newest
// first.
func (s *Store) Summaries(ctx context.Context, agent eliza.ID, limit, offset int) ([]eliza.Reflection, error) {
	list := []eliza.Reflection{}
	err := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent).Where("summary <> ''").Order("updated_at DESC", "room_id").
		Limit(int64(limit)).Offset(int64(offset)).Scan(ctx)
	return list, failed("read summaries", err)
}

// SetSummary changes the summary of a room, or with "" removes it; what it
// covered is not summed up again. Error code: NOT_FOUND when there is none.
func (s *Store) SetSummary(ctx context.Context, agent, room eliza.ID, text string) (eliza.Reflection, error) {
	var r eliza.Reflection
	err := s.write(ctx, "change summary", func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `UPDATE reflections SET summary = ?, updated_at = ? WHERE agent_id = ? AND room_id = ? AND summary <> ''`,
			clean(text), int64(eliza.Now()), agent.String(), room.String())
		if err == nil && n == 0 {
			return eliza.NotFound("Summary")
		}
		if err != nil {
			return err
		}
		r = eliza.Reflection{}
		return t.NewSelect().Model(&r).Where("agent_id = ? AND room_id = ?", agent, room).Scan(ctx)
	})
	return r, err
}
