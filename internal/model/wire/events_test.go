package wire

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func allEvents(r io.Reader) (list []string, err error) {
	e := NewEvents(r)
	defer e.Close()
	for {
		data, err := e.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, string(data))
	}
}

func TestEvents(t *testing.T) {
	for in, want := range map[string][]string{
		"data: a\n\ndata:b\n\n":                    {"a", "b"},
		"\xef\xbb\xbfdata: a\r\n\r\n":              {"a"},
		": comment\nevent: x\nid: 1\ndata:  a\n\n": {" a"},
		"data: a\ndata: b\n\n":                     {"a\nb"},
		"event: ping\n\ndata: a":                   {"a"},
		"data:\n\n":                                {""},
		"":                                         nil,
		"\n\n\n":                                   nil,
		"data: " + strings.Repeat("x", 50_000) + "\n": {strings.Repeat("x", 50_000)},
	} {
		got, err := allEvents(strings.NewReader(in))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%.60q: %v\n%s", in, err, diff)
		}
	}
}

func TestEventsAreBounded(t *testing.T) {
	long := strings.Repeat("x", MaxLine/2)
	for _, in := range []string{"data: " + strings.Repeat("x", MaxLine+10), strings.Repeat("data: "+long+"\n", 3)} {
		if _, err := allEvents(strings.NewReader(in)); err != errLongLine {
			t.Errorf("%d bytes: error %v", len(in), err)
		}
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("data: a\n\ndata: b\r\n\r\n: c\nevent: d\ndata: e")
	f.Add("data\ndata:\n\n\n")
	f.Add("\xef\xbb\xbf\ndata: \x00\n\n")
	f.Fuzz(func(t *testing.T, in string) {
		whole, err := allEvents(strings.NewReader(in))
		if err != nil {
			t.Fatalf("a short stream cannot fail: %v", err)
		}
		bytewise, err := allEvents(iotest.OneByteReader(strings.NewReader(in)))
		if diff := cmp.Diff(whole, bytewise); diff != "" || err != nil {
			t.Errorf("what is read depends on how it arrives: %v\n%s", err, diff)
		}
		for _, data := range whole {
			if strings.Count(data, "\n") > strings.Count(in, "\n") {
				t.Errorf("data %q has lines that did not come", data)
			}
		}
	})
}
