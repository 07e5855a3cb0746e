package anthropic

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/param"

	"github.com/elizad/elizad/internal/model"
)

// Claude refuses empty texts and wants the user to speak first.
const (
	silence = "(no text)"
	opening = "(the conversation begins)"
)

var noParameters = json.RawMessage(`{"type":"object","properties":{}}`)

// encode words a request as the messages API wants it.
func encode(req model.Request, name string) sdk.MessageNewParams {
	turns := req.Speech()
	if len(req.Tools) == 0 {
		turns = told(turns)
	}
	body := sdk.MessageNewParams{Model: name, MaxTokens: DefaultMaxTokens, Messages: messages(turns)}
	if req.MaxTokens > 0 {
		body.MaxTokens = int64(req.MaxTokens)
	}
	if req.System != "" {
		body.System = []sdk.TextBlockParam{{Text: req.System}}
	}
	if req.Temperature != nil {
		body.Temperature = sdk.Float(*req.Temperature)
	}
	for _, tool := range req.Tools {
		parameters := tool.Parameters
		if len(parameters) == 0 {
			parameters = noParameters
		}
		t := &sdk.ToolParam{Name: tool.Name, InputSchema: param.Override[sdk.ToolInputSchemaParam](parameters)}
		if tool.Description != "" {
			t.Description = sdk.String(tool.Description)
		}
		body.Tools = append(body.Tools, sdk.ToolUnionParam{OfTool: t})
	}
	return body
}

// told words the tool calls of a conversation, and their results, as text: the
// API refuses them in a request that offers no tools.
func told(turns []model.Turn) []model.Turn {
	uses := func(t model.Turn) bool { return t.Role == model.RoleTool || len(t.ToolCalls) > 0 }
	if !slices.ContainsFunc(turns, uses) {
		return turns
	}
	names := make(map[string]string) // of the tools, by the ids of their calls
	turns = slices.Clone(turns)
	for i := range turns {
		turn := &turns[i]
		for _, call := range turn.ToolCalls {
			names[call.ID] = call.Name
			turn.Text = strings.TrimLeft(turn.Text+"\n["+call.Name+" was called with "+string(call.Arguments)+"]", "\n")
		}
		turn.ToolCalls = nil
		if turn.Role == model.RoleTool {
			turn.Role, turn.Text = model.RoleUser, "[The result of "+names[turn.ToolCallID]+": "+orSilence(turn.Text)+"]"
		}
	}
	return turns
}

// messages joins turns of the same side into one message: the results of all
// tools that a message asked for belong into the next one.
func messages(turns []model.Turn) []sdk.MessageParam {
	list := make([]sdk.MessageParam, 0, len(turns)+1)
	if turns[0].Role == model.RoleAssistant {
		list = append(list, sdk.NewUserMessage(sdk.NewTextBlock(opening)))
	}
	for _, turn := range turns {
		role, blocks := sdk.MessageParamRoleUser, blocksOf(turn)
		if turn.Role == model.RoleAssistant {
			role = sdk.MessageParamRoleAssistant
		}
		if n := len(list); n > 0 && list[n-1].Role == role {
			list[n-1].Content = append(list[n-1].Content, blocks...)
			continue
		}
		list = append(list, sdk.MessageParam{Role: role, Content: blocks})
	}
	return list
}

func blocksOf(turn model.Turn) []sdk.ContentBlockParamUnion {
	if turn.Role == model.RoleTool {
		return []sdk.ContentBlockParamUnion{sdk.NewToolResultBlock(turn.ToolCallID, orSilence(turn.Text), false)}
	}
	var blocks []sdk.ContentBlockParamUnion
	for _, image := range turn.Images {
		blocks = append(blocks, sdk.NewImageBlockBase64(image.Type, base64.StdEncoding.EncodeToString(image.Data)))
	}
	if turn.Text != "" || len(turn.ToolCalls) == 0 {
		blocks = append(blocks, sdk.NewTextBlock(orSilence(turn.Text)))
	}
	for _, call := range turn.ToolCalls {
		blocks = append(blocks, sdk.NewToolUseBlock(call.ID, call.Arguments, call.Name))
	}
	return blocks
}

func orSilence(text string) string {
	if text == "" {
		return silence
	}
	return text
}
