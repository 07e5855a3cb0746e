package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/task"
)

// choices are the tasks that await a choice in the room, read once in a turn.
func (t *Turn) choices(ctx context.Context) ([]eliza.Task, error) {
	if t.service.options.Tasks == nil || t.awaiting != nil {
		return t.awaiting, nil
	}
	list, err := t.service.options.Tasks.Choices(ctx, t.Agent.ID, t.Room.ID)
	if err == nil {
		t.awaiting = append([]eliza.Task{}, list...)
	}
	return list, err
}

// lookTime bounds the look for open choices when actions are offered.
const lookTime = 2 * time.Second

func (t *Turn) hasChoices() bool {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	list, err := t.choices(ctx)
	return err == nil && len(list) > 0
}

// choiceNeeds asks for an owner's or an admin's own words where the task asks
// for one.
func choiceNeeds(ctx context.Context, t *Turn, arguments json.RawMessage) Authority {
	if open, _, err := t.choice(ctx, arguments); err == nil && open.MetaText(task.MetaRole) != "" {
		return ByOwner
	}
	return ByAnyone
}

// choiceText is the provider CHOICE: what may be chosen here.
func choiceText(ctx context.Context, t *Turn) (string, error) {
	list, err := t.choices(ctx)
	if err != nil || len(list) == 0 {
		return "", err
	}
	var b strings.Builder
	b.WriteString("Open choices, for CHOOSE_OPTION when the person picks one:\n")
	for _, open := range list {
		fmt.Fprintf(&b, "- %s (%s): %q, with the options\n", open.Name, open.ID.String()[:8], open.Description)
		for _, o := range open.Options() {
			fmt.Fprintf(&b, "  - %s: %s\n", o.Name, o.Description)
		}
	}
	return b.String(), nil
}

// choice finds the open choice that the arguments name, and the option.
func (t *Turn) choice(ctx context.Context, arguments json.RawMessage) (open eliza.Task, option string, err error) {
	given, err := argument(arguments, "option")
	if err != nil {
		return open, "", err
	}
	id, _ := argument(arguments, "taskId")
	list, err := t.choices(ctx)
	if err != nil {
		return open, "", err
	}
	for _, open := range list {
		if name, known := task.Named(&open, given); known && strings.HasPrefix(open.ID.String(), strings.ToLower(id)) {
			return open, name, nil
		}
	}
	return open, "", eliza.Errorf(eliza.CodeInvalidRequest, "no open choice here has the option %q", given)
}

func chooseOption(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	open, option, err := t.choice(ctx, arguments)
	if err != nil {
		return "", err
	}
	if err := t.service.options.Tasks.MayChoose(ctx, &open, t.Message.AuthorID); err != nil {
		return "", err
	}
	t.effects.Choices = append(t.effects.Choices, chosen{open.ID, option, t.Message.AuthorID})
	return fmt.Sprintf("I chose %q of %q.", option, open.Description), nil
}
