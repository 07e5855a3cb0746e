package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/task"
)

func (a *API) taskRoutes() {
	const tag, all, one = "Tasks", "/api/agents/{agentId}/tasks", "/api/agents/{agentId}/tasks/{taskId}"
	add(a, operation{id: "list-tasks", method: "GET", paths: []string{all}, tag: tag, summary: "List an agent's tasks, the oldest first", errors: []int{404},
		about: "What the agent is to do at a moment, reminders among them, and what awaits somebody's choice."}, a.listTasks)
	add(a, operation{id: "create-task", method: "POST", paths: []string{all}, tag: tag, status: 201, summary: "Give an agent a task", errors: []int{404},
		about: "The worker of the task's name does it: reminder has the agent say the text in the room; plugins bring others. With the tag queue it is done at dueAt, " +
			"at once without one; with repeat again after metadata.updateInterval milliseconds, or as cron says; without repeat it is deleted when it is done. " +
			"With AWAITING_CHOICE it is done when one of metadata.options was chosen. A moment that passes while no server runs is made up for once, and said to be late. " +
			"What the agent says is stored together with the end of the task, so that it is said exactly once."}, a.createTask)
	add(a, operation{id: "get-task", method: "GET", paths: []string{one}, tag: tag, summary: "Get a task", errors: []int{404}}, a.getTask)
	add(a, operation{id: "update-task", method: "PATCH", paths: []string{one}, tag: tag, summary: "Change, pause or resume a task", errors: []int{404, 409},
		about: "Fields that are absent stay; tags and metadata are replaced as a whole. paused true keeps the task from being done; false has it wait again, also after it failed."}, a.updateTask)
	add(a, operation{id: "delete-task", method: "DELETE", paths: []string{one}, tag: tag, status: 204, summary: "Delete a task", errors: []int{404}}, a.deleteTask)
	add(a, operation{id: "run-task", method: "POST", paths: []string{one + "/run"}, tag: tag, summary: "Have a task done now", errors: []int{404, 409},
		about: "The answer does not wait for it."}, a.runTask)
	add(a, operation{id: "choose-task-option", method: "POST", paths: []string{one + "/choice"}, tag: tag, summary: "Choose an option of a task", errors: []int{404, 409},
		about: "With an entityId the choice is that person's, who must be in the task's room and have the role that metadata.role names (OWNER or ADMIN)."}, a.chooseTaskOption)
}

type taskView struct {
	ID          eliza.ID        `json:"id"`
	Name        string          `json:"name" doc:"The worker that does it"`
	Description string          `json:"description"`
	AgentID     eliza.ID        `json:"agentId"`
	RoomID      eliza.ID        `json:"roomId,omitzero"`
	WorldID     eliza.ID        `json:"worldId,omitzero"`
	EntityID    eliza.ID        `json:"entityId,omitzero" doc:"For whom"`
	Tags        []string        `json:"tags"`
	Metadata    map[string]any  `json:"metadata"`
	State       eliza.TaskState `json:"state" enum:"waiting,running,paused,failed,awaiting_choice,idle"`
	DueAt       string          `json:"dueAt,omitempty" format:"date-time" doc:"The moment that it is for"`
	RunAt       string          `json:"runAt,omitempty" format:"date-time" doc:"When it is tried next; later than dueAt after a failure"`
	LastRunAt   string          `json:"lastRunAt,omitempty" format:"date-time"`
	Attempts    int             `json:"attempts" doc:"Failed runs for this moment"`
	LastError   string          `json:"lastError,omitempty"`
	CreatedAt   string          `json:"createdAt" format:"date-time"`
	UpdatedAt   string          `json:"updatedAt" format:"date-time"`
}

func viewTask(t eliza.Task) taskView {
	shown := func(m eliza.Millis) string {
		if m == 0 {
			return ""
		}
		return m.ISO()
	}
	v := taskView{
		ID: t.ID, Name: t.Name, Description: t.Description, AgentID: t.AgentID, RoomID: t.RoomID, WorldID: t.WorldID, EntityID: t.EntityID, Tags: t.Tags, Metadata: t.Metadata,
		State: t.State, DueAt: shown(t.DueAt), RunAt: shown(t.RunAt), LastRunAt: shown(t.LastRunAt), Attempts: t.Attempts, LastError: t.LastError,
		CreatedAt: t.CreatedAt.ISO(), UpdatedAt: t.UpdatedAt.ISO(),
	}
	if v.Tags == nil {
		v.Tags = []string{}
	}
	if v.Metadata == nil {
		v.Metadata = map[string]any{}
	}
	return v
}

// TaskPath names a task of an agent in a path.
type TaskPath struct {
	AgentPath
	TaskID ID `path:"taskId"`
}

type taskQuery struct {
	AgentPath
	RoomID ID     `query:"roomId" doc:"Only those of this room, or of this channel"`
	Tag    string `query:"tag" maxLength:"100"`
	State  string `query:"state" enum:"waiting,running,paused,failed,awaiting_choice,idle"`
}

type taskList struct {
	Tasks []taskView `json:"tasks"`
}

func (a *API) listTasks(ctx context.Context, in *taskQuery) (*answer[taskList], error) {
	f := task.Filter{Tag: in.Tag, State: eliza.TaskState(in.State)}
	if room := eliza.ID(in.RoomID); room != eliza.NoID {
		found, err := a.Agents.Room(ctx, eliza.ID(in.AgentID), room)
		if err != nil {
			return nil, fail(err)
		}
		f.Room = found.ID
	}
	list, err := a.Tasks.List(ctx, eliza.ID(in.AgentID), f)
	if err != nil {
		return nil, fail(err)
	}
	return ok(taskList{views(list, viewTask)}), nil
}

