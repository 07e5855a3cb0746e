package logs

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

func texts(lines []Line) string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Text)
	}
	return strings.Join(all, ",")
}

func TestRingKeepsTheNewest(t *testing.T) {
	r := New(3, NewMask(nil))
	if lines, total := r.Lines(Filter{}, 10); len(lines) != 0 || total != 0 {
		t.Errorf("an empty ring holds %v", lines)
	}
	for i := 1; i <= 7; i++ {
		r.Add(Line{At: eliza.Millis(i), Level: 10 * (i % 2), Text: fmt.Sprint(i)})
		want := texts([]Line{{Text: fmt.Sprint(i)}})
		if lines, _ := r.Lines(Filter{}, 1); texts(lines) != want {
			t.Errorf("the newest is %s, want %s", texts(lines), want)
		}
	}
	for _, c := range []struct {
		filter Filter
		limit  int
		want   string
	}{
		{Filter{}, 10, "5,6,7"}, {Filter{}, 2, "6,7"}, {Filter{}, 0, ""}, {Filter{Level: 10}, 10, "5,7"}, {Filter{Since: 6}, 10, "6,7"}, {Filter{Agent: "Ada"}, 10, ""},
	} {
		if lines, total := r.Lines(c.filter, c.limit); texts(lines) != c.want || total != 3 {
			t.Errorf("%+v: %s of %d, want %s", c.filter, texts(lines), total, c.want)
		}
	}
	r.Clear()
	r.Add(Line{Text: "8"})
	if lines, total := r.Lines(Filter{}, 10); texts(lines) != "8" || total != 1 || lines[0].At == 0 {
		t.Errorf("after clearing: %+v", lines)
	}
}

func TestHandlerKeepsWhatIsWritten(t *testing.T) {
	mask := NewMask([]string{"canary-secret"})
	r := New(10, mask)
	var out strings.Builder
	log := slog.New(r.Handler(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: mask})))
	id := eliza.NameID("Ada")
	log.Debug("not written")
	log.With("agent", "Ada", "apiKey", "k").WithGroup("call").Warn("used canary-secret", "url", "http://x/?k=canary-secret", "n", 5)
	log.Error("failed", "error", errors.New("refused canary-secret"), "agentId", id, slog.Group("g", "token", "t", "a", 1))
	lines, _ := r.Lines(Filter{}, 10)
	if len(lines) != 2 {
		t.Fatalf("kept %+v", lines)
	}
	want := []Line{
		{Level: 40, Agent: "Ada", Text: "used [REDACTED] apiKey=[REDACTED] call.url=http://x/?k=[REDACTED] call.n=5"},
		{Level: 50, AgentID: id, Text: "failed error=refused [REDACTED] g.token=[REDACTED] g.a=1"},
	}
	for i, l := range lines {
		if l.At == 0 {
			t.Errorf("line %d has no time", i)
		}
		if l.At = 0; l != want[i] {
			t.Errorf("kept %+v, want %+v", l, want[i])
		}
	}
	if got := out.String(); strings.Contains(got, "canary") || strings.Count(got, "\n") != 2 {
		t.Errorf("written: %s", got)
	}
	if lines, _ := r.Lines(Filter{AgentID: id}, 10); len(lines) != 1 || lines[0].Level != 50 {
		t.Errorf("by id: %+v", lines)
	}
	r.Keep(20, "a client with canary-secret", slog.String("token", "t"), slog.String("agentName", "Ada"))
	if lines, _ := r.Lines(Filter{}, 1); lines[0].Text != "a client with [REDACTED] token=[REDACTED]" || lines[0].Agent != "Ada" || lines[0].Level != 20 {
		t.Errorf("kept %+v", lines)
	}
	log.Info(strings.Repeat("é", maxText))
	if lines, _ := r.Lines(Filter{}, 1); len(lines[0].Text) > maxText+3 {
		t.Errorf("a line of %d bytes is kept", len(lines[0].Text))
	}
}

func TestSlowReaderHoldsUpNobody(t *testing.T) {
	r := New(10, NewMask(nil))
	slow, picky := r.Subscribe(Filter{}), r.Subscribe(Filter{Level: 50})
	for i := range 3 * waiting {
		r.Add(Line{Level: 30, Text: fmt.Sprint(i)})
	}
	r.Add(Line{Level: 50, Text: "grave"})
	if l := <-picky.Lines(); l.Text != "grave" {
		t.Errorf("heard %+v", l)
	}
	picky.Filter(Filter{})
	r.Add(Line{Text: "anything"})
	if l := <-picky.Lines(); l.Text != "anything" {
		t.Errorf("heard %+v", l)
	}
	slow.Close()
	slow.Close()
	n := 0
	for range slow.Lines() {
		n++
	}
	if n != waiting {
		t.Errorf("the slow reader has %d lines, want %d", n, waiting)
	}
	r.Add(Line{Text: "after"})
}

func TestReadersComeAndGoWhileLinesAreWritten(t *testing.T) {
	r := New(10, NewMask(nil))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				r.Add(Line{Text: "x"})
			}
		})
		group.Go(func() {
			for range 200 {
				reader := r.Subscribe(Filter{})
				reader.Filter(Filter{Level: 10})
				r.Lines(Filter{}, 5)
				reader.Close()
			}
		})
	}
	group.Wait()
	if len(r.readers) != 0 {
		t.Errorf("%d readers are left", len(r.readers))
	}
}

func TestLevels(t *testing.T) {
	for name, n := range numbers {
		if got, known := Level(name); !known || got != n || name != "all" && LevelName(n) != name {
			t.Errorf("%s is %d, and %d is %s", name, got, n, LevelName(n))
		}
	}
	if _, known := Level("loud"); known {
		t.Error("there is a level loud")
	}
	if LevelName(45) != "warn" || LevelName(99) != "fatal" || LevelName(1) != "trace" {
		t.Error("numbers between levels are not understood")
	}
	if number(slog.LevelDebug-4) != 10 || number(slog.LevelDebug) != 20 || number(slog.LevelInfo) != 30 {
		t.Error("slog's levels are not understood")
	}
}
