package ollama

import (
	"encoding/json"

	"github.com/elizad/elizad/internal/model"
)

// chatRequest is the body of POST /api/chat (Ollama's API documentation,
// "Generate a chat completion").
type chatRequest struct {
	Model    string        `json:"model"`
	Messages []chatMessage `json:"messages"`
	Tools    []chatTool    `json:"tools,omitempty"`
	Options  *chatOptions  `json:"options,omitempty"`
	Stream   bool          `json:"stream"`
}

type chatOptions struct {
	NumPredict  int      `json:"num_predict,omitempty"`
	NumCtx      int      `json:"num_ctx,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
}

type chatMessage struct {
	Role      string     `json:"role"`
	Content   string     `json:"content"`
	ToolCalls []chatCall `json:"tool_calls,omitempty"`
	Images    [][]byte   `json:"images,omitempty"`    // base64
	ToolName  string     `json:"tool_name,omitempty"` // of a result: calls have no ids here
}

type chatCall struct {
	Function chatFunction `json:"function"`
}

type chatFunction struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

type chatTool struct {
	Type     string           `json:"type"`
	Function chatToolFunction `json:"function"`
}

type chatToolFunction struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters"`
}

var noParameters = json.RawMessage(`{"type":"object","properties":{}}`)

// encode writes the body of a call.
func encode(req model.Request, name string) ([]byte, error) {
	turns := req.Speech()
	body := chatRequest{Model: name, Messages: make([]chatMessage, 0, len(turns)+1), Stream: true}
	if req.MaxTokens > 0 || req.Context > 0 || req.Temperature != nil {
		body.Options = &chatOptions{NumPredict: req.MaxTokens, NumCtx: req.Context, Temperature: req.Temperature}
	}
	if req.System != "" {
		body.Messages = append(body.Messages, chatMessage{Role: "system", Content: req.System})
	}
	names := make(map[string]string) // of the tools, by the ids of their calls
	for _, turn := range turns {
		m := chatMessage{Role: string(turn.Role), Content: turn.Text}
		for _, image := range turn.Images {
			m.Images = append(m.Images, image.Data)
		}
		for _, call := range turn.ToolCalls {
			names[call.ID] = call.Name
			m.ToolCalls = append(m.ToolCalls, chatCall{Function: chatFunction{Name: call.Name, Arguments: call.Arguments}})
		}
		if turn.Role == model.RoleTool {
			m.ToolName = names[turn.ToolCallID]
		}
		body.Messages = append(body.Messages, m)
	}
	for _, tool := range req.Tools {
		parameters := tool.Parameters
		if len(parameters) == 0 {
			parameters = noParameters
		}
		body.Tools = append(body.Tools, chatTool{Type: "function", Function: chatToolFunction{Name: tool.Name, Description: tool.Description, Parameters: parameters}})
	}
	return json.Marshal(body)
}
