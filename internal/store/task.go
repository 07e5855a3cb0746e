package store

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
)

// CreateTask stores a task. Error codes: NOT_FOUND when there is no such agent
// or room, CONFLICT when the id is taken.
func (s *Store) CreateTask(ctx context.Context, task eliza.Task) error {
	return s.write(ctx, "create task", func(ctx context.Context, t *tx) error { return s.createTask(ctx, t, task) })
}

func (s *Store) createTask(ctx context.Context, t *tx, task eliza.Task) error {
	if err := s.mustExist(ctx, t, "Agent", "agents", task.AgentID); err != nil {
		return err
	}
	if task.RoomID != eliza.NoID {
		if err := s.mustExist(ctx, t, "Room", "rooms", task.RoomID); err != nil {
			return err
		}
	}
	return create(ctx, t, "Task", tagged(&task))
}

// tagged has a list of tags, though it be an empty one.
func tagged(task *eliza.Task) *eliza.Task {
	if task.Tags == nil {
		task.Tags = []string{}
	}
	return task
}

// Task returns one task of an agent. Error code: NOT_FOUND.
func (s *Store) Task(ctx context.Context, agent, id eliza.ID) (eliza.Task, error) {
	var task eliza.Task
	err := s.read.NewSelect().Model(&task).Where("id = ? AND agent_id = ?", id, agent).Scan(ctx)
	return task, found("Task", err)
}

// Tasks returns the tasks of an agent, those of a room when it is not NoID,
// the oldest first.
func (s *Store) Tasks(ctx context.Context, agent, room eliza.ID) ([]eliza.Task, error) {
	var list []eliza.Task
	find := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent).Order("created_at", "id")
	if room != eliza.NoID {
		find = find.Where("room_id = ?", room)
	}
	return list, failed("read tasks", find.Scan(ctx))
}

// CountTasks counts the tasks of an agent.
func (s *Store) CountTasks(ctx context.Context, agent eliza.ID) (n int, err error) {
	_, err = one(ctx, s.often, `SELECT count(*) FROM tasks WHERE agent_id = ?`, []any{agent.String()}, &n)
	return n, failed("count tasks", err)
}

// AgentsAwaitingChoice returns at most limit agents that have a task which
// awaits a choice.
func (s *Store) AgentsAwaitingChoice(ctx context.Context, limit int) ([]eliza.ID, error) {
	rows, err := s.often.query(ctx, `SELECT DISTINCT agent_id FROM tasks WHERE state = 'awaiting_choice' LIMIT ?`, int64(limit))
	if err != nil {
		return nil, failed("look for choices", err)
	}
	defer rows.Close()
	var list []eliza.ID
	for rows.Next() {
		var id eliza.ID
		if err := rows.Scan(&id); err != nil {
			return nil, failed("look for choices", err)
		}
		list = append(list, id)
	}
	return list, failed("look for choices", rows.Err())
}

// UpdateTask changes a task as UpdateAgent does an agent. A run that goes on
// meanwhile can no more end it. Error code: NOT_FOUND.
func (s *Store) UpdateTask(ctx context.Context, agent, id eliza.ID, by func(*eliza.Task) error) (eliza.Task, error) {
	var task eliza.Task
	err := s.write(ctx, "update task", func(ctx context.Context, t *tx) (err error) {
		task, err = s.changeTask(ctx, t, agent, id, by)
		return err
	})
	return task, err
}

func (s *Store) changeTask(ctx context.Context, t *tx, agent, id eliza.ID, by func(*eliza.Task) error) (task eliza.Task, err error) {
	if err := s.lockRow(t.NewSelect().Model(&task).Where("id = ? AND agent_id = ?", id, agent)).Scan(ctx); err != nil {
		return task, found("Task", err)
	}
	if err := by(&task); err != nil {
		return task, callersError{err}
	}
	task.Owner, task.UpdatedAt = "", eliza.Now()
	_, err = t.NewUpdate().Model(tagged(&task)).WherePK().ExcludeColumn("id", "agent_id", "created_at").Exec(ctx)
	return task, err
}

// DeleteTask deletes one task of an agent. Error code: NOT_FOUND.
func (s *Store) DeleteTask(ctx context.Context, agent, id eliza.ID) error {
	return remove(ctx, s, "Task", `DELETE FROM tasks WHERE id = ? AND agent_id = ?`, id.String(), agent.String())
}

// ClaimTasks makes tasks of running agents this node's whose moment has come,
// at most limit, the longest due first, and returns them. What another living
// node does is left to it; those of busy are left out. A task whose node died
// has one more attempt.
func (s *Store) ClaimTasks(ctx context.Context, now eliza.Millis, limit int, busy []eliza.ID) ([]eliza.Task, error) {
	due := func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("run_at <= ?", now).Where("(owner IS NULL OR owner = ? OR owner NOT IN "+s.living()+")", s.owner, s.ttl.Milliseconds()).
			Where("EXISTS (SELECT 1 FROM agents AS a WHERE a.id = task.agent_id AND a.status = ?)", eliza.Active)
		if len(busy) > 0 {
			q = q.Where("id NOT IN (?)", bun.List(busy))
		}
		return q
	}
	// Looking first spares an idle server the write.
	some, err := s.read.NewSelect().Model((*eliza.Task)(nil)).ColumnExpr("1").Apply(due).Exists(ctx)
	if err != nil || !some {
		return nil, failed("look for due tasks", err)
	}
	var mine []eliza.Task
	err = s.write(ctx, "claim tasks", func(ctx context.Context, t *tx) error {
		mine = nil
		q := t.NewSelect().Model(&mine).Apply(due).Order("run_at", "id").Limit(int64(limit))
		if !s.shape.sole {
			q = q.For("UPDATE SKIP LOCKED")
		}
		if err := q.Scan(ctx); err != nil {
			return err
		}
		for i := range mine {
			task := &mine[i]
			if task.Owner != "" && task.Owner != s.owner {
				task.Attempts++
			}
			task.State, task.Owner = eliza.TaskRunning, s.owner
			if _, err := t.exec(ctx, `UPDATE tasks SET state = ?, owner = ?, attempts = ? WHERE id = ?`, string(task.State), task.Owner, task.Attempts, task.ID.String()); err != nil {
				return err
			}
		}
		return nil
	})
	return mine, err
}

