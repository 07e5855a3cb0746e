package task

import (
	"context"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Choose gives a task that awaits a choice the option, and has it run. by is
// who chose: NoID is whoever runs the server. Error codes: NOT_FOUND,
// CONFLICT when it awaits none, INVALID_REQUEST when there is no such option,
// FORBIDDEN when by may not choose, DB_ERROR.
func (s *Service) Choose(ctx context.Context, agent, id eliza.ID, option string, by eliza.ID) (eliza.Task, error) {
	t, err := s.store.Task(ctx, agent, id)
	if err != nil {
		return t, err
	}
	if by != eliza.NoID {
		if err := s.MayChoose(ctx, &t, by); err != nil {
			return t, err
		}
	}
	return s.store.UpdateTask(ctx, agent, id, s.chosen(option, by))
}

// Choosing is the change of a task by which a turn chooses an option.
func (s *Service) Choosing(id eliza.ID, option string, by eliza.ID) store.TaskChange {
	return store.TaskChange{ID: id, By: s.chosen(option, by)}
}

func (s *Service) chosen(option string, by eliza.ID) func(*eliza.Task) error {
	return func(t *eliza.Task) error {
		if t.State != eliza.TaskChoosing {
			return eliza.Errorf(eliza.CodeConflict, "The task awaits no choice: it is %s", t.State)
		}
		name, known := Named(t, option)
		if !known {
			return eliza.Errorf(eliza.CodeInvalidRequest, "option: the task has no option %q", option)
		}
		t.Metadata[MetaChoice] = name
		if by != eliza.NoID {
			t.Metadata["chosenBy"] = by.String()
		}
		now := s.now()
		t.State, t.DueAt, t.RunAt, t.Attempts, t.LastError = eliza.TaskWaiting, now, now, 0, ""
		return nil
	}
}

// Named finds an option of a task by its name in any case.
func Named(t *eliza.Task, option string) (name string, known bool) {
	for _, o := range t.Options() {
		if strings.EqualFold(o.Name, strings.TrimSpace(option)) {
			return o.Name, true
		}
	}
	return "", false
}

// MayChoose reports whether somebody may choose: a member of the task's
// channel, with the role that the task names. Error codes: FORBIDDEN,
// DB_ERROR.
func (s *Service) MayChoose(ctx context.Context, t *eliza.Task, by eliza.ID) error {
	refused := eliza.Errorf(eliza.CodeForbidden, "Only members of the task's room, with the role that it names, may choose")
	if t.RoomID != eliza.NoID {
		room, err := s.store.Room(ctx, t.AgentID, t.RoomID)
		if err != nil {
			return err
		}
		members, err := s.store.Participants(ctx, room.ChannelID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(members, func(p store.Participant) bool { return p.EntityID == by }) {
			return refused
		}
		if t.WorldID == eliza.NoID {
			t.WorldID = room.WorldID
		}
	}
	role := t.MetaText(MetaRole)
	if role == "" {
		return nil
	}
	world, err := s.store.World(ctx, t.AgentID, t.WorldID)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		return refused
	}
	if err != nil {
		return err
	}
	roles, _ := world.Metadata["roles"].(map[string]any)
	if has, _ := roles[by.String()].(string); has == "OWNER" || has == role {
		return nil
	}
	owner, _ := world.Metadata["ownership"].(map[string]any)
	if id, _ := owner["ownerId"].(string); id == by.String() {
		return nil
	}
	return refused
}

// manyChoosers is how many agents with choices are told apart.
const manyChoosers = 1000

// lookForChoices notes which agents have a task that awaits a choice, so that
// the turns of all others need not look.
func (s *Service) lookForChoices(ctx context.Context) error {
	list, err := s.store.AgentsAwaitingChoice(ctx, manyChoosers)
	if err != nil {
		return err
	}
	agents := make(map[eliza.ID]bool, len(list))
	for _, id := range list {
		agents[id] = true
	}
	s.choosers.Store(&agents)
	return nil
}

// Choices are the tasks of an agent that await a choice in a room; one that
// another node has made is seen after a second. Error code: DB_ERROR.
func (s *Service) Choices(ctx context.Context, agent, room eliza.ID) ([]eliza.Task, error) {
	if known := s.choosers.Load(); known != nil && len(*known) < manyChoosers && !(*known)[agent] {
		return nil, nil
	}
	list, err := s.store.Tasks(ctx, agent, room)
	return slices.DeleteFunc(list, func(t eliza.Task) bool { return t.State != eliza.TaskChoosing }), err
}
