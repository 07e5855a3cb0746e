package crash

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// figures are what a trial comes to.
type figures struct {
	kills      map[string]int  // by window
	hollow     int             // kills outside their window, done again
	owed       int             // acknowledged and perhaps not answered when a kill came
	operations int             // of the histories
	ready      []time.Duration // from exec to ready
	answered   []time.Duration // from exec until all that was owed is answered
	errors     []string        // logged by servers
}

// table is the trial in words.
func (t *trial) table(database string) string {
	f := &t.figures
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	kills, acknowledged := 0, t.acknowledged()
	for _, n := range f.kills {
		kills += n
	}
	fmt.Fprintf(w, "\n%s\t%d kills\n", database, kills)
	for _, place := range append([]*window{anyInstant}, windows...) {
		if n := f.kills[place.name]; n > 0 {
			fmt.Fprintf(w, "  killed %s\t%d\n", place.name, n)
		}
	}
	fmt.Fprintf(w, "  outside the window, done again\t%d\n", f.hollow)
	again, told := 0, 0
	for _, n := range t.acked {
		told += len(n.answers)
		if n.tries > 1 {
			again++
		}
	}
	fmt.Fprintf(w, "messages acknowledged\t%d, %d of them sent again with the same key\n", acknowledged, again)
	fmt.Fprintf(w, "  stored\t%d\n", acknowledged-len(t.faults[missing]))
	fmt.Fprintf(w, "  answered by every agent\t%d\n", acknowledged-len(t.faults[unanswered]))
	fmt.Fprintf(w, "  answers told over http and sse\t%d\n", told)
	for _, k := range []kind{missing, unanswered, doubled, disorder, wrong, refused, failed, nonlinear} {
		fmt.Fprintf(w, "  %s\t%d\n", k, len(t.faults[k]))
	}
	fmt.Fprintf(w, "operations explained by one order\t%d in %d channels\n", f.operations, t.round*channels)
	fmt.Fprintf(w, "exec to ready\t%s\n", spread(f.ready))
	fmt.Fprintf(w, "exec to an answer to all that came before the kill\t%s (%d messages of the moment)\n", spread(f.answered), f.owed)
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
