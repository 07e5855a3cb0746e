// Package crash kills the server, again and again, and looks whether it kept
// its word: an acknowledged message is stored, each is answered exactly once
// by every agent that owes an answer, order holds, and what clients saw of a
// channel fits one order of events.
//
//	go test -v ./test/crash                           a few kills
//	KILLS=1000 go test -v -timeout 0 ./test/crash
//
// Persons speak in 20 channels, post with every transport, and send again with
// the same Idempotency-Key what a kill cut off. Some kills come at a random
// instant; others in a window between two steps of a message's way, and only
// those count that are proven to have fallen into it. Other tests show that
// the harness can fail: it is run against servers with a bug built in.
package crash

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// kills is how many there are to be at random instants on each database, half
// as many in windows besides; 0 asks for a short run.
func kills(t *testing.T) int {
	text := os.Getenv("KILLS")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("KILLS=%s is not a number from 1", text)
	}
	return n
}

// builds are the two programs that are run.
type builds struct{ normal, stopping string }

func buildBoth(t *testing.T) builds {
	t.Helper()
	dir := t.TempDir()
	return builds{build(t, filepath.Join(dir, "elizad")), build(t, filepath.Join(dir, "elizad-stopping"), "-tags", "failpoint")}
}

// plan mixes kills at random instants with kills in windows.
func plan(random, windowed int) (all []*window) {
	for i, w := range slices.Repeat(windows, windowed/len(windows)+1)[:windowed] {
		for range random*(i+1)/windowed - random*i/windowed {
			all = append(all, anyInstant)
		}
		all = append(all, w)
	}
	return all
}

func TestKills(t *testing.T) {
	b := buildBoth(t)
	onBoth(t, func(t *testing.T, postgres string) {
		if postgres == "" {
			survive(t, b, "", 3, len(windows))
		} else {
			survive(t, b, postgres, 2, 4)
		}
	})
}

// survive runs a trial, of the given length unless KILLS asks for another,
// and wants no broken promise.
func survive(t *testing.T, b builds, postgres string, random, windowed int) {
	if n := kills(t); n > 0 {
		random, windowed = n, max(n/2, len(windows))
	}
	tr := newTrial(t, b, postgres, patience)
	err := tr.run(t.Context(), plan(random, windowed))
	t.Log(tr.table(t.Name()))
	if err != nil {
		t.Error(err)
	}
	for k, all := range tr.faults {
		for _, what := range all[:min(len(all), 10)] {
			t.Errorf("%s: %s", k, what)
		}
	}
}

func writeCharacter(t *testing.T, name string) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"name": name, "bio": []string{name + " answers."}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), name+".json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
