package eliza

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// MaxCharacterBytes bounds a character file.
const MaxCharacterBytes = 4 << 20

// Character describes an agent, in the fields of ElizaOS's character file
// (version 1.7.2). Lore and ModelProvider come from older files; what else an
// older or a newer file holds is kept in Extra and given back unchanged.
type Character struct {
	ID              ID                         `json:"id,omitzero"`
	Name            string                     `json:"name"`
	Username        string                     `json:"username,omitempty"`
	System          string                     `json:"system,omitempty"`
	Bio             TextList                   `json:"bio"`
	Lore            TextList                   `json:"lore,omitempty"`
	ModelProvider   string                     `json:"modelProvider,omitempty"`
	Templates       map[string]string          `json:"templates,omitempty"`
	MessageExamples [][]Example                `json:"messageExamples,omitempty"`
	PostExamples    []string                   `json:"postExamples,omitempty"`
	Topics          []string                   `json:"topics,omitempty"`
	Adjectives      []string                   `json:"adjectives,omitempty"`
	Knowledge       []Knowledge                `json:"knowledge,omitempty"`
	Plugins         []string                   `json:"plugins,omitempty"`
	Settings        map[string]any             `json:"settings,omitempty"`
	Secrets         map[string]any             `json:"secrets,omitempty"`
	Style           Style                      `json:"style,omitzero"`
	Extra           map[string]json.RawMessage `json:"-"`
}

// Style says how the agent writes: always, in chats, in posts.
type Style struct {
	All  []string `json:"all,omitempty"`
	Chat []string `json:"chat,omitempty"`
	Post []string `json:"post,omitempty"`
}

// Example is one line of an example conversation. Older files call the
// speaker "user".
type Example struct {
	Name    string         `json:"name"`
	Content map[string]any `json:"content"`
}

// Text returns what the speaker says.
func (e Example) Text() string {
	s, _ := e.Content["text"].(string)
	return s
}

// UnmarshalJSON accepts the speaker under its new and its old key.
func (e *Example) UnmarshalJSON(b []byte) error {
	var v struct {
		Name    string         `json:"name"`
		User    string         `json:"user"`
		Content map[string]any `json:"content"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	e.Name, e.Content = v.Name, v.Content
	if e.Name == "" {
		e.Name = v.User
	}
	return nil
}

// Knowledge is a text, or a file or folder to read: exactly one is set.
type Knowledge struct {
	Text      string
	Path      string
	Directory string
	Shared    bool
}

type knowledgeFile struct {
	Path      string `json:"path,omitempty"`
	Directory string `json:"directory,omitempty"`
	Shared    bool   `json:"shared,omitempty"`
}

// UnmarshalJSON reads a text, {path, shared} or {directory, shared}.
func (k *Knowledge) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &k.Text) == nil {
		return nil
	}
	var f knowledgeFile
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	*k = Knowledge{Path: f.Path, Directory: f.Directory, Shared: f.Shared}
	return nil
}

// MarshalJSON writes the form that UnmarshalJSON reads.
func (k Knowledge) MarshalJSON() ([]byte, error) {
	if k.Path == "" && k.Directory == "" {
		return json.Marshal(k.Text)
	}
	return json.Marshal(knowledgeFile{Path: k.Path, Directory: k.Directory, Shared: k.Shared})
}

// TextList is a list of texts that may be written as one text.
type TextList []string

// UnmarshalJSON reads a text or a list of texts.
func (l *TextList) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var one string
	if json.Unmarshal(b, &one) == nil {
		*l = TextList{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(l))
}

// characterFields are the keys that Character itself holds.
var characterFields = []string{"id", "name", "username", "system", "bio", "lore", "modelProvider", "templates", "messageExamples",
	"postExamples", "topics", "adjectives", "knowledge", "plugins", "settings", "secrets", "style"}

type plainCharacter Character

// UnmarshalJSON reads the known fields and keeps the others.
func (c *Character) UnmarshalJSON(b []byte) error {
	var p plainCharacter
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	maps.DeleteFunc(all, func(key string, _ json.RawMessage) bool { return slices.Contains(characterFields, key) })
	*c = Character(p)
	if len(all) > 0 {
		c.Extra = all
	}
	return nil
}

// MarshalJSON writes the known fields and the kept ones.
func (c Character) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(plainCharacter(c))
	if err != nil || len(c.Extra) == 0 {
		return b, err
	}
	extra, err := json.Marshal(c.Extra)
	if err != nil {
		return nil, err
	}
	return slices.Concat(b[:len(b)-1], []byte(","), extra[1:]), nil
}

// ParseCharacter reads a character file and checks it. Error code:
// INVALID_REQUEST, with the field and what is wrong with it as details.
func ParseCharacter(b []byte) (Character, error) {
	if len(b) > MaxCharacterBytes {
		return Character{}, invalidCharacter("the file is larger than 4 MiB", nil)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	var c Character
	if err := json.Unmarshal(b, &c); err != nil {
		return Character{}, invalidCharacter(jsonProblem(err), err)
	}
	return c, c.Validate()
}

// Validate checks what every agent needs: a name and a bio, which may be empty,
// as ElizaOS's web client sends it. Error code: INVALID_REQUEST.
func (c *Character) Validate() error {
	switch {
	case strings.TrimSpace(c.Name) == "":
		return invalidCharacter("name: Character name is required", nil)
	case len(c.Name) > 200:
		return invalidCharacter("name: longer than 200 bytes", nil)
	case c.Bio == nil:
		return invalidCharacter("bio: a text or a list of texts is required", nil)
	}
	_, err := c.Budgets(c.ID)
	return err
}

// Setting returns a setting, or a secret of that name, as text; "" when
// neither is there.
func (c *Character) Setting(key string) string {
	for _, m := range []map[string]any{c.Settings, c.Secrets} {
		switch v := m[key].(type) {
		case string:
			return v
		case bool, float64:
			b, _ := json.Marshal(v)
			return string(b)
		}
	}
	if nested, ok := c.Settings["secrets"].(map[string]any); ok {
		s, _ := nested[key].(string)
		return s
	}
	return ""
}

func invalidCharacter(details string, cause error) *Error {
	return &Error{Code: CodeInvalidRequest, Message: "Character validation failed: " + details, Details: details, Err: cause}
}
