package openai

import (
	"encoding/base64"
	"encoding/json"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// chatRequest is the body of POST /chat/completions (OpenAI's API reference,
// "Create chat completion").
type chatRequest struct {
	Model               string         `json:"model"`
	Messages            []chatMessage  `json:"messages"`
	Tools               []chatTool     `json:"tools,omitempty"`
	MaxTokens           int            `json:"max_tokens,omitempty"`
	MaxCompletionTokens int            `json:"max_completion_tokens,omitempty"`
	Temperature         *float64       `json:"temperature,omitempty"`
	Stream              bool           `json:"stream"`
	StreamOptions       *streamOptions `json:"stream_options,omitempty"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type chatMessage struct {
	Role       string     `json:"role"`
	Content    any        `json:"content"` // a text, parts, or null beside tool calls without text
	ToolCalls  []chatCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
}

// chatPart is a piece of a content that is more than text.
type chatPart struct {
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	ImageURL *imageURL `json:"image_url,omitempty"`
}

type imageURL struct {
	URL string `json:"url"`
}

// parts are a text and the images shown with it.
func parts(turn *model.Turn) []chatPart {
	all := []chatPart{{Type: "text", Text: turn.Text}}
	for _, image := range turn.Images {
		all = append(all, chatPart{Type: "image_url", ImageURL: &imageURL{"data:" + image.Type + ";base64," + base64.StdEncoding.EncodeToString(image.Data)}})
	}
	return all
}

type chatCall struct {
	ID       string       `json:"id"`
	Type     string       `json:"type"`
	Function chatFunction `json:"function"`
}

type chatFunction struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
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

// concessions are what a request can do without.
func concessions(req model.Request) wire.Concession {
	can := wire.NoStreamOptions | wire.AlternatingRoles | wire.NoStreaming
	if req.MaxTokens > 0 {
		can |= wire.OtherTokenLimit
	}
	if req.Temperature != nil {
		can |= wire.NoTemperature
	}
	if req.System != "" {
		can |= wire.NoSystemRole
	}
	return can
}

// encode writes the body of a call, without what made says. The older
// max_tokens is what compatible servers know; OpenAI's newer models refuse it.
func encode(req model.Request, name string, own bool, made wire.Concession) ([]byte, error) {
	req = made.Apply(req)
	turns := req.Speech()
	body := chatRequest{Model: name, Messages: make([]chatMessage, 0, len(turns)+1), Temperature: req.Temperature, Stream: made&wire.NoStreaming == 0}
	if body.Stream && made&wire.NoStreamOptions == 0 {
		body.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	if own != (made&wire.OtherTokenLimit != 0) {
		body.MaxCompletionTokens = req.MaxTokens
	} else {
		body.MaxTokens = req.MaxTokens
	}
	if req.System != "" {
		body.Messages = append(body.Messages, chatMessage{Role: "system", Content: req.System})
	}
	for i := range turns {
		turn := &turns[i]
		m := chatMessage{Role: string(turn.Role), Content: turn.Text, ToolCallID: turn.ToolCallID}
		for _, call := range turn.ToolCalls {
			m.ToolCalls = append(m.ToolCalls, chatCall{ID: call.ID, Type: "function", Function: chatFunction{Name: call.Name, Arguments: string(call.Arguments)}})
		}
		switch {
		case len(turn.Images) > 0:
			m.Content = parts(turn)
		case len(m.ToolCalls) > 0 && turn.Text == "":
			m.Content = nil
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
