package wire

import (
	"slices"

	"github.com/elizad/elizad/internal/model"
)

// opening is what the user says where a conversation must begin with the user.
const opening = "(the conversation begins)"

// Apply rewrites a request as its server takes it: without a temperature,
// without a system role, with turns that alternate.
func (made Concession) Apply(req model.Request) model.Request {
	if made&NoTemperature != 0 {
		req.Temperature = nil
	}
	if made&(NoSystemRole|AlternatingRoles) == 0 {
		return req
	}
	req.Turns = slices.Clone(req.Speech())
	for i := range req.Turns {
		req.Turns[i].Name = "" // Speech has put it into the text
	}
	if made&AlternatingRoles != 0 {
		req.Turns = joinSides(req.Turns)
	}
	if made&NoSystemRole != 0 && req.System != "" {
		if req.Turns[0].Role != model.RoleUser {
			req.Turns = slices.Insert(req.Turns, 0, model.Turn{Role: model.RoleUser})
		}
		first := &req.Turns[0]
		first.Text = joinTexts(req.System, first.Text)
		req.System = ""
	}
	if made&AlternatingRoles != 0 && req.Turns[0].Role == model.RoleAssistant {
		req.Turns = slices.Insert(req.Turns, 0, model.Turn{Role: model.RoleUser, Text: opening})
	}
	return req
}

// joinSides joins turns of one side that follow each other. A turn with tool
// calls, and the results, stay as they are.
func joinSides(turns []model.Turn) []model.Turn {
	joined := turns[:1]
	for _, turn := range turns[1:] {
		last := &joined[len(joined)-1]
		if turn.Role != last.Role || turn.Role == model.RoleTool || len(last.ToolCalls) > 0 {
			joined = append(joined, turn)
			continue
		}
		last.Text = joinTexts(last.Text, turn.Text)
		last.Images = append(slices.Clip(last.Images), turn.Images...)
		last.ToolCalls = turn.ToolCalls
	}
	return joined
}

func joinTexts(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n\n" + b
}
