package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
)

const finishDelivery = `UPDATE deliveries SET state = ?, reason = ?, detail = ?, reply_id = ?, run_id = ?, owner = NULL, updated_at = ?
	WHERE message_id = ? AND agent_id = ? AND state = 'pending' AND owner = ?`

// FinishTurn ends deliveries together with the reply and everything else that
// the turn left behind, in one transaction. It does so once: a delivery that
// is not pending any more, or that another node has taken over, makes the
// whole turn a CONFLICT and nothing is stored. Other error codes: NOT_FOUND
// when the reply's channel is gone, INVALID_REQUEST when something of it is
// not JSON.
func (s *Store) FinishTurn(ctx context.Context, turn Turn) (Finished, error) {
	w, err := prepareTurn(turn)
	if err != nil {
		return Finished{}, err
	}
	if turn.Reply != nil {
		leave, err := s.enter(ctx, turn.Reply.ChannelID)
		if err != nil {
			return Finished{}, err
		}
		defer leave()
	}
	var out Finished
	err = s.write(ctx, "finish turn", func(ctx context.Context, t *tx) (err error) {
		if turn.Committed != nil {
			t.after = func() { turn.Committed(out) }
		}
		if out, err = s.finish(ctx, t, turn, w); err == nil {
			err = announce(ctx, s, t, turn.Delivery.ChannelID, out, turn.Notices)
		}
		return err
	})
	if errors.Is(err, errSeen) {
		err = eliza.Errorf(eliza.CodeConflict, "The message was answered before")
	}
	return out, err
}

// turnRows are the rows of a turn as values to bind, made before its
// transaction begins.
type turnRows struct {
	reply             encoded
	memories          []memoryRow
	run, logs         []any
	worldRow, roomRow []any
	entityRows        []entityRow
}

func prepareTurn(turn Turn) (w turnRows, err error) {
	if turn.Delivery.State == eliza.Pending || turn.Delivery.State == "" {
		return w, eliza.Errorf(eliza.CodeInvalidRequest, "A turn ends its delivery")
	}
	if turn.Reply != nil {
		d := turn.Delivery
		if w.reply, err = encode(*turn.Reply, "reply:"+d.MessageID.String()+":"+d.AgentID.String()); err != nil {
			return w, err
		}
	}
	if turn.View != nil {
		if w.worldRow, w.roomRow, w.entityRows, err = viewRows(*turn.View); err != nil {
			return w, err
		}
	}
	heard := turn.Memories
	if slices.ContainsFunc(heard, isFact) {
		heard = slices.DeleteFunc(slices.Clone(heard), isFact)
	}
	if w.memories, err = memoryRows(heard); err != nil {
		return w, err
	}
	if turn.Run != nil {
		if w.run, err = runRow(*turn.Run); err != nil {
			return w, err
		}
	}
	w.logs, err = logRows(turn.Logs)
	return w, err
}

func (s *Store) finish(ctx context.Context, t *tx, turn Turn, w turnRows) (out Finished, err error) {
	var reply eliza.ID
	if turn.Reply != nil {
		reply = turn.Reply.ID
	}
	if err := s.end(ctx, t, turn.Delivery, reply); err != nil {
		return out, err
	}
	for _, d := range turn.Others {
		if err := s.end(ctx, t, d, reply); err != nil {
			return out, err
		}
	}
	if turn.Reply != nil {
		out.Reply = new(eliza.Message)
		out.Deliveries, err = s.post(ctx, t, w.reply, out.Reply, orDefault(turn.Decide))
		if errors.Is(err, errNoChannel) {
			return out, eliza.NotFound("Channel")
		}
		if err != nil {
			return out, err
		}
		failpoint.Hit("reply uncommitted", turn.Delivery.MessageID)
	}
	if turn.View != nil {
		if err := ensureView(ctx, t, w.worldRow, w.roomRow, w.entityRows); err != nil {
			return out, err
		}
	}
	if turn.RoomState != nil {
		if err := setRoomState(ctx, t, turn.Delivery.AgentID, turn.Room, *turn.RoomState); err != nil {
			return out, err
		}
	}
	if err := s.applyChanges(ctx, t, turn.Delivery.AgentID, turn.Changes); err != nil {
		return out, err
	}
	if _, err := insertMemories(ctx, t, w.memories); err != nil {
		return out, err
	}
	for _, m := range turn.Memories {
		if isFact(m) {
			if err := s.learnFact(ctx, t, m, nil); err != nil {
				return out, err
			}
		}
	}
	if err := s.changeTasks(ctx, t, turn.Delivery.AgentID, turn.Tasks); err != nil {
		return out, err
	}
	if len(turn.Forget) > 0 {
		_, err := t.NewDelete().Model((*eliza.Memory)(nil)).Where("agent_id = ?", turn.Delivery.AgentID).Where("id IN (?)", bun.List(turn.Forget)).Exec(ctx)
		if err != nil {
			return out, err
		}
	}
	if err := insert(ctx, t, insertRun, runColumns, runAgain, w.run); err != nil {
		return out, err
	}
	return out, insert(ctx, t, insertLogs, logColumns, "", w.logs)
}

// applyChanges changes what an agent knows of its world and of people.
func (s *Store) applyChanges(ctx context.Context, t *tx, agent eliza.ID, c Changes) error {
	if c.ByWorld != nil {
		world := eliza.World{ID: c.World}
		err := s.lockRow(t.NewSelect().Model(&world).WherePK().Where("agent_id = ?", agent)).Scan(ctx)
		if err == nil {
			c.ByWorld(&world)
			world.ID, world.AgentID = c.World, agent
			_, err = t.NewUpdate().Model(&world).WherePK().Exec(ctx)
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	for _, change := range c.Entities {
		entity := eliza.Entity{ID: change.ID, AgentID: agent}
		err := s.lockRow(t.NewSelect().Model(&entity).WherePK()).Scan(ctx)
		if err == nil {
			change.By(&entity)
			entity.ID, entity.AgentID = change.ID, agent
			_, err = t.NewUpdate().Model(&entity).WherePK().Exec(ctx)
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return nil
}

// end finishes one delivery if this node still owns it.
func (s *Store) end(ctx context.Context, t *tx, d eliza.Delivery, reply eliza.ID) error {
	if reply == eliza.NoID {
		reply = d.ReplyID
	}
	n, err := t.exec(ctx, finishDelivery, string(d.State), string(d.Reason), clean(d.Detail), idText(reply), idText(d.RunID), int64(cmp.Or(d.UpdatedAt, eliza.Now())),
		d.MessageID.String(), d.AgentID.String(), s.owner)
	if err == nil && n == 0 {
		err = eliza.Errorf(eliza.CodeConflict, "The delivery has ended or belongs to another node")
	}
	return err
}
