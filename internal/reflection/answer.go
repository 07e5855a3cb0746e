package reflection

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

const (
	maxAnswer     = 64 << 10 // bytes
	maxLearned    = 10       // facts of one call
	maxRelated    = 10
	maxTags       = 5
	maxTag        = 30
	leastSure     = 0.5
	sureByRule    = 0.9
	maxSummary    = 2000 // bytes
	usualSureness = 0.7
)

// keep is the tool by which a model answers. Whose facts they are is not for
// it to say: all messages that it is shown have one author.
var keep = model.Tool{Name: "KEEP", Description: "Keep what is worth remembering of these messages", Parameters: json.RawMessage(`{
	"type": "object", "additionalProperties": false, "required": ["facts", "relationships"],
	"properties": {
		"facts": {"type": "array", "maxItems": 10, "items": {
			"type": "object", "additionalProperties": false, "required": ["message", "text", "subject", "confidence"],
			"properties": {
				"message": {"type": "integer", "description": "Number of the message that says it"},
				"text": {"type": "string", "maxLength": 300, "description": "The fact, in the words of the message where possible"},
				"subject": {"type": "string", "maxLength": 60, "description": "What it is about, such as home or dog name: the same for a fact that takes the place of a known one"},
				"confidence": {"type": "number", "minimum": 0, "maximum": 1}
			}}},
		"relationships": {"type": "array", "maxItems": 10, "items": {
			"type": "object", "additionalProperties": false, "required": ["name", "tags"],
			"properties": {
				"name": {"type": "string", "description": "Of another person, as the messages have it"},
				"tags": {"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 30}, "description": "What that person is to the author, such as sister or colleague"}
			}}}
	}}`)}

// kept is what a model answered.
type kept struct {
	Facts []struct {
		Message    int     `json:"message"`
		Text       string  `json:"text"`
		Subject    string  `json:"subject"`
		Confidence float64 `json:"confidence"`
	} `json:"facts"`
	Relationships []struct {
		Name string   `json:"name"`
		Tags []string `json:"tags"`
	} `json:"relationships"`
}

// parse reads an answer, a tool call or a text, and leaves out of it what no
// message can have said. Error code: INVALID_REQUEST when it is not JSON.
func parse(answer *model.Answer, messages int) (kept, error) {
	raw := []byte(answer.Text)
	for _, call := range answer.ToolCalls {
		if call.Name == keep.Name {
			raw = call.Arguments
		}
	}
	if i, j := bytes.IndexByte(raw, '{'), bytes.LastIndexByte(raw, '}'); i >= 0 && j > i {
		raw = raw[i : j+1]
	}
	var k kept
	if len(raw) > maxAnswer {
		return kept{}, eliza.Errorf(eliza.CodeInvalidRequest, "the model answered %d bytes", len(raw))
	}
	if err := json.Unmarshal(raw, &k); err != nil {
		return kept{}, eliza.Errorf(eliza.CodeInvalidRequest, "the model did not answer with JSON")
	}
	var good kept
	for _, f := range k.Facts {
		f.Text, f.Subject = plain(f.Text), cut(analysis.Fold(plain(f.Subject)), maxSubject)
		if f.Confidence == 0 {
			f.Confidence = usualSureness
		}
		f.Confidence = min(f.Confidence, 1)
		if f.Message < 1 || f.Message > messages || f.Text == "" || len(f.Text) > maxFactBytes || !(f.Confidence >= leastSure) || len(good.Facts) == maxLearned {
			continue
		}
		good.Facts = append(good.Facts, f)
	}
	for _, r := range k.Relationships {
		var tags []string
		for _, tag := range r.Tags {
			if tag = strings.ToLower(plain(tag)); tag != "" && len(tag) <= maxTag && len(tags) < maxTags {
				tags = append(tags, tag)
			}
		}
		if r.Name = plain(r.Name); r.Name != "" && len(tags) > 0 && len(good.Relationships) < maxRelated {
			r.Tags = tags
			good.Relationships = append(good.Relationships, r)
		}
	}
	return good, nil
}

// plain is a text in one line without characters that do not show.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(text), " ")
}
