package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/template"
)

// The templates of ElizaOS that take the place of a built-in prompt.
const (
	messageTemplate = "messageHandlerTemplate"
	respondTemplate = "shouldRespondTemplate"
)

// prompt fills in a template of the character. ok is false when it has none of
// that name, or a broken one, which the run and the log tell of.
func (t *Turn) prompt(ctx context.Context, name string) (filled string, ok bool) {
	source := t.Agent.Character.Templates[name]
	if strings.TrimSpace(source) == "" {
		return "", false
	}
	filled, err := template.Render(source, t.values(ctx))
	if err != nil {
		t.event("TEMPLATE_FAILED", map[string]any{"template": name, "error": err.Error()})
		t.service.log.Warn("a template of the character cannot be used", "template", name, "agent", t.Agent.Name, "agentId", t.Agent.ID, "error", err)
		return "", false
	}
	return filled, true
}

// values are what templates may name, under ElizaOS's names. character has its
// lists as lists.
func (t *Turn) values(ctx context.Context) map[string]any {
	c := &t.Agent.Character
	said, inOrder := t.pieces(ctx, t.service.providers.usual(true))
	var names []string
	for _, a := range t.offered(true) {
		names = append(names, a.Name)
	}
	style := slices.Concat(c.Style.All, c.Style.Chat)
	return map[string]any{
		"agentName": c.Name, "system": c.System, "bio": strings.Join(c.Bio, "\n"), "lore": strings.Join(c.Lore, "\n"),
		"topics": strings.Join(c.Topics, ", "), "adjectives": strings.Join(c.Adjectives, ", "), "messageDirections": strings.Join(style, "\n"),
		"providers": strings.Join(inOrder, "\n\n"), "actionNames": strings.Join(names, ", "), "actions": said["ACTIONS"], "actionsWithDescriptions": said["ACTIONS"],
		"providersWithDescriptions": said["PROVIDERS"], "recentMessages": said["RECENT_MESSAGES"], "time": said["TIME"], "facts": said["FACTS"],
		"attachments": said["ATTACHMENTS"], "world": said["WORLD"], "actionState": said["ACTION_STATE"], "senderName": t.Speaker, "receivedMessage": ends(t.Message.Content, maxReceived),
		"roomName": t.Room.Name,
		"character": map[string]any{
			"name": c.Name, "username": c.Username, "system": c.System, "bio": []string(c.Bio), "lore": []string(c.Lore), "topics": c.Topics, "adjectives": c.Adjectives, "style": style,
		},
	}
}

// templated asks as the character's template does; ok is false when there is
// none.
func (t *Turn) templated(ctx context.Context) (req model.Request, ok bool) {
	filled, ok := t.prompt(ctx, messageTemplate)
	if !ok {
		return req, false
	}
	return model.Request{
		Purpose: model.ForReply, System: t.Agent.Character.System, Turns: []model.Turn{{Role: model.RoleUser, Text: filled}}, Tools: t.tools(), Scene: t.scene(),
	}, true
}

// answerStream finds the text in an answer that is being written.
type answerStream interface {
	Add(piece string) string
	End() (template.Answer, string)
}

// answer asks the model. What it answers is read first: of an answer in a
// template's form the text alone is handed on, and the actions that it names
// are done as tools are.
func (t *Turn) answer(ctx context.Context, req model.Request, templated bool) (model.Answer, error) {
	var stream answerStream = &template.Unasked{}
	if templated {
		stream = &template.Stream{}
	}
	t.passage()
	answer, err := t.generate(ctx, req, func(piece string) { t.emit(stream.Add(piece)) })
	read, last := stream.End()
	t.emit(last)
	if err != nil {
		return answer, err
	}
	t.ponder(read.Thought)
	answer.Text = read.Text
	add := func(name, arguments string) {
		answer.ToolCalls = append(answer.ToolCalls, model.ToolCall{ID: fmt.Sprintf("named_%d_%d", t.thinking.Step, len(answer.ToolCalls)), Name: name, Arguments: []byte(arguments)})
	}
	for _, name := range read.Actions {
		switch action := t.action(name); {
		case action == nil && read.Text != "": // ElizaOS passes over what it does not know
			t.refused(model.ToolCall{}, name, "unknown action")
		case action != nil && (action.Name == "REPLY" || action.Final && read.Text != ""):
		default:
			add(name, "{}")
		}
	}
	if read.Text == "" && len(read.Providers) > 0 {
		asked, _ := json.Marshal(map[string]any{"providers": read.Providers})
		add("GET_STATE", string(asked))
	}
	return answer, nil
}
