package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/model/uselite"
	"github.com/elizad/elizad/internal/store"
)

const (
	dimension = 512
	asked     = 400 // questions of each kind
	// warmUp is how long is asked before it counts: what is read in the
	// background is there then.
	warmUp = 4 * time.Second
)

// measureSpeed fills an agent with talk: half of it in one room, the rest in a
// thousand. Words follow Zipf's law, as in any language.
func measureSpeed(ctx context.Context, out io.Writer, scale int) error {
	m, err := newMind(ctx)
	if err != nil {
		return err
	}
	defer m.close()
	random := rand.New(rand.NewPCG(1, 2))
	before := resident()
	if err := m.fill(ctx, scale, random); err != nil {
		return err
	}
	filled := resident()
	fixed := fixedVector{make([]float32, dimension)}
	recall := memory.New(m.store, &fixed, nil)
	large, small := eliza.NameID("room 0"), eliza.NameID("room 7")
	for _, scope := range []struct {
		name string
		room eliza.ID
	}{{"a room with half of it", large}, {"a small room", small}, {"all of it", eliza.NoID}} {
		var times []time.Duration
		start := time.Now()
		for len(times) < asked {
			for j := range fixed.vector {
				fixed.vector[j] = float32(random.NormFloat64())
			}
			q := memory.Query{AgentID: m.agent.ID, RoomID: scope.room, Text: talk(random, 8) + "?", Limit: limit, Patient: true}
			began := time.Now()
			_, how, err := recall.Recall(ctx, q)
			if err != nil {
				return err
			}
			if how != "text and vectors" {
				return fmt.Errorf("a question went by %s", how)
			}
			if began.Sub(start) > warmUp {
				times = append(times, time.Since(began))
			}
		}
		slices.Sort(times)
		fmt.Fprintf(out, "%d memories, %s: p50 %.2f ms, p99 %.2f ms, longest %.2f ms\n", scale, scope.name,
			ms(times[len(times)/2]), ms(times[len(times)*99/100]), ms(times[len(times)-1]))
	}
	runtime.GC()
	fmt.Fprintf(out, "resident: %d MB before, %d MB when filled, %d MB after the questions\n", before>>20, filled>>20, resident()>>20)
	return nil
}

// fixedVector stands for the model: the time of a question's vector is left
// out.
type fixedVector struct{ vector []float32 }

func (f *fixedVector) Embed(context.Context, []string) ([][]float32, error) {
	return [][]float32{f.vector}, nil
}
func (f *fixedVector) Model() string { return uselite.ModelName }

func (m *mind) fill(ctx context.Context, scale int, random *rand.Rand) error {
	for n := 0; n < scale; {
		var list []eliza.Memory
		var vectors []store.Vector
		for range min(1000, scale-n) {
			room := 0
			if n%2 == 1 {
				room = 1 + random.IntN(1000)
			}
			e := eliza.Memory{
				ID: eliza.NewID(), AgentID: m.agent.ID, Type: eliza.MemoryMessages, EntityID: eliza.NameID(fmt.Sprint("person ", random.IntN(50))),
				RoomID: eliza.NameID(fmt.Sprint("room ", room)), CreatedAt: eliza.Millis(1_700_000_000_000 + int64(n)*30_000),
				Content: eliza.Content{Text: talk(random, 5+random.IntN(20))}, Metadata: map[string]any{"senderName": "Somebody"},
			}
			v := make([]float32, dimension)
			for i := range v {
				v[i] = float32(random.NormFloat64())
			}
			list, vectors = append(list, e), append(vectors, store.Vector{MemoryID: e.ID, Vector: v})
			n++
		}
		if _, err := m.store.CreateMemories(ctx, list); err != nil {
			return err
		}
		if err := m.store.PutEmbeddings(ctx, uselite.ModelName, vectors); err != nil {
			return err
		}
	}
	return nil
}

func talk(random *rand.Rand, words int) string {
	zipf := rand.NewZipf(random, 1.1, 4, 50_000)
	list := make([]string, words)
	for i := range list {
		list[i] = "word" + strconv.FormatUint(zipf.Uint64(), 36)
	}
	return strings.Join(list, " ")
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// resident is the memory of this process in bytes, as Linux tells it.
func resident() int {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.Atoi(strings.Fields(string(data))[1])
	return pages * os.Getpagesize()
}