func (a *API) getTask(ctx context.Context, in *TaskPath) (*answer[taskView], error) {
	t, err := a.Tasks.Task(ctx, eliza.ID(in.AgentID), eliza.ID(in.TaskID))
	return answerTask(t, err)
}

func answerTask(t eliza.Task, err error) (*answer[taskView], error) {
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewTask(t)), nil
}

// When are the fields that say when a task is due.
type When struct {
	DueAt    Moment `json:"dueAt,omitzero"`
	Cron     string `json:"cron,omitempty" maxLength:"200" doc:"Minute, hour, day of the month, month, weekday, or such as @daily; adds the tag repeat" example:"0 9 * * 1"`
	Timezone string `json:"timezone,omitempty" maxLength:"100" doc:"Of cron, as the IANA database names it; when absent that of the person, else of the agent, else of the server" example:"Europe/Berlin"`
}

// put writes the fields into a task and tells whether there were any.
func (w *When) put(t *eliza.Task) bool {
	if w.DueAt.at == 0 && w.Cron == "" && w.Timezone == "" {
		return false
	}
	t.DueAt = w.DueAt.at
	if t.Metadata == nil {
		t.Metadata = map[string]any{}
	}
	if w.Cron != "" {
		t.Metadata[task.MetaCron] = w.Cron
		if !t.Tagged(eliza.TagRepeat) {
			t.Tags = append(slices.Clone(t.Tags), eliza.TagRepeat)
		}
	}
	if w.Timezone != "" {
		t.Metadata[task.MetaZone] = w.Timezone
	}
	return true
}

type taskBody struct {
	AgentPath
	Body struct {
		When
		Name        string         `json:"name" minLength:"1" maxLength:"100" doc:"The worker, such as reminder"`
		Description string         `json:"description,omitempty" maxLength:"5000" doc:"Of a reminder: what is said"`
		RoomID      ID             `json:"roomId,omitempty" doc:"One of the agent's rooms, or a channel"`
		EntityID    ID             `json:"entityId,omitempty" doc:"For whom"`
		Tags        []string       `json:"tags,omitempty" maxItems:"20" nullable:"false" doc:"queue when absent"`
		Metadata    map[string]any `json:"metadata,omitempty" doc:"At most 10000 bytes of JSON"`
	}
}

func (a *API) createTask(ctx context.Context, in *taskBody) (*answer[taskView], error) {
	b := &in.Body
	t := eliza.Task{AgentID: eliza.ID(in.AgentID), Name: b.Name, Description: b.Description, EntityID: eliza.ID(b.EntityID), Tags: b.Tags, Metadata: b.Metadata}
	if t.Tags == nil {
		t.Tags = []string{eliza.TagQueue}
	}
	b.When.put(&t)
	if id := eliza.ID(b.RoomID); id != eliza.NoID {
		room, err := a.Agents.EnterRoom(ctx, t.AgentID, id)
		if err != nil {
			return nil, fail(err)
		}
		t.RoomID, t.WorldID = room.ID, room.WorldID
	}
	t, err := a.Tasks.Create(ctx, t)
	if err != nil {
		return nil, fail(err)
	}
	return created(viewTask(t)), nil
}

type taskPatch struct {
	TaskPath
	Body struct {
		When
		Description string         `json:"description,omitempty" maxLength:"5000"`
		Tags        []string       `json:"tags,omitempty" maxItems:"20" nullable:"false"`
		Metadata    map[string]any `json:"metadata,omitempty"`
		Paused      *bool          `json:"paused,omitempty"`
	}
}

func (a *API) updateTask(ctx context.Context, in *taskPatch) (*answer[taskView], error) {
	b, agent, id := &in.Body, eliza.ID(in.AgentID), eliza.ID(in.TaskID)
	t, err := a.Tasks.Update(ctx, agent, id, func(t *eliza.Task) (bool, error) {
		t.Description = cmp.Or(b.Description, t.Description)
		if b.Tags != nil {
			t.Tags = b.Tags
		}
		if b.Metadata != nil {
			t.Metadata = b.Metadata
		}
		again := b.When.put(t)
		if !again && (b.Tags != nil || b.Metadata != nil) {
			again = true
			if t.Tagged(eliza.TagRepeat) {
				t.DueAt = 0
			}
		}
		return again, nil
	})
	if err == nil && b.Paused != nil {
		switch {
		case *b.Paused:
			t, err = a.Tasks.Pause(ctx, agent, id)
		default:
			t, err = a.Tasks.Resume(ctx, agent, id)
		}
	}
	return answerTask(t, err)
}

func (a *API) deleteTask(ctx context.Context, in *TaskPath) (*none, error) {
	if err := a.Tasks.Delete(ctx, eliza.ID(in.AgentID), eliza.ID(in.TaskID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

func (a *API) runTask(ctx context.Context, in *TaskPath) (*answer[taskView], error) {
	t, err := a.Tasks.RunNow(ctx, eliza.ID(in.AgentID), eliza.ID(in.TaskID))
	return answerTask(t, err)
}

type taskChoice struct {
	TaskPath
	Body struct {
		Option   string `json:"option" minLength:"1" maxLength:"200" doc:"The name of one of metadata.options"`
		EntityID ID     `json:"entityId,omitempty" doc:"Who chooses; whoever runs the server when absent"`
	}
}

func (a *API) chooseTaskOption(ctx context.Context, in *taskChoice) (*answer[taskView], error) {
	t, err := a.Tasks.Choose(ctx, eliza.ID(in.AgentID), eliza.ID(in.TaskID), in.Body.Option, eliza.ID(in.Body.EntityID))
	return answerTask(t, err)
}
