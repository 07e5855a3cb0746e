package plugin

import (
	"context"
	"time"
)

// Worker does the tasks of its name (docs/PLUGINS.md, "Tasks").
type Worker struct {
	Name string // in capitals, such as CHECK_TIDE; unique among all plugins
	// Validate refuses a task before it is stored; nil refuses none.
	Validate func(ctx context.Context, t *Task) error
	// Execute does it. What it returns the agent says in the task's room,
	// stored together with the task's end, so that it is said exactly once. A
	// run that fails, or whose server dies, is made again with the same Due.
	Execute func(ctx context.Context, r TaskRun) (say string, err error)
}

// Task is something for an agent to do, at a moment, again and again, or when
// somebody has chosen.
type Task struct {
	ID          string // given when it is stored
	Worker      string
	Description string
	AgentID     string
	RoomID      string         // one of the agent's rooms, or a channel; empty for none
	EntityID    string         // for whom
	At          time.Time      // its moment; zero: now, or the first of Every or Cron
	Every       time.Duration  // from a second; zero for once
	Cron, Zone  string         // five fields, and their time zone; the person's, agent's or server's when empty
	Options     []string       // when there are any it waits until one is chosen
	Data        map[string]any // the worker's own, at most 10,000 bytes of JSON
}

// TaskRun is one run of a task.
type TaskRun struct {
	Task   Task
	Due    time.Time // the moment that it is for
	Late   bool      // that passed while no server ran
	Option string    // what was chosen
}
