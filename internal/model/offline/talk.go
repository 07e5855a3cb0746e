package offline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/model"
)

// maxMessage bounds the part of a message that rules look at, in bytes. Only
// what is to be remembered may be longer.
const maxMessage = 2000

// talk is a request seen as one message that wants an answer.
type talk struct {
	req   *model.Request
	scene *model.Scene
	name  string   // the agent's
	names []string // that it is called by

	text  string // the message in plain characters, without the agent's name in front or at the end
	start string // its first maxMessage bytes
	plain string // these, as plain writes them
	words []string

	question bool
	personal bool // it speaks of whoever wrote it: my, I, me
	english  bool
	foreign  bool // it has letters that are not Latin
}

func newTalk(req *model.Request) *talk {
	t := &talk{req: req, scene: &req.Scene, name: "the agent"}
	if c := t.scene.Character; c != nil {
		t.name, t.names = c.Name, []string{c.Name, c.Username}
	}
	t.text = unaddressed(ungreeted(strings.TrimSpace(analysis.Plain(req.Turns[len(req.Turns)-1].Text))), t.names)
	t.start = beginning(t.text)
	t.plain = plain(t.start)
	t.words = splitWords(t.plain)
	t.question = isQuestion(t.start)
	t.personal = isPersonal(t.words)
	t.english = looksEnglish(t.words)
	t.foreign = hasOtherScript(t.plain)
	return t
}

// beginning cuts a text to maxMessage, between two characters.
func beginning(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	end := maxMessage
	for end > maxMessage-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// contains reports whether one of the words is in the message: a quick look
// before a rule that costs more.
func (t *talk) contains(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(t.plain, w) })
}

// call asks for a tool. Where it is not offered, the answer says so.
func (t *talk) call(tool string, arguments map[string]string) answer {
	if !slices.ContainsFunc(t.req.Tools, func(offered model.Tool) bool { return offered.Name == tool }) {
		return answer{text: "I cannot do that here: I am not allowed the action " + tool + "."}
	}
	b, err := json.Marshal(arguments)
	if err != nil || arguments == nil {
		b = []byte("{}")
	}
	return answer{calls: []model.ToolCall{{ID: fmt.Sprintf("%s-%d", tool, len(t.req.Turns)), Name: tool, Arguments: b}}}
}

// said reports whether an earlier answer contains a text.
func (t *talk) said(text string) bool {
	return slices.ContainsFunc(t.req.Turns, func(turn model.Turn) bool {
		return turn.Role == model.RoleAssistant && strings.Contains(turn.Text, text)
	})
}

// ungreeted removes a greeting in front of what a message is about: "Hi! What
// time is it?".
func ungreeted(text string) string {
	for _, greeting := range []string{"hi", "hello", "hey", "good morning", "good afternoon", "good evening"} {
		rest, ok := cutPrefixFold(text, greeting)
		if !ok || rest == "" || strings.IndexByte(",!.", rest[0]) < 0 {
			continue
		}
		if rest = strings.TrimLeft(rest, " ,!.\n\t"); rest != "" {
			return rest
		}
	}
	return text
}

// unaddressed removes an agent's name where the message only calls it: "Eliza,
// what time is it?", "hey @eliza help", "what time is it, Eliza?".
func unaddressed(text string, names []string) string {
	for _, name := range names {
		if name == "" {
			continue
		}
		for _, call := range []string{"", "hey ", "ok ", "okay ", "dear ", "hi ", "hello "} {
			rest, ok := cutPrefixFold(text, call)
			if !ok {
				continue
			}
			rest = strings.TrimPrefix(rest, "@")
			if rest, ok = analysis.CutPrefix(rest, name); !ok || rest == "" || strings.IndexByte(" ,:;!.-\n\t", rest[0]) < 0 {
				continue
			}
			if rest = strings.TrimLeft(rest, " ,:;!.-\n\t"); rest != "" {
				return rest
			}
		}
		end := strings.TrimRight(text, " ?!.")
		if rest, ok := analysis.CutSuffix(end, name); ok {
			rest = strings.TrimSuffix(rest, "@")
			if kept := strings.TrimRight(rest, " ,"); kept != rest && strings.HasSuffix(strings.TrimRight(rest, " "), ",") {
				return kept + text[len(end):]
			}
		}
	}
	return text
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if at := len(s) - len(suffix); at >= 0 && strings.EqualFold(s[at:], suffix) {
		return s[:at], true
	}
	return s, false
}
