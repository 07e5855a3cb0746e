package crash

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// figures are what a trial comes to.
type figures struct {
	kills        map[string]int // by window
	hollow       int            // kills outside their window, done again
	acknowledged int
	owed         int             // acknowledged and perhaps not answered when a kill came
	operations   int             // of the histories
	ready        []time.Duration // from exec to ready
	answered     []time.Duration // from exec until all that was owed is answered
	errors       []string        // logged by servers
}

// table is the trial in words.
func (t *trial) table(database string) string {
	f := &t.figures
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	kills := 0
	for _, n := range f.kills {
		kills += n
	}
	fmt.Fprintf(w, "\n%s\t%d kills\n", database, kills)
	for _, name := range slices.Sorted(maps.Keys(f.kills)) {
		fmt.Fprintf(w, "  killed %s\t%d\n", name, f.kills[name])
	}
	fmt.Fprintf(w, "  outside the window, done again\t%d\n", f.hollow)
	fmt.Fprintf(w, "messages acknowledged\t%d\n", f.acknowledged)
	fmt.Fprintf(w, "  stored\t%d\n", f.acknowledged-len(t.faults[missing]))
	fmt.Fprintf(w, "  answered by every agent\t%d\n", f.acknowledged-len(t.faults[unanswered]))
	for _, k := range []kind{missing, unanswered, doubled, disorder, wrong, refused, failed, nonlinear} {
		fmt.Fprintf(w, "  %s\t%d\n", k, len(t.faults[k]))
	}
	fmt.Fprintf(w, "operations explained by one order\t%d in %d channels\n", f.operations, t.round*channels)
	fmt.Fprintf(w, "exec to ready\t%s\n", spread(f.ready))
	fmt.Fprintf(w, "exec to all owed answered\t%s (%d owed)\n", spread(f.answered), f.owed)
	w.Flush()
	return b.String()
}

func spread(d []time.Duration) string {
	if len(d) == 0 {
		return "-"
	}
	d = slices.Sorted(slices.Values(d))
	round := func(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
	return fmt.Sprintf("median %s, longest %s", round(d[len(d)/2]), round(d[len(d)-1]))
}
