package agent_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

func TestTwoThousandAgentsSleepUntilTheyAreSpokenTo(t *testing.T) {
	const crowd, spoken = 2000, 200
	r := newRig(t)
	first := r.agent("Agent 0")
	r.want(r.ended(r.say(r.channel(eliza.TypeDM, r.person, first.ID), "hello").Message.ID, first.ID), eliza.Replied, "")
	goroutines, heap := runtime.NumGoroutine(), heapBytes()
	agents := []eliza.Agent{first}
	for i := 1; i < crowd; i++ {
		agents = append(agents, r.agent(fmt.Sprintf("Agent %d", i)))
	}
	all, err := r.agents.List(t.Context())
	if err != nil || len(all) != crowd || all[crowd-1].Name != agents[crowd-1].Name || all[crowd-1].Status != eliza.Active {
		t.Fatalf("%d agents are listed, %v", len(all), err)
	}
	if each := (heapBytes() - heap) / crowd; each > 4096 {
		t.Errorf("a sleeping agent takes %d bytes", each)
	}
	if now := runtime.NumGoroutine(); now > goroutines+20 {
		t.Errorf("%d goroutines with %d agents, %d with one", now, crowd, goroutines)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, i := range random.Perm(crowd)[:spoken] {
		a := agents[i]
		r.want(r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "wake up").Message.ID, a.ID), eliza.Replied, "")
	}
	if now := runtime.NumGoroutine(); now > goroutines+20 {
		t.Errorf("%d goroutines after %d agents were spoken to, %d before", now, spoken, goroutines)
	}
}

// heapBytes is what is in use after the garbage is gone.
func heapBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
