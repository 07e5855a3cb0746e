package wire

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
)

// The form of an answer is what it is, not what its content type says.
func TestAnswersAreReadForWhatTheyAre(t *testing.T) {
	for body, want := range map[string][]string{
		"data: {\"a\":1}\n\ndata: [DONE]\n\n":         {`{"a":1}`, "[DONE]"},
		": ping\n\ndata:\n\ndata: {\"a\":1}\r\n\r\n":  {`{"a":1}`},
		"\xef\xbb\xbf\nevent: x\ndata: {\"a\":1}\n\n": {`{"a":1}`},
		"id: 1\nretry: 5\ndata: {}\n\n":               {"{}"},
		"{\"a\":\n 1}":                                {"{\"a\":\n 1}"},
		"  {\"a\":1}\n{\"b\":2}\r\n\r\n{\"c\":3}":     {`{"a":1}`, `{"b":2}`, `{"c":3}`},
		"[{\"a\":1}]": {`[{"a":1}]`},
		"":            nil,
	} {
		for _, contentType := range []string{"text/event-stream", "application/json", "text/plain", "", "application/octet-stream"} {
			for _, reader := range []io.Reader{strings.NewReader(body), iotest.OneByteReader(strings.NewReader(body))} {
				var got []string
				err := Peer{Provider: "p"}.ReadAnswer(&http.Response{Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(reader)}, func(data []byte) (bool, error) {
					got = append(got, string(data))
					return false, nil
				})
				if diff := cmp.Diff(want, got); diff != "" || err != io.EOF {
					t.Errorf("%q as %q: %v\n%s", body, contentType, err, diff)
				}
			}
		}
	}
	for body, words := range map[string]string{
		"<html>Bad gateway</html>":    "text/html",
		"\n <!doctype html><p>log in": "text/html",
		"error: nothing here":         "no answer of a model: error: nothing here",
		"upstream timed out":          "upstream timed out",
		"{\"a\":1} x":                 "could not be read",
	} {
		err := Peer{Provider: "p"}.ReadAnswer(&http.Response{Body: io.NopCloser(strings.NewReader(body))}, func([]byte) (bool, error) { return false, nil })
		var failure *model.CallError
		if !errors.As(err, &failure) || !strings.Contains(failure.Message, words) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestTokens(t *testing.T) {
	for in, want := range map[string]int{
		"5": 5, "5.4": 5, `"7"`: 7, `"many"`: 0, "-3": 0, "null": 0, "{}": 0, "[]": 0, "true": 0, "1e300": 0, "99999999999": 0, "0": 0, `"NaN"`: 0,
	} {
		if got := Tokens(gjson.Parse(in)); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
	c := new(Habits).Compose(model.Request{}, "m", false, nil)
	c.Usage(5, 7)
	c.Usage(0, 0)
	c.Usage(9, 0)
	if answer, _ := c.Close(Peer{}); answer.Usage.InputTokens != 9 || answer.Usage.OutputTokens != 7 {
		t.Errorf("%+v", answer.Usage)
	}
}

func TestContentInParts(t *testing.T) {
	for in, want := range map[string]taken{
		`"Hello there."`: {Text: "Hello there."},
		`[{"type":"text","text":"Hello "},{"type":"output_text","text":"there."}]`: {Text: "Hello there."},
		`["Hello ","there."]`:                               {Text: "Hello there."},
		`{"type":"text","text":"Hello there."}`:             {Text: "Hello there."},
		`[{"type":"text","text":{"value":"Hello there."}}]`: {Text: "Hello there."},
		`[{"type":"thinking","thinking":[{"type":"text","text":"secret plan"}]},{"type":"text","text":"Hello there."}]`:                                       {Text: "Hello there.", Thought: "secret plan"},
		`[{"type":"reasoning","text":"secret plan"},{"type":"refusal","refusal":"No."}]`:                                                                      {Text: "No.", Thought: "secret plan"},
		`[{"type":"thinking","thinking":"secret plan","signature":"x"},{"type":"redacted_thinking","data":"x"},{"type":"image_url","image_url":{"url":"x"}}]`: {Thought: "secret plan"},
		`null`: {},
		`5`:    {},
	} {
		c := new(Habits).Compose(model.Request{}, "m", false, nil)
		c.Content(gjson.Parse(in))
		answer, err := c.Close(Peer{})
		if diff := cmp.Diff(want, taken{Text: answer.Text, Thought: answer.Thought}); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", in, err, diff)
		}
	}
	for in, want := range map[string]string{
		`{"reasoning_content":"secret plan","content":"x"}`:                                                                                       "secret plan",
		`{"reasoning":"secret plan","reasoning_content":"","content":"x"}`:                                                                        "secret plan",
		`{"reasoning":"secret plan","reasoning_content":"secret plan","reasoning_details":[{"type":"reasoning.text","text":"secret plan"}]}`:      "secret plan",
		`{"reasoning":null,"reasoning_details":[{"type":"reasoning.summary","summary":"secret plan"},{"type":"reasoning.encrypted","data":"x"}]}`: "secret plan",
		`{"thinking":"secret plan","content":"x"}`:                                                                                                "secret plan",
	} {
		c := new(Habits).Compose(model.Request{}, "m", false, nil)
		c.Message(gjson.Parse(in))
		if answer, _ := c.Close(Peer{}); answer.Thought != want {
			t.Errorf("%s: thought %q", in, answer.Thought)
		}
	}
}
