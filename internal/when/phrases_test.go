package when_test

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/when"
)

// phrase is a line of testdata/phrases.txt.
type phrase struct {
	text, moment, what string
	question           bool
}

func readPhrases(t testing.TB) (all []phrase) {
	t.Helper()
	f, err := os.Open("testdata/phrases.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		text, result, moment := strings.Cut(line, " => ")
		text, question := strings.CutSuffix(text, " ?")
		if moment == question {
			t.Fatalf("cannot be read: %s", line)
		}
		at, what, _ := strings.Cut(result, " |")
		all = append(all, phrase{text, at, strings.TrimSpace(what), question})
	}
	return all
}

var berlinAfternoon = func() time.Time {
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, 24, 15, 30, 20, 0, z)
}()

// written is a moment as the phrases have it.
func written(m when.Moment) string {
	if m.Cron == "" {
		return m.At.In(berlinAfternoon.Location()).Format(time.DateTime)
	}
	if m.Zone.String() != berlinAfternoon.Location().String() {
		return m.Cron + " " + m.Zone.String()
	}
	return m.Cron
}

func TestPhrases(t *testing.T) {
	all := readPhrases(t)
	if len(all) < 300 {
		t.Fatalf("only %d phrases", len(all))
	}
	for _, p := range all {
		got, err := when.Find(p.text, berlinAfternoon)
		switch {
		case p.question && err == nil:
			t.Errorf("%q is %s, %q; want a question", p.text, written(got.Moment), got.What)
		case p.question && (eliza.ErrorCode(err) != eliza.CodeInvalidRequest || got != when.Reading{}):
			t.Errorf("%q: %v, %+v", p.text, err, got)
		case !p.question && err != nil:
			t.Errorf("%q: %v; want %s", p.text, err, p.moment)
		case !p.question && (written(got.Moment) != p.moment || got.What != p.what):
			t.Errorf("%q is %s, %q; want %s, %q", p.text, written(got.Moment), got.What, p.moment, p.what)
		}
	}
}

// TestAQuestionTellsWhatWasNotUnderstood looks at what a person is asked.
func TestAQuestionTellsWhatWasNotUnderstood(t *testing.T) {
	for text, want := range map[string]string{
		"tomorrow at 9 to call mum every second Tuesday": `I understood "tomorrow at 9", but not "every second Tuesday": `,
		"on February 30 to x":                            `I am not sure about "on February 30": there is no such day. When exactly?`,
		"on Friday, December 24 to x":                    `I am not sure about "on Friday, December 24": 24 December 2026 is a Thursday. When exactly?`,
		"on 5/6 to x":                                    `I am not sure about "on 5/6": it could be 5 June or 6 May. When exactly?`,
		"next Friday to x":                               `I am not sure about "next Friday": it could be 27 November or 4 December. When exactly?`,
		"yesterday to x":                                 `I am not sure about "yesterday": it is over. When exactly?`,
		"tomorrow at dinner to x":                        `I understood "tomorrow", but not "at dinner". When exactly?`,
		"today at 9 to x":                                `I am not sure about "today at 9": it has passed. When exactly?`,
		"at 9am in New York to x":                        `I am not sure about "at 9am in New York": it could be by the clocks there or by yours. When exactly?`,
		"to call mum on Christmas at 9":                  `I understood "at 9", but not "on Christmas". When exactly?`,
	} {
		if _, err := when.Find(text, berlinAfternoon); err == nil || !strings.HasPrefix(eliza.ErrorMessage(err), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
	if _, err := when.Find("to call mum", berlinAfternoon); !errors.Is(err, when.ErrNone) {
		t.Errorf("no word of time: %v", err)
	}
}

// TestWordsOfTimeAreNeverLeftOver puts a phrase that nobody can place behind
// and before each moment of the table: it is always asked about.
func TestWordsOfTimeAreNeverLeftOver(t *testing.T) {
	for _, p := range readPhrases(t) {
		phrase, is := strings.CutSuffix(p.text, " to x")
		if p.question || !is {
			continue
		}
		for _, with := range []string{"on Michaelmas %s to call mum", "%s on Michaelmas to call mum", "%s every second Tuesday to call mum", "%s to call mum every other week", "%s until Easter to call mum", "%s or so to call mum"} {
			text := strings.Replace(with, "%s", phrase, 1)
			if got, err := when.Find(text, berlinAfternoon); err == nil {
				t.Errorf("%q is %s, %q", text, written(got.Moment), got.What)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, p := range readPhrases(f) {
		f.Add(p.text, int64(1_790_000_000))
	}
	z := zone(f, "America/Santiago")
	f.Fuzz(func(t *testing.T, text string, at int64) {
		now := time.Unix(at%4_000_000_000, 0).In(z)
		got, err := when.Find(text, now)
		switch {
		case err != nil && (got != when.Reading{} || eliza.ErrorCode(err) != eliza.CodeInvalidRequest):
			t.Errorf("%q: %v, and yet %+v", text, err, got)
		case err != nil:
		case len(got.What) > len(text):
			t.Errorf("%q: more is left than there was: %q", text, got.What)
		case got.Cron != "":
			if _, err := when.ParseCron(got.Cron, got.Zone.String()); err != nil {
				t.Errorf("%q gives the schedule %q: %v", text, got.Cron, err)
			}
		case !got.At.After(now):
			t.Errorf("%q is %s, seen from %s", text, got.At, now)
		}
	})
}
