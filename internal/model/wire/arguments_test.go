package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

const pier = `{"place":"pier"}`

func TestArgumentsAreRepaired(t *testing.T) {
	for in, want := range map[string]string{
		pier:                                 pier,
		"":                                   "{}",
		"  \n ":                              "{}",
		"null":                               "{}",
		`""`:                                 "{}",
		`"null"`:                             "!", // a text
		"{}":                                 "{}",
		`{"place": "pier",}`:                 pier,
		`{"list":[1,2,],}`:                   `{"list":[1,2]}`,
		`"{\"place\":\"pier\"}"`:             pier,
		`"\"{\\\"place\\\":\\\"pier\\\"}\""`: pier,
		`"{\"place\":\"pier\",}"`:            pier,
		"```json\n{\"place\":\"pier\"}\n```": pier,
		"```\n{\"place\":\"pier\"}```":       pier,
		`{'place': 'pier', 'ok': True, 'no': None}`: `{"place":"pier","ok":true,"no":null}`,
		`{'say': "it's"}`:                        `{"say":"it's"}`,
		`{'say': 'it\'s "fine"'}`:                `{"say":"it's \"fine\""}`,
		`{place: "pier"}`:                        pier,
		"{\"text\":\"two\nlines\there\"}":        `{"text":"two\nlines\there"}`,
		`{"path":"C:\dir","it":"it\'s"}`:         `{"path":"C:\\dir","it":"it's"}`,
		"{\"a\":1, // one\n \"b\":2 /* two */}":  `{"a":1,"b":2}`,
		`{"place":"pier"}}`:                      pier,
		`{}{"place":"pier"}`:                     pier,
		`{"place":"pier"}{"place":"pier"}`:       pier,
		"\ufeff{\"place\":\"pier\"}":             pier,
		`{"n":-1.5e3,"deep":{"a":[{"b":null}]}}`: `{"n":-1.5e3,"deep":{"a":[{"b":null}]}}`,
		`{"place": "pi`:                          "!",
		`{"place":"pier"`:                        "!",
		`{"place":`:                              "!",
		`{"list":[1,2`:                           "!",
		`[{"place":"pier"}]`:                     "!",
		`"pier"`:                                 "!",
		"pier":                                   "!",
		"true":                                   "!",
		"5":                                      "!",
		`{"a" 1}`:                                "!",
		`{"a":pier}`:                             "!",
		`{'say': 'it's fine'}`:                   "!",
		`{"a":1} and more`:                       "!",
		`{"a":1}{"b":2}`:                         "!",
		strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100): "!",
		`{"a":"` + strings.Repeat("x", maxArguments) + `"}`:           "!",
	} {
		got, err := readArguments([]byte(in))
		switch {
		case want == "!":
			if err == nil {
				t.Errorf("%.80q was read as %s", in, got)
			}
		case err != nil || string(got) != want:
			t.Errorf("%.80q: %s, %v; want %s", in, got, err, want)
		}
	}
}

func TestProblemsSayWhatIsWrong(t *testing.T) {
	for raw, words := range map[string]string{
		`{"a": "b`: "end in the middle", `[1]`: "an array", `hello`: "not an object", `{"a" 1}`: "not valid JSON",
		`{"a":1} then`: "more text follows", strings.Repeat("[", 100): "nested",
	} {
		_, err := readArguments([]byte(raw))
		if told := problem("tide", raw, err); !strings.Contains(told, words) || !strings.Contains(told, "tide") || !strings.Contains(told, excerpt(raw)) {
			t.Errorf("%s: %s", raw, told)
		}
	}
}

func FuzzArguments(f *testing.F) {
	for _, in := range []string{pier, `{'a': True,}`, `"{\"a\":1}"`, "```json\n{}\n```", `{a:[1,{"b":'c'}],}`, `{"a":"\u12`, `{}{"a":1}`, "{\"\xff\":1}", `{"a":1e}`} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := readArguments(in)
		if err != nil {
			if told := problem("f", string(in), err); len(told) > 1000 {
				t.Errorf("a problem of %d bytes", len(told))
			}
			return
		}
		var object map[string]any
		if json.Unmarshal(got, &object) != nil || object == nil {
			t.Fatalf("%q was read as %q", in, got)
		}
		var direct map[string]any
		if json.Unmarshal(in, &direct) == nil && direct != nil {
			if want, _ := json.Marshal(direct); !same(want, object) {
				t.Errorf("%q was changed into %q", in, got)
			}
		}
		again, err := readArguments(got)
		if err != nil || string(again) != string(got) {
			t.Errorf("%q is repaired again into %q, %v", got, again, err)
		}
	})
}

func same(want []byte, object map[string]any) bool {
	got, err := json.Marshal(object)
	return err == nil && string(got) == string(want)
}
