package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/model/uselite"
	"github.com/elizad/elizad/internal/store"
)

const limit = 10

// tally counts over questions.
type tally struct {
	questions, hit5, recall10 float64
	took                      time.Duration
}

// The rows of the table.
var methods = []string{"BM25 alone", "cosine alone", "elizad"}

type results map[string]map[int]*tally // by method and category; category 0 is all

func (r results) add(method string, q question, found []int, took time.Duration) {
	hits := 0.0
	first5 := 0.0
	for place, f := range found[:min(len(found), limit)] {
		if slices.Contains(q.evidence, f) {
			hits++
			if place < 5 {
				first5 = 1
			}
		}
	}
	distinct := len(slices.Compact(slices.Sorted(slices.Values(q.evidence))))
	for _, category := range []int{0, q.category} {
		if r[method] == nil {
			r[method] = map[int]*tally{}
		}
		t := r[method][category]
		if t == nil {
			t = &tally{}
			r[method][category] = t
		}
		t.questions++
		t.hit5 += first5
		t.recall10 += hits / float64(distinct)
		t.took += took
	}
}

func measureQuality(ctx context.Context, out io.Writer, conversations []conversation) error {
	all := results{}
	for i, c := range conversations {
		if err := ask(ctx, c, all); err != nil {
			return fmt.Errorf("conversation %d: %w", i, err)
		}
	}
	return all.print(out)
}

// ask lets a new agent hear a conversation and asks it everything.
func ask(ctx context.Context, c conversation, all results) error {
	m, err := newMind(ctx)
	if err != nil {
		return err
	}
	defer m.close()
	places, err := m.hear(ctx, c)
	if err != nil {
		return err
	}
	embedder := uselite.Embedder()
	room := eliza.NameID("room")
	known := make([][]float32, len(c.turns))
	for i, t := range c.turns {
		if known[i], err = vector(ctx, t.text); err != nil {
			return err
		}
	}
	for _, q := range c.questions {
		began := time.Now()
		found, _, err := m.memory.Recall(ctx, memory.Query{AgentID: m.agent.ID, AgentName: m.agent.Name, RoomID: room, Text: q.text, Limit: limit, Patient: true})
		if err != nil {
			return err
		}
		took := time.Since(began)
		var list []int
		for _, r := range found {
			list = append(list, places[r.MemoryID])
		}
		all.add("elizad", q, list, took)

		began = time.Now()
		hits, err := m.store.Recall(ctx, store.RecallQuery{AgentID: m.agent.ID, RoomID: room, Text: q.text, Limit: limit})
		if err != nil {
			return err
		}
		took = time.Since(began)
		list = list[:0]
		for _, h := range hits {
			list = append(list, places[h.Memory.ID])
		}
		all.add("BM25 alone", q, list, took)

		began = time.Now()
		vectors, err := embedder.Embed(ctx, []string{q.text})
		if err != nil {
			return err
		}
		all.add("cosine alone", q, nearest(vectors[0], known), time.Since(began))
	}
	return nil
}

// hear stores the turns as an agent keeps messages, and their vectors.
func (m *mind) hear(ctx context.Context, c conversation) (map[eliza.ID]int, error) {
	places := map[eliza.ID]int{}
	var list []eliza.Memory
	for i, t := range c.turns {
		e := eliza.Memory{
			ID: eliza.NewID(), AgentID: m.agent.ID, Type: eliza.MemoryMessages, EntityID: eliza.NameID(t.speaker), RoomID: eliza.NameID("room"),
			CreatedAt: eliza.Millis(t.at.UnixMilli()), Content: eliza.Content{Text: t.text}, Metadata: map[string]any{"senderName": t.speaker},
		}
		places[e.ID] = i
		list = append(list, e)
	}
	if _, err := m.store.CreateMemories(ctx, list); err != nil {
		return nil, err
	}
	var rows []store.Vector
	for _, e := range list {
		if e.Content.Text == "" {
			continue
		}
		v, err := vector(ctx, e.Content.Text)
		if err != nil {
			return nil, err
		}
		rows = append(rows, store.Vector{MemoryID: e.ID, Vector: v})
	}
	return places, m.store.PutEmbeddings(ctx, uselite.ModelName, rows)
}

var vectorsOf = map[string][]float32{}

func vector(ctx context.Context, text string) ([]float32, error) {
	if v, known := vectorsOf[text]; known || text == "" {
		return v, nil
	}
	vectors, err := uselite.Embedder().Embed(ctx, []string{text})
	if err != nil {
		return nil, err
	}
	vectorsOf[text] = vectors[0]
	return vectors[0], nil
}

func nearest(question []float32, known [][]float32) []int {
	cosines := make([]float64, len(known))
	places := make([]int, len(known))
	for i, v := range known {
		places[i], cosines[i] = i, math.Inf(-1)
		if v != nil {
			cosines[i] = 0
		}
		for j, x := range v {
			cosines[i] += float64(x) * float64(question[j])
		}
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(cosines[b], cosines[a]) })
	return places
}

func (r results) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "category\tquestions\tmethod\thit@5\trecall@10\tms per query\t")
	for _, category := range slices.Sorted(maps.Keys(r["elizad"])) {
		name := fmt.Sprint(category)
		if category == 0 {
			name = "all"
		}
		for _, method := range methods {
			t := r[method][category]
			fmt.Fprintf(w, "%s\t%.0f\t%s\t%.3f\t%.3f\t%.2f\t\n", name, t.questions, method, t.hit5/t.questions, t.recall10/t.questions,
				t.took.Seconds()*1000/t.questions)
		}
	}
	text, ours := r["BM25 alone"][0], r["elizad"][0]
	fmt.Fprintf(w, "\t\telizad over BM25\t%+.1f%%\t%+.1f%%\t\t\n", 100*(ours.hit5/text.hit5-1), 100*(ours.recall10/text.recall10-1))
	return w.Flush()
}
