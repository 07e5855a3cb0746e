// Command recall measures how well and how fast an agent remembers.
//
// With -data it reads conversations in LoCoMo's format (a list of
// {conversation, qa}), lets an agent hear each, and asks each question of it.
// It prints how often the annotated evidence is among what is recalled: hit@5
// is the share of questions of which at least one evidence turn is among the
// first five, recall@10 the mean share of the evidence among the first ten.
// Beside it stand BM25 alone and the cosine alone, over the same turns.
//
// With -scale it fills one agent with that many memories and prints how long
// recall takes, without the time of the question's vector, and how much memory
// the process needs.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/model/uselite"
	"github.com/elizad/elizad/internal/store"
)

func main() {
	data := flag.String("data", "", "a file of conversations in LoCoMo's format")
	scale := flag.Int("scale", 0, "how many memories one agent gets")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *data, *scale); err != nil {
		fmt.Fprintln(os.Stderr, "recall:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, data string, scale int) error {
	if data == "" && scale == 0 {
		return fmt.Errorf("name a file with -data, or a number of memories with -scale")
	}
	if data != "" {
		conversations, err := readConversations(data)
		if err != nil {
			return err
		}
		if err := measureQuality(ctx, out, conversations); err != nil {
			return err
		}
	}
	if scale > 0 {
		return measureSpeed(ctx, out, scale)
	}
	return nil
}

// mind is an agent with a database of its own.
type mind struct {
	store  *store.Store
	memory *memory.Service
	agent  eliza.Agent
	dir    string
}

func newMind(ctx context.Context) (*mind, error) {
	dir, err := os.MkdirTemp("", "recall")
	if err != nil {
		return nil, err
	}
	m := &mind{dir: dir, agent: eliza.NewAgent(eliza.Character{Name: "Listener"})}
	if m.store, err = store.Open(ctx, store.Config{DataDir: dir}); err != nil {
		return nil, err
	}
	if !uselite.Available() {
		return nil, fmt.Errorf("the embedded model is missing; run make models")
	}
	m.memory = memory.New(m.store, uselite.Embedder(), slog.New(slog.DiscardHandler))
	return m, m.store.CreateAgent(ctx, m.agent)
}

func (m *mind) close() {
	m.memory.Close()
	m.store.Close()
	os.RemoveAll(m.dir)
}
