package stubmodel

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

// readCall takes from a request what an answer may depend on.
func readCall(r *http.Request, api string, body []byte) Call {
	all := gjson.ParseBytes(body)
	call := Call{API: api, Key: sentKey(r), Body: body}
	if api == "ollama" {
		call.Stream = true
	}
	all.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "model":
			call.Model = value.String()
		case "stream":
			call.Stream = value.Bool()
		case "system":
			call.System = contentText(value)
		case "messages":
			value.ForEach(func(_, message gjson.Result) bool {
				switch message.Get("role").Str {
				case "user":
					if text := contentText(message.Get("content")); text != "" {
						call.LastUser = text
					}
				case "system", "developer":
					call.System = contentText(message.Get("content"))
				}
				return true
			})
		}
		return true
	})
	return call
}

// contentText is a text, or the text parts of a list.
func contentText(content gjson.Result) string {
	if !content.IsArray() {
		return content.String()
	}
	var b strings.Builder
	content.ForEach(func(_, part gjson.Result) bool {
		if part.Get("type").Str == "text" {
			b.WriteString(part.Get("text").Str)
		}
		return true
	})
	return b.String()
}

func sentKey(r *http.Request) string {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key
	}
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// tokens is the made-up count of a text.
func tokens(text string) int { return (len(text) + 3) / 4 }
