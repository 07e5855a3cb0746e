package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The whole program, shortly, against the real server: every phase but the
// longest.
func TestEveryPhaseMeasuresTheRealServer(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	out := filepath.Join(t.TempDir(), "figures.json")
	program, err := build(t.Context(), t.TempDir(), module+"/test/load")
	if err != nil {
		t.Fatal(err)
	}
	child, first, err := startPrinting(t.Context(), "load", program, "-runs", "1", "-duration", "100ms", "-json", out, "-memories", "4000", "-agents", "200", "-sockets", "300",
		"-only", strings.Join(slices.DeleteFunc(slices.Clone(phases), func(p string) bool { return p == phaseReplies }), ","))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(first, "cores") {
		t.Errorf("the first line is %q", first)
	}
	<-child.ended
	if child.err != nil {
		t.Fatal(child.err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Figures []struct {
			Key    string
			Median float64
		}
		Costs map[string][]cost
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	measured := map[string]float64{}
	for _, f := range got.Figures {
		measured[f.Key] = f.Median
	}
	for _, f := range figures {
		if skipped := strings.HasPrefix(f.key, phaseReplies) || strings.HasPrefix(f.key, "memory.") || f.key == "stalled.memory" || f.key == "ready.full" ||
			f.key == "sleepers.memory" || strings.HasPrefix(f.key, "sleepers.wake"); !skipped && measured[f.key] <= 0 {
			t.Errorf("%s is %v", f.key, measured[f.key])
		}
	}
	for phase, costs := range got.Costs {
		if len(costs) != 1 || costs[0].Of == "" {
			t.Errorf("%s cost %v", phase, costs)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-only", "nothing"}, {"-runs", "0"}, {"-duration", "-1s"}, {"-memories", "3"}, {"-sockets", "0"}, {"-agents", "99"}, {"-database", "mysql"}, {"more"}, {"-what"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q is understood", args)
		}
	}
	o, err := parse([]string{"-only", "ping,start", "-runs", "2"})
	if err != nil || strings.Join(o.chosen(), " ") != "ping start" || o.runs != 2 || o.duration != 2*time.Second {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestFiguresAreShownAndJudged(t *testing.T) {
	for v, want := range map[float64]string{0: "0.00", 3.456: "3.46", 34.56: "34.6", 345.6: "346", 3456: "3,456", 1234567.8: "1,234,568", -0.25: "-0.25"} {
		if got := number(v); got != want {
			t.Errorf("%v is shown as %s", v, got)
		}
	}
	if m := median([]float64{5, 1, 3, 2}); m != 2.5 {
		t.Errorf("the median is %v", m)
	}
	rate, latency := figure{eliza: 100, aim: 1000, more: true}, figure{eliza: 50, aim: 5}
	if rate.ratio(2000) != 20 || !rate.reached(1000) || rate.reached(999) {
		t.Error("a rate is judged wrongly")
	}
	if latency.ratio(10) != 5 || !latency.reached(5) || latency.reached(5.1) {
		t.Error("a latency is judged wrongly")
	}
}

func TestAProcessIsLookedAt(t *testing.T) {
	if rss, err := resident(os.Getpid()); err != nil || rss < 1<<20 {
		t.Errorf("%d bytes, %v", rss, err)
	}
	if _, err := cpuTime(os.Getpid()); err != nil {
		t.Error(err)
	}
	if _, err := cpuTime(1 << 30); err == nil {
		t.Error("a process that is not there used processor time")
	}
}
