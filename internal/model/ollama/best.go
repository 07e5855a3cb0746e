package ollama

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/model/wire"
)

// maxShown bounds how many models are looked at for one that can chat.
const maxShown = 16

// listed is a model in the answer of /api/tags.
type listed struct {
	Name       string `json:"name"`
	RemoteHost string `json:"remote_host"` // of one that runs elsewhere
	Details    struct {
		Family   string   `json:"family"`
		Families []string `json:"families"`
	} `json:"details"`
}

// otherWork is what the names of models hold that were made for something else
// than a conversation: to continue texts (base), to judge or read them, or to
// look at pictures.
var otherWork = []string{
	"-base", ":base", "-text", "starcoder", "sqlcoder", "stable-code", "guard", "shieldgemma", "minicheck", "reader-lm", "nuextract",
	"ocr", "llava", "moondream", "translategemma",
}

// suitable guesses from a listed model whether it can chat. One that runs on
// another machine is never taken without being named: what people say would
// leave theirs.
func (m *listed) suitable() bool {
	name := strings.ToLower(m.Name)
	has := func(part string) bool { return strings.Contains(name, part) }
	bert := func(family string) bool { return strings.HasSuffix(family, "bert") }
	switch {
	case name == "" || wire.EmbedderName(name) || bert(m.Details.Family) || slices.ContainsFunc(m.Details.Families, bert):
		return false
	case m.RemoteHost != "" || strings.HasSuffix(name, "cloud"):
		return false
	}
	return !slices.ContainsFunc(otherWork, has)
}

// best is the first model that takes tools, else the first that can chat, else
// the first of which the server does not say what it can, as older ones do not;
// "" when there is none.
func (t *Text) best(ctx context.Context, models []listed) string {
	chats, unknown := "", ""
	shown := 0
	for i := range models {
		m := &models[i]
		if !m.suitable() {
			continue
		}
		if shown++; shown > maxShown {
			break
		}
		can, chat := t.show(ctx, m.Name)
		switch {
		case can == nil:
			if unknown == "" {
				unknown = m.Name
			}
		case !chat || !slices.Contains(can, "completion"):
		case slices.Contains(can, "tools"):
			return m.Name
		case chats == "":
			chats = m.Name
		}
	}
	if chats == "" {
		return unknown
	}
	return chats
}

// bareTemplate is the template of a model that was not made for conversations:
// it hands on the prompt as it is.
const bareTemplate = "{{ .Prompt }}"

// show asks what a model can do, and whether it has a template for
// conversations. can is nil when the server does not say (Ollama's API
// documentation, "Show Model Information").
func (t *Text) show(ctx context.Context, name string) (can []string, chat bool) {
	body, err := json.Marshal(map[string]string{"model": name})
	if err != nil {
		return nil, false
	}
	resp, err := t.send(ctx, http.MethodPost, "/api/show", body)
	if err != nil {
		return nil, false
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, false
	}
	var shown struct {
		Capabilities []string `json:"capabilities"`
		Template     string   `json:"template"`
	}
	if json.Unmarshal(answer, &shown) != nil {
		return nil, false
	}
	return shown.Capabilities, strings.TrimSpace(shown.Template) != bareTemplate
}
