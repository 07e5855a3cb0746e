package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/eliza"
)

// A candidate is a memory that may be recalled, by its number. Its content and
// metadata stay as they are stored until it is chosen.
type candidate struct {
	n int64
	eliza.Memory
	text     string
	content  string
	metadata *string
}

const selectCandidates = `SELECT n, id, agent_id, type, entity_id, room_id, world_id, message_id, is_unique, created_at, content, metadata
	FROM memories WHERE valid_until IS NULL AND n IN (`

// candidatesAtOnce is how many numbers one statement takes; the same one
// serves fewer, filled up with 0, which is no memory's number.
const candidatesAtOnce = 24

var selectSomeCandidates = selectCandidates + strings.Repeat("?, ", candidatesAtOnce-1) + "?)"

// candidates reads the memories of these numbers that the question allows, in
// no order.
func (s *Store) candidates(ctx context.Context, q RecallQuery, numbers []int64) ([]candidate, error) {
	list := make([]candidate, 0, len(numbers))
	for some := range slices.Chunk(numbers, candidatesAtOnce) {
		args := make([]any, candidatesAtOnce)
		for i := range args {
			args[i] = int64(0)
		}
		for i, n := range some {
			args[i] = n
		}
		rows, err := s.often.query(ctx, selectSomeCandidates, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var c candidate
			var world, message uuid.NullUUID
			err := rows.Scan(&c.n, &c.ID, &c.AgentID, &c.Type, &c.EntityID, &c.RoomID, &world, &message, &c.Unique, &c.CreatedAt, &c.content, &c.metadata)
			if err != nil {
				rows.Close()
				return nil, err
			}
			c.WorldID, c.MessageID = world.UUID, message.UUID
			c.text = gjson.Get(c.content, "text").String()
			if q.allows(&c.Memory) {
				list = append(list, c)
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		rows.Close()
	}
	return list, nil
}

// complete returns the memory with its content and metadata.
func (c *candidate) complete() (eliza.Memory, error) {
	if err := json.Unmarshal([]byte(c.content), &c.Content); err != nil {
		return eliza.Memory{}, err
	}
	if c.metadata != nil {
		if err := json.Unmarshal([]byte(*c.metadata), &c.Metadata); err != nil {
			return eliza.Memory{}, err
		}
	}
	return c.Memory, nil
}

// allows is choose for a memory that was read.
func (q *RecallQuery) allows(m *eliza.Memory) bool {
	inRoom, byEntity := q.RoomID != eliza.NoID && m.RoomID == q.RoomID, q.EntityID != eliza.NoID && m.EntityID == q.EntityID
	unscoped := q.RoomID == eliza.NoID && q.EntityID == eliza.NoID
	return m.AgentID == q.AgentID && (inRoom || byEntity || unscoped) &&
		(len(q.Types) == 0 || slices.Contains(q.Types, m.Type)) &&
		(q.Before == 0 || m.CreatedAt < q.Before) && (q.After == 0 || m.CreatedAt > q.After) && (q.By == eliza.NoID || m.EntityID == q.By) &&
		q.witnessed(m.EntityID, m.CreatedAt) &&
		(m.MessageID == eliza.NoID || !slices.Contains(q.ExcludeMessageIDs, m.MessageID))
}

// witnessed reports whether the witness was there when it was said.
func (q *RecallQuery) witnessed(by eliza.ID, at eliza.Millis) bool {
	return q.Witness == eliza.NoID || by == q.Witness || at >= q.Since
}