// TaskEnd is what a run of a task comes to: all of it is stored, or nothing.
type TaskEnd struct {
	Task eliza.Task   // as it is from now on
	Was  eliza.Millis // the moment that was run: its DueAt then
	Gone bool         // it is done for good, and deleted

	Message   *eliza.Message // what the agent says; its Seq is given by the store
	Memories  []eliza.Memory
	Decide    Decide         // about the message's deliveries, to the other agents; nil: DefaultDecision
	Committed func(Finished) // as in Incoming
	Notices   Notices[Finished]
}

// EndTask ends a run of a task that this node has claimed. It does so once:
// when the task was changed, deleted, or taken over meanwhile it is a CONFLICT
// and nothing is stored. Another error code: NOT_FOUND when the message's
// channel is gone.
func (s *Store) EndTask(ctx context.Context, end TaskEnd) (Finished, error) {
	var row encoded
	var err error
	if end.Message != nil {
		if row, err = encode(*end.Message, "task:"+end.Message.ID.String()); err != nil {
			return Finished{}, err
		}
		leave, err := s.enter(ctx, end.Message.ChannelID)
		if err != nil {
			return Finished{}, err
		}
		defer leave()
	}
	memories, err := memoryRows(end.Memories)
	if err != nil {
		return Finished{}, err
	}
	var out Finished
	err = s.write(ctx, "end task", func(ctx context.Context, t *tx) error {
		out = Finished{}
		if end.Committed != nil {
			t.after = func() { end.Committed(out) }
		}
		if err := s.endTask(ctx, t, &end); err != nil {
			return err
		}
		if end.Message == nil {
			return nil
		}
		out.Reply = new(eliza.Message)
		var err error
		if out.Deliveries, err = s.post(ctx, t, row, out.Reply, orDefault(end.Decide)); err != nil {
			return err
		}
		failpoint.Hit("task uncommitted", end.Task.ID)
		if _, err = insertMemories(ctx, t, memories); err != nil {
			return err
		}
		return announce(ctx, s, t, row.ChannelID, out, end.Notices)
	})
	switch {
	case errors.Is(err, errNoChannel):
		err = eliza.NotFound("Channel")
	case errors.Is(err, errSeen):
		err = eliza.Errorf(eliza.CodeConflict, "The task was run before")
	}
	return out, err
}

func (s *Store) endTask(ctx context.Context, t *tx, end *TaskEnd) error {
	fence := []any{end.Task.ID.String(), s.owner, int64(end.Was)}
	const mine = ` WHERE id = ? AND owner = ? AND due_at = ?`
	query, args := `DELETE FROM tasks`+mine, fence
	if !end.Gone {
		n := &end.Task
		query = `UPDATE tasks SET state = ?, due_at = ?, run_at = ?, attempts = ?, last_run_at = ?, last_error = ?, owner = NULL, updated_at = ?` + mine
		args = append([]any{string(n.State), moment(n.DueAt), moment(n.RunAt), n.Attempts, moment(n.LastRunAt), clean(n.LastError), int64(n.UpdatedAt)}, fence...)
	}
	n, err := t.exec(ctx, query, args...)
	if err == nil && n == 0 {
		err = eliza.Errorf(eliza.CodeConflict, "The task has changed or belongs to another node")
	}
	return err
}

// moment is a time as a value to bind; zero is NULL.
func moment(m eliza.Millis) any {
	if m == 0 {
		return nil
	}
	return int64(m)
}

// TaskChanges are what a turn does to the tasks of its agent.
type TaskChanges struct {
	New    []eliza.Task
	Drop   []eliza.ID
	Change []TaskChange
}

// TaskChange changes one task; its error leaves the task as it is.
type TaskChange struct {
	ID eliza.ID
	By func(*eliza.Task) error
}

// changeTasks does what it can: a task that is gone, or whose room is, is
// passed over.
func (s *Store) changeTasks(ctx context.Context, t *tx, agent eliza.ID, c TaskChanges) error {
	for _, id := range c.Drop {
		if _, err := t.exec(ctx, `DELETE FROM tasks WHERE id = ? AND agent_id = ?`, id.String(), agent.String()); err != nil {
			return err
		}
	}
	for _, task := range c.New {
		if err := passOver(s.createTask(ctx, t, task)); err != nil {
			return err
		}
	}
	for _, change := range c.Change {
		if _, err := s.changeTask(ctx, t, agent, change.ID, change.By); passOver(err) != nil {
			return err
		}
	}
	return nil
}

func passOver(err error) error {
	if code := eliza.ErrorCode(err); code == eliza.CodeNotFound || code == eliza.CodeConflict || errors.As(err, new(callersError)) {
		return nil
	}
	return err
}
