package template

import (
	"encoding/json"
	"strings"
	"unicode"
)

// Answer is what a model answered to a template.
type Answer struct {
	Thought   string
	Text      string
	Actions   []string
	Providers []string
}

// Read reads an answer: XML in <response>, or without it; a JSON object; or
// plain text, which is the text.
func Read(said string) Answer {
	trimmed := unfenced(said)
	if strings.HasPrefix(trimmed, "{") {
		if a, ok := readJSON(trimmed); ok {
			return a
		}
	}
	body, is := inside(trimmed, "response")
	if !is {
		body = trimmed
	}
	thought, t := inside(body, "thought")
	text, x := inside(body, "text")
	actions, a := inside(body, "actions")
	providers, p := inside(body, "providers")
	if !a {
		actions, a = inside(body, "action")
	}
	if !is && !t && !x && !a && !p {
		return Answer{Text: strings.TrimSpace(said)}
	}
	return Answer{Thought: decoded(thought), Text: decoded(text), Actions: split(actions), Providers: split(providers)}
}

func readJSON(said string) (Answer, bool) {
	var v map[string]json.RawMessage
	if json.Unmarshal([]byte(said), &v) != nil {
		return Answer{}, false
	}
	text := func(key string) (s string) { _ = json.Unmarshal(v[key], &s); return strings.TrimSpace(s) }
	list := func(key string) (all []string) {
		if json.Unmarshal(v[key], &all) != nil {
			return split(text(key))
		}
		return all
	}
	a := Answer{Thought: text("thought"), Text: text("text"), Actions: list("actions"), Providers: list("providers")}
	if len(a.Actions) == 0 {
		a.Actions = list("action")
	}
	return a, a.Text != "" || a.Thought != "" || len(a.Actions) > 0
}

// unfenced takes away the fence that models put around code.
func unfenced(said string) string {
	said = strings.TrimSpace(said)
	if rest, fenced := strings.CutPrefix(said, "```"); fenced {
		if _, body, found := strings.Cut(rest, "\n"); found {
			return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(body), "```"))
		}
	}
	return said
}

// inside is what stands between a tag and its end, or to the end of the text
// when the model was cut off.
func inside(said, tag string) (string, bool) {
	_, rest, found := strings.Cut(said, "<"+tag+">")
	if !found {
		return "", false
	}
	if body, _, closed := strings.Cut(rest, "</"+tag+">"); closed {
		return body, true
	}
	return rest, true
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&")

func decoded(s string) string {
	s = strings.TrimSpace(s)
	if body, is := strings.CutPrefix(s, "<![CDATA["); is {
		return strings.TrimSpace(strings.TrimSuffix(body, "]]>"))
	}
	return entities.Replace(s)
}

func split(s string) (all []string) {
	for part := range strings.SplitSeq(s, ",") {
		if part = decoded(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

const (
	// maxHeld is how long an end may be that may still become a tag or an
	// entity.
	maxHeld = 12
	// preface is how much plain text is held back, since some models say a word
	// before they answer in XML.
	preface = 80
)

// Stream finds the text in an answer that is still being written.
type Stream struct {
	all  strings.Builder
	sent string // of the text, what was handed on
}

// Add takes a piece and returns what can be handed on of the text.
func (s *Stream) Add(piece string) string {
	s.all.WriteString(piece)
	said := s.all.String()
	start := strings.TrimLeftFunc(said, unicode.IsSpace)
	if start == "" || start[0] == '{' || start[0] == '`' {
		return "" // what it is shows at its end
	}
	_, rest, found := strings.Cut(said, "<text>")
	switch {
	case start[0] != '<' && !strings.Contains(start, "<response>"):
		if len(start) < preface {
			return ""
		}
		return s.next(settled(start))
	case !found:
		return ""
	}
	body, _, closed := strings.Cut(rest, "</text>")
	if trimmed := strings.TrimSpace(body); strings.HasPrefix(trimmed, "<![CDATA[") || len(trimmed) < len("<![CDATA[") && !closed {
		return "" // likewise
	}
	if !closed {
		body = settled(body)
	}
	return s.next(decoded(body))
}

// End returns the answer, and what is left of its text. What was handed on
// stands, whatever came after it.
func (s *Stream) End() (Answer, string) {
	a := Read(s.all.String())
	if !strings.HasPrefix(a.Text, s.sent) {
		a.Text = s.sent
	}
	return a, a.Text[len(s.sent):]
}

// settled leaves out an end that may still become a tag, an entity or nothing
// but space.
func settled(s string) string {
	if i := strings.LastIndexAny(s, "<&"); i >= 0 && len(s)-i < maxHeld {
		s = s[:i]
	}
	return strings.TrimRightFunc(s, unicode.IsSpace)
}

// next hands on what is new of the text, unless it turned out to be another.
func (s *Stream) next(text string) string {
	if len(text) <= len(s.sent) || !strings.HasPrefix(text, s.sent) {
		return ""
	}
	piece := text[len(s.sent):]
	s.sent = text
	return piece
}
