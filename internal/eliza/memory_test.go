package eliza

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestContentKeepsWhatItDoesNotKnow(t *testing.T) {
	for given, want := range map[string]string{
		`{"text":"a"}`: `{"text":"a"}`,
		`{"text":"a","actions":["REPLY"],"simple":true,"plan":{"x":[1,null]}}`: `{"text":"a","actions":["REPLY"],"plan":{"x":[1,null]},"simple":true}`,
		`{"responseId":"r"}`:              `{"text":"","responseId":"r"}`,
		`{"TEXT":"a","Thought":"b","":0}`: `{"text":"a","thought":"b","":0}`,
		`null`:                            `{"text":""}`,
	} {
		var c Content
		if err := json.Unmarshal([]byte(given), &c); err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		got, err := json.Marshal(c)
		if err != nil || string(got) != want {
			t.Errorf("%s became %s (%v), want %s", given, got, err, want)
		}
	}
	for _, given := range []string{`{"text":5}`, `{"text":"a","actions":"REPLY"}`, `{"inReplyTo":"x"}`, `[]`, `"a"`} {
		if err := json.Unmarshal([]byte(given), new(Content)); err == nil {
			t.Errorf("%s is taken", given)
		}
	}
}

// FuzzContent reads any JSON as a content: what is written comes back alike.
func FuzzContent(f *testing.F) {
	for _, seed := range []string{`{"text":"a"}`, `{"text":"a","x":1,"X":2}`, `{"text":null,"attachments":[{"a":[]}],"url":"<&>"}`, `{"": {"": ""}}`, `{"Text":"a","tExt":"b","é":"\u0000"}`, `null`, `5`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, given []byte) {
		var first, second Content
		if json.Unmarshal(given, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%q cannot be written: %v", given, err)
		}
		if err := json.Unmarshal(written, &second); err != nil {
			t.Fatalf("%q became %s: %v", given, written, err)
		}
		again, err := json.Marshal(second)
		if err != nil || !cmp.Equal(string(written), string(again)) {
			t.Fatalf("%q became %s and then %s (%v)", given, written, again, err)
		}
	})
}
