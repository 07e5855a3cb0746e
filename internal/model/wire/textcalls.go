package wire

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

// fromText takes the tool calls of a block of markup in a model's text. name
// is the markup's, arg what stood in its opening tag, body what stood in it.
func (c *callParts) fromText(name, arg, body string) {
	body = strings.TrimSuffix(strings.TrimRight(body, white), "</s>")
	before := len(c.list)
	switch {
	case name == "function":
		c.found(arg, c.functionBody(arg, body))
	case strings.HasSuffix(name, "invoke"):
		tool := attribute(arg)
		c.found(tool, c.members(tool, parameterTags, body))
	case name == harmony:
		c.found(arg, body)
	default:
		c.block(body)
	}
	if len(c.list) == before {
		c.unread("", body, errSyntax)
	}
}

// bare takes a text that is a tool call as JSON, and reports whether it is
// one: of a tool that was offered, with its arguments.
func (c *callParts) bare(body string) bool {
	m := bareForm.FindStringSubmatch(body)
	if m == nil || !c.offered(m[1]) {
		return false
	}
	c.values(strings.TrimSpace(body))
	return true
}

// found adds a call with what stands for its arguments.
func (c *callParts) found(name, arguments string) {
	if len(c.list) < maxCalls {
		c.list = append(c.list, callPart{name: toolName(name), arguments: []byte(arguments), whole: true})
	}
}

func (c *callParts) unread(name, body string, err error) {
	if len(c.list) < maxCalls {
		c.found(name, body)
		c.list[len(c.list)-1].failed = err
	}
}

// toolName takes the prefix and the number from a name as Kimi and OpenAI's
// open models write it: functions.name:0.
func toolName(s string) string {
	s = strings.Trim(s, white+"\"'`")
	s = strings.TrimPrefix(s, "functions.")
	if i := strings.LastIndexByte(s, ':'); i > 0 && strings.Trim(s[i+1:], "0123456789") == "" {
		s = s[:i]
	}
	return s
}

// The forms of calls within a block.
var (
	invokeTags    = regexp.MustCompile(`(?s)<(?:[^<>\s]*[:｜])?invoke\s+([^>]*)>(.*?)(?:</[^<>]*invoke>|\z)`)
	parameterTags = regexp.MustCompile(`(?s)<(?:[^<>\s]*[:｜])?parameter(?:=|\s+name=)"?([^>"]+)"?[^>]*>(.*?)(?:</[^<>]*parameter>|\z)`)
	argumentTags  = regexp.MustCompile(`(?s)<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)(?:</arg_value>|\z)`)
	nameTag       = regexp.MustCompile(`(?s)<(?:tool_|function_)?name>(.*?)</`)
	bodyTag       = regexp.MustCompile(`(?s)<(?:arguments|parameters|args|input)>(.*?)(?:</(?:arguments|parameters|args|input)>|\z)`)
	separator     = regexp.MustCompile(`<[|｜]tool[_▁]calls?[_▁](?:begin|end)[|｜]>`)
	middle        = regexp.MustCompile(`<[|｜]tool[_▁](?:sep|call[_▁]argument[_▁]begin)[|｜]>|\[ARGS\]`)
	innerTags     = regexp.MustCompile(`</?(?:tool_call|tool|function_call)>|<[|｜]/?(?:plugin|tool[_▁]calls?[_▁]section[_▁](?:begin|end)|tool_list)[|｜]>`)
	named         = regexp.MustCompile(`"(?:name|tool_name|tool)"\s*:\s*"([^"\\]+)"`)
	bareForm      = regexp.MustCompile(`(?s)^\{\s*(?:"type"\s*:\s*"function"\s*,\s*)?(?:"function"\s*:\s*\{\s*)?"(?:name|function|tool)"\s*:\s*"([^"\\]+)"\s*,\s*"(?:arguments|parameters|args|input)"\s*:\s*["{]`)
	nameFirst     = regexp.MustCompile(`^(?:call:)?([\pL_][\pL\pN_.:-]*)\s*[{(]`)
)

const functionTag = "<function="

// block reads the calls of a block.
func (c *callParts) block(body string) {
	switch {
	case strings.Contains(body, functionTag):
		for _, one := range strings.Split(body, functionTag)[1:] {
			name, inner, _ := strings.Cut(one, ">")
			inner, _, _ = strings.Cut(inner, "</function>")
			c.found(name, c.functionBody(name, inner))
		}
		return
	case invokeTags.MatchString(body):
		for _, m := range invokeTags.FindAllStringSubmatch(body, maxCalls) {
			tool := attribute(m[1])
			c.found(tool, c.members(tool, parameterTags, m[2]))
		}
		return
	case argumentTags.MatchString(body):
		name, _, _ := strings.Cut(body, "<")
		c.found(name, c.members(toolName(name), argumentTags, body))
		return
	case nameTag.MatchString(body):
		arguments := ""
		if m := bodyTag.FindStringSubmatch(body); m != nil {
			arguments = m[1]
		}
		c.found(nameTag.FindStringSubmatch(body)[1], arguments)
		return
	}
	for _, piece := range separator.Split(body, maxCalls) {
		piece = unfenced(strings.Trim(innerTags.ReplaceAllString(piece, "\n"), white+";"))
		if piece == "" {
			continue
		}
		if at := middle.FindStringIndex(piece); at != nil {
			c.besideName(piece[:at[0]], piece[at[1]:])
			continue
		}
		c.values(piece)
	}
}

