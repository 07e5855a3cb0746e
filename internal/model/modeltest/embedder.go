package modeltest

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/elizad/elizad/internal/model"
)

// Embedder checks what every model for vectors promises.
func Embedder(t *testing.T, e model.Embedder) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	texts := []string{"the cat sat on the mat", "", "stock prices fell", "日本語のテキスト", strings.Repeat("a very long text ", 20_000), "the cat sat on the mat"}
	vectors, err := e.Embed(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	if e.Model() == "" {
		t.Error("the model has no name")
	}
	if len(vectors) != len(texts) {
		t.Fatalf("%d vectors for %d texts", len(vectors), len(texts))
	}
	for i, v := range vectors {
		var sum float64
		for _, f := range v {
			sum += float64(f) * float64(f)
		}
		if math.Abs(sum-1) > 1e-4 || len(v) != len(vectors[0]) {
			t.Errorf("vector %d: squared length %f, dimension %d", i, sum, len(v))
		}
	}
	near := cmpopts.EquateApprox(0, 1e-5)
	if diff := cmp.Diff(vectors[0], vectors[len(vectors)-1], near); diff != "" {
		t.Errorf("the same text gives another vector:\n%s", diff)
	}
	alone, err := e.Embed(ctx, texts[2:3])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(vectors[2], alone[0], near); diff != "" {
		t.Errorf("a vector depends on the texts beside it, or the order is lost:\n%s", diff)
	}
	if none, err := e.Embed(ctx, nil); err != nil || len(none) != 0 {
		t.Errorf("no texts: %v, %v", none, err)
	}
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := e.Embed(ended, []string{"x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: error %v", err)
	}
}
