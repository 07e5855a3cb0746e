package logs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

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
		if l.At, l.Number = 0, 0; l != want[i] {
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

// reads lets a reader hear, from a line on.
func reads(t *testing.T, r *Ring, f Filter, after string) *Reader {
	t.Helper()
	reader, err := r.Subscribe(f, after)
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func (r *Reader) hears(t *testing.T, want string, lost int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	lines, missed, err := r.Next(ctx)
	if err != nil || texts(lines) != want || missed != lost {
		t.Errorf("heard %q and lost %d, want %q and %d: %v", texts(lines), missed, want, lost, err)
	}
}

// TestSecretsOfAddressesAreMasked logs an error that has an address in it.
func TestSecretsOfAddressesAreMasked(t *testing.T) {
	var written strings.Builder
	mask := NewMask(nil)
	r := New(3, mask)
	log := slog.New(r.Handler(slog.NewTextHandler(&written, &slog.HandlerOptions{ReplaceAttr: mask})))
	log.Warn("calling https://host/a?token=SECRET failed", "error", errors.New(`Get "https://host/mcp?api_key=SECRET": EOF`), "url", "https://me:SECRET@host/x")
	lines, _ := r.Lines(Filter{}, 1)
	if got := written.String() + lines[0].Text; strings.Contains(got, "SECRET") || strings.Count(got, "host/mcp") != 2 {
		t.Errorf("%s", got)
	}
}

func TestSlowReaderHoldsUpNobody(t *testing.T) {
	r := New(4, NewMask(nil))
	slow, picky := reads(t, r, Filter{}, ""), reads(t, r, Filter{Level: 50}, "")
	r.Add(Line{Level: 50, Text: "grave"})
	for i := range 9 {
		r.Add(Line{Level: 30, Text: fmt.Sprint(i)})
	}
	slow.hears(t, "5,6,7,8", 6)
	picky.hears(t, "", 1)
	r.Add(Line{Level: 50, Text: "again"})
	picky.hears(t, "again", 0)
	picky.Filter(Filter{})
	r.Add(Line{Text: "anything"})
	picky.hears(t, "anything", 0)
	slow.hears(t, "again,anything", 0)
	r.Add(Line{Text: "forgotten"})
	r.Clear()
	slow.hears(t, "", 1)
	r.Add(Line{Text: "after"})
	slow.hears(t, "after", 0)
	slow.Close()
	slow.Close()
	if _, _, err := slow.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed reader reads: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	picky.hears(t, "after", 1)
	if _, _, err := picky.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits for it any more: %v", err)
	}
}

func TestReadersGoOnWhereTheyWere(t *testing.T) {
	r := New(4, NewMask(nil))
	for i := 1; i <= 3; i++ {
		r.Add(Line{Text: fmt.Sprint(i)})
	}
	kept, _ := r.Lines(Filter{}, 3)
	first, last := r.ID(&kept[0]), r.ID(&kept[2])
	reads(t, r, Filter{}, first).hears(t, "2,3", 0)
	reads(t, r, Filter{}, "another-2").hears(t, "1,2,3", 0)
	reads(t, r, Filter{}, "?").hears(t, "1,2,3", 0)
	at := reads(t, r, Filter{}, last)
	future := reads(t, r, Filter{}, last+"9")
	for i := 4; i <= 7; i++ {
		r.Add(Line{Text: fmt.Sprint(i)})
	}
	at.hears(t, "4,5,6,7", 0)
	future.hears(t, "4,5,6,7", 0)
	reads(t, r, Filter{}, first).hears(t, "4,5,6,7", 2)
	big := New(1000, NewMask(nil))
	far := reads(t, big, Filter{}, "")
	for range batch + 1 {
		big.Add(Line{Text: "x"})
	}
	if lines, _, err := far.Next(t.Context()); len(lines) != batch || err != nil {
		t.Errorf("%d lines at once, %v", len(lines), err)
	}
	far.hears(t, "x", 0)
}

func TestReadersAreBounded(t *testing.T) {
	r := New(4, NewMask(nil))
	all := make([]*Reader, MaxReaders)
	for i := range all {
		all[i] = reads(t, r, Filter{}, "")
	}
	if _, err := r.Subscribe(Filter{}, ""); eliza.ErrorCode(err) != eliza.CodeUnavailable {
		t.Errorf("one more: %v", err)
	}
	all[0].Close()
	reads(t, r, Filter{}, "")
	r.Close()
	if _, _, err := all[1].Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := r.Subscribe(Filter{}, ""); err == nil {
		t.Error("a reader begins after the end")
	}
	r.Add(Line{Text: "kept"})
	if lines, _ := r.Lines(Filter{}, 1); texts(lines) != "kept" {
		t.Errorf("after the end there is %v", lines)
	}
}

func TestLinesOfAnAgent(t *testing.T) {
	ada := eliza.NameID("Ada")
	r := New(10, NewMask(nil))
	for _, l := range []Line{{Text: "none"}, {Text: "named", Agent: "Ada"}, {Text: "by id", AgentID: ada}, {Text: "another", Agent: "Bob", AgentID: eliza.NameID("Bob")}} {
		r.Add(l)
	}
	for want, f := range map[string]Filter{
		"named": {Agent: "Ada"}, "named,by id": {Agent: "Ada", Named: []eliza.ID{ada}}, "by id": {AgentID: ada},
		"none": {Category: CategoryServer}, "named,by id,another": {Category: CategoryAgent}, "": {Category: "x"},
	} {
		if lines, _ := r.Lines(f, 10); texts(lines) != want {
			t.Errorf("%+v: %s, want %s", f, texts(lines), want)
		}
	}
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
				reader := reads(t, r, Filter{}, "")
				reader.Filter(Filter{Level: 10})
				if _, _, err := reader.take(); err != nil {
					t.Error(err)
				}
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