// besideName reads a call whose name stands before its arguments.
func (c *callParts) besideName(name, arguments string) {
	name, _, _ = strings.Cut(name, "[CALL_ID]")
	if strings.TrimSpace(name) == "function" { // DeepSeek: the kind, then the name in a line of its own
		name, arguments, _ = strings.Cut(strings.TrimLeft(arguments, white), "\n")
	}
	c.found(name, arguments)
}

// values reads calls that are written as JSON, one after another, or as a name
// with its arguments.
func (c *callParts) values(s string) {
	for before := len(c.list); s != ""; {
		if len(c.list) > before && strings.IndexByte("{[\"", s[0]) < 0 && !nameFirst.MatchString(s) {
			return // words behind the calls
		}
		if m := nameFirst.FindStringSubmatch(s); m != nil {
			s = c.written(m[1], s[len(m[0])-1:])
			continue
		}
		if pythonList(s) {
			s = strings.TrimLeft(s[1:], white)
			continue
		}
		if !strings.ContainsAny(s, "{[\"") && bareName(s) {
			c.found(s, "")
			return
		}
		value, rest, err := readLenient(s)
		if err != nil || strings.IndexByte("{[\"", value[0]) < 0 {
			if err == nil {
				err = errSyntax
			}
			name := ""
			if m := named.FindStringSubmatch(s); m != nil {
				name = m[1]
			}
			c.unread(name, s, err)
			return
		}
		c.value(value)
		s = strings.TrimLeft(rest, white+";,]})")
	}
}

// pythonList reports whether s is a list of calls as in Python: [f(x=1)].
func pythonList(s string) bool {
	return s[0] == '[' && nameFirst.MatchString(strings.TrimLeft(s[1:], white))
}

func bareName(s string) bool {
	for i := 0; i < len(s); i++ {
		if !nameByte(s[i]) && s[i] != '-' && s[i] != '.' {
			return false
		}
	}
	return s != ""
}

// written reads name{...} or name(x=1, y="a"), and returns what follows.
func (c *callParts) written(name, s string) string {
	closing := "}"
	if s[0] == '(' {
		closing = ")"
		s = "{" + s[1:]
	}
	s = strings.ReplaceAll(s, `<|"|>`, `"`) // Gemma's quotation mark
	l := lenient{in: s, python: closing == ")"}
	if err := l.value(); err != nil {
		c.unread(name, s, err)
		return ""
	}
	c.found(name, string(l.out))
	return strings.TrimLeft(s[l.i:], white+";,]")
}

// value reads a call, or a list of calls, from JSON.
func (c *callParts) value(value json.RawMessage) {
	v := gjson.ParseBytes(value)
	if v.Type == gjson.String {
		c.values(strings.TrimSpace(v.Str))
		return
	}
	if v.IsArray() {
		v.ForEach(func(_, call gjson.Result) bool {
			c.value([]byte(call.Raw))
			return len(c.list) < maxCalls
		})
		return
	}
	if f := v.Get("function"); f.IsObject() {
		v = f
	}
	name := firstOf(v, "name", "tool_name", "tool", "function", "recipient_name")
	if name.Type != gjson.String {
		c.unread("", string(value), errNoName)
		return
	}
	arguments := firstOf(v, "arguments", "parameters", "args", "input", "params", "kwargs")
	raw := arguments.Raw
	if raw == "" && !v.Get("function").Exists() {
		raw = "{}"
	}
	c.found(name.Str, raw)
}

func firstOf(v gjson.Result, names ...string) gjson.Result {
	for _, name := range names {
		if member := v.Get(name); member.Exists() {
			return member
		}
	}
	return gjson.Result{}
}

// functionBody is what stands between <function=name> and its end: JSON, or
// parameters in tags.
func (c *callParts) functionBody(name, body string) string {
	if parameterTags.MatchString(body) {
		return c.members(name, parameterTags, body)
	}
	return body
}

// members makes an object of the names and values that a pattern finds. A
// value is a text unless the tool's schema says otherwise, or says nothing and
// it is JSON of another type.
func (c *callParts) members(tool string, pattern *regexp.Regexp, body string) string {
	b := []byte{'{'}
	for i, m := range pattern.FindAllStringSubmatch(body, maxCalls) {
		if i > 0 {
			b = append(b, ',')
		}
		name := strings.TrimSpace(m[1])
		b = append(gjson.AppendJSONString(b, name), ':')
		value := strings.TrimSuffix(strings.TrimPrefix(m[2], "\n"), "\n")
		if v, _, err := readLenient(value); err == nil && v[0] != '"' && !c.isText(tool, name) {
			b = append(b, v...)
			continue
		}
		b = gjson.AppendJSONString(b, value)
	}
	return string(append(b, '}'))
}

// isText reports whether a parameter of a tool is a text by its schema.
func (c *callParts) isText(tool, parameter string) bool {
	for i := range c.tools {
		if t := &c.tools[i]; t.Name == tool && bytes.HasPrefix(bytes.TrimSpace(t.Parameters), []byte("{")) {
			return gjson.GetBytes(t.Parameters, "properties").Get(gjson.Escape(parameter)).Get("type").Str == "string"
		}
	}
	return false
}

var nameAttribute = regexp.MustCompile(`name\s*=\s*["']?([^"'>\s]+)`)

// attribute is the name in a tag's attributes.
func attribute(attributes string) string {
	if m := nameAttribute.FindStringSubmatch(attributes); m != nil {
		return m[1]
	}
	return ""
}
