package uselite

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
)

func encoder(t testing.TB) *Encoder {
	t.Helper()
	e, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func embedOne(t testing.TB, e *Encoder, text string) []float32 {
	t.Helper()
	v, err := e.Embed(context.Background(), []string{text})
	if err != nil {
		t.Fatal(err)
	}
	return v[0]
}

func TestEveryTextHasAUnitVector(t *testing.T) {
	e := encoder(t)
	for name, text := range map[string]string{
		"empty": "", "a space": " ", "unknown characters": "你好", "no text": "\xff\xfe\x00", "long": strings.Repeat("word and more ", 100_000),
		"many lines": strings.Repeat("a\n", 500),
	} {
		v := embedOne(t, e, text)
		if len(v) != width || math.Abs(float64(dot(v, v))-1) > 1e-5 {
			t.Errorf("%s: %d numbers of squared length %g", name, len(v), dot(v, v))
		}
	}
}

func TestOnlyTheBeginningOfALongTextCounts(t *testing.T) {
	e := encoder(t)
	beginning := strings.Repeat("one two three four ", 200)
	a, b := embedOne(t, e, beginning+"and a dog"), embedOne(t, e, beginning+"and the stock market")
	if !slices.Equal(a, b) {
		t.Error("what stands after thousands of words changes the vector")
	}
}

func TestEmbedEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := encoder(t).Embed(ctx, []string{"hello"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestEmbedderIsSafeForConcurrentUse(t *testing.T) {
	texts := []string{"hello", "a dog runs", "what is the time?", ""}
	want, err := Embedder().Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			got, err := Embedder().Embed(t.Context(), texts)
			if err != nil || !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("other vectors than alone: %v", err)
			}
		})
	}
	group.Wait()
}

func TestModelName(t *testing.T) {
	if !Available() {
		t.Fatal(MissingReason)
	}
	if a, b := Embedder().Model(), encoder(t).Model(); a != "use-lite-512" || a != b {
		t.Errorf("names %q and %q", a, b)
	}
}

func BenchmarkEmbed12Tokens(b *testing.B) {
	benchmark(b, "The quick brown fox jumps over the lazy dog.", 12)
}

func BenchmarkEmbed60Tokens(b *testing.B) {
	benchmark(b, strings.Repeat("The quick brown fox jumps over the lazy dog. ", 5), 60)
}

func benchmark(b *testing.B, text string, tokens int) {
	e := encoder(b)
	if got := len(e.tokenizer.tokenize(text)); got < tokens || got > tokens+1 {
		b.Fatalf("%d tokens", got)
	}
	b.ReportAllocs()
	for b.Loop() {
		embedOne(b, e, text)
	}
}
