package eliza

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParseCharacterOldAndNew(t *testing.T) {
	files, err := filepath.Glob("testdata/characters/*.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("character files: %v, %v", files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCharacter(b)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		c2, err := ParseCharacter(again)
		if err != nil {
			t.Errorf("%s written and read again: %v", file, err)
		}
		if diff := cmp.Diff(c, c2, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s changes when written and read again:\n%s", file, diff)
		}
	}
}

func TestOldCharacterKeepsEverything(t *testing.T) {
	c, err := ParseCharacter([]byte(`{"name":"Old","bio":"one line","lore":["born"],"modelProvider":"openai","clients":["discord"],
		"messageExamples":[[{"user":"{{user1}}","content":{"text":"hi"}},{"user":"Old","content":{"text":"hello"}}]],
		"knowledge":["a fact",{"path":"a.md","shared":true},{"directory":"docs"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Bio[0] != "one line" || c.Lore[0] != "born" || c.ModelProvider != "openai" {
		t.Errorf("old fields lost: %+v", c)
	}
	if c.MessageExamples[0][0].Name != "{{user1}}" || c.MessageExamples[0][1].Text() != "hello" {
		t.Errorf("examples: %+v", c.MessageExamples)
	}
	if diff := cmp.Diff([]Knowledge{{Text: "a fact"}, {Path: "a.md", Shared: true}, {Directory: "docs"}}, c.Knowledge); diff != "" {
		t.Error(diff)
	}
	if string(c.Extra["clients"]) != `["discord"]` {
		t.Errorf("unknown field lost: %v", c.Extra)
	}
}

func TestParseCharacterNamesTheField(t *testing.T) {
	for in, field := range map[string]string{
		`{"bio":"x"}`:              "name: Character name is required",
		`{"name":"A"}`:             "bio: a text or a list of texts is required",
		`{"name":"A","bio":null}`:  "bio: a text or a list of texts is required",
		`{"name":5,"bio":"x"}`:     "name: number is not expected here",
		`{"name":"A","bio":"x"`:    "not JSON: unexpected end of JSON input at byte 21",
		`{"name":"   ","bio":"x"}`: "name: Character name is required",
	} {
		_, err := ParseCharacter([]byte(in))
		if ErrorCode(err) != CodeInvalidRequest || ErrorMessage(err) != "Character validation failed: "+field {
			t.Errorf("%s: got %v, want %q", in, err, field)
		}
	}
}

func FuzzParseCharacter(f *testing.F) {
	f.Add([]byte(`{"name":"A","bio":["b"],"style":{"all":["x"]},"settings":{"secrets":{"K":"v"}}}`))
	f.Add([]byte(`{"name":"A","bio":"b","knowledge":[{"path":""}],"x":null}`))
	f.Add([]byte(`[]`))
	f.Add([]byte(`{"name":"A","bio":"b","messageExamples":[[{"user":"u","content":null}]]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCharacter(b)
		if err != nil {
			return
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatalf("accepted but cannot be written: %v", err)
		}
		if _, err := ParseCharacter(again); err != nil {
			t.Fatalf("accepted but cannot be read again: %v\n%s", err, again)
		}
	})
}
