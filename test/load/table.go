package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// printMachine says under what conditions the figures come about.
func printMachine(w io.Writer, s *session) {
	fmt.Fprintf(w, "%d cores, load average %s before the first run; a sync of 4 KiB takes %s here; rows in %s\n",
		runtime.NumCPU(), loadAverage(), s.sync.Round(10*time.Microsecond), s.database)
	fmt.Fprintf(w, "load program itself: %.1f us CPU per request; a server that does nothing gets %.0f requests/s from it\n", s.own.LoadCPU, s.own.Rate)
}

// loadAverage is that of the last minute: others may be using the machine.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}

func printTable(w io.Writer, s *session) {
	fmt.Fprintf(w, "\nmedian of %d runs\n", s.runs)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\t\tmedian\tmin\tmax\tElizaOS 1.7.2\ttimes better\taim\t\t")
	for i := range figures {
		f := &figures[i]
		values := s.results.values[f.key]
		if len(values) == 0 {
			continue
		}
		m := median(values)
		eliza, ratio, aim, verdict := "-", "-", "-", ""
		if f.eliza != 0 {
			eliza = number(f.eliza)
			ratio = number(f.ratio(m))
		}
		if f.aim != 0 {
			aim = number(f.aim)
			if verdict = "missed"; f.reached(m) {
				verdict = "reached"
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", padded(f.title), f.unit, number(m), number(slices.Min(values)), number(slices.Max(values)), eliza, ratio, aim, verdict)
	}
	t.Flush()
	printCosts(w, s.results)
	for _, note := range s.results.notes {
		fmt.Fprintln(w, note)
	}
	if s.profile != "" {
		fmt.Fprintf(w, "perf report -i %s shows where the server's time went\n", s.profile)
	}
}

// printCosts shows who used the processor: what bounds the rates.
func printCosts(w io.Writer, r *results) {
	if len(r.costs) == 0 {
		return
	}
	fmt.Fprintf(w, "\nprocessor time of one, in microseconds (%d cores are shared by all three)\n", runtime.NumCPU())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\t\tserver\tload\tmodel\tload's share\t")
	for _, phase := range phases {
		costs := r.costs[phase]
		if len(costs) == 0 {
			continue
		}
		c := middle(costs)
		fmt.Fprintf(t, "%s\tper %s\t%.1f\t%.1f\t%.1f\t%.0f %%\t\n", padded(phase), c.Of, c.Server, c.Load, c.Model, 100*c.Load/(c.Server+c.Load+c.Model))
	}
	t.Flush()
}

// middle is the median of each part.
func middle(costs []cost) cost {
	m := costs[0]
	part := func(get func(cost) float64) float64 {
		var values []float64
		for _, c := range costs {
			values = append(values, get(c))
		}
		return median(values)
	}
	m.Server = part(func(c cost) float64 { return c.Server })
	m.Load = part(func(c cost) float64 { return c.Load })
	m.Model = part(func(c cost) float64 { return c.Model })
	return m
}

// padded sets a title flush left in a table that is flush right.
func padded(title string) string {
	const width = 42
	return title + strings.Repeat(" ", max(0, width-len(title)))
}

// number shows three digits that matter.
func number(v float64) string {
	switch size := max(v, -v); {
	case size >= 1000:
		return thousands(int64(v + 0.5))
	case size >= 100:
		return fmt.Sprintf("%.0f", v)
	case size >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func thousands(n int64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// writeJSON keeps everything that was measured in a file.
func writeJSON(path string, s *session) error {
	type row struct {
		Key    string    `json:"key"`
		Title  string    `json:"title"`
		Unit   string    `json:"unit"`
		Median float64   `json:"median"`
		Runs   []float64 `json:"runs"`
		Eliza  float64   `json:"elizaos172,omitempty"`
		Ratio  float64   `json:"timesBetter,omitempty"`
		Aim    float64   `json:"aim,omitempty"`
	}
	out := struct {
		Cores    int               `json:"cores"`
		Database string            `json:"database"`
		Sync     float64           `json:"syncMicroseconds"`
		Own      ownCost           `json:"loadProgram"`
		Figures  []row             `json:"figures"`
		Costs    map[string][]cost `json:"costs"`
		Notes    []string          `json:"notes,omitempty"`
	}{runtime.NumCPU(), s.database, micros(s.sync, 1), s.own, nil, s.results.costs, s.results.notes}
	for i := range figures {
		f := &figures[i]
		values := s.results.values[f.key]
		if len(values) == 0 {
			continue
		}
		r := row{Key: f.key, Title: strings.TrimSpace(f.title), Unit: f.unit, Median: median(values), Runs: values, Eliza: f.eliza, Aim: f.aim}
		if f.eliza != 0 {
			r.Ratio = f.ratio(r.Median)
		}
		out.Figures = append(out.Figures, r)
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
