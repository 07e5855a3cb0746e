package anthropic_test

import (
	"testing"

	"github.com/elizad/elizad/internal/model/anthropic"
	"github.com/elizad/elizad/internal/model/modeltest"
)

// BenchmarkStream is one streamed call, both ends of the connection in one
// process.
func BenchmarkStream(b *testing.B) {
	stub, url := modeltest.Serve(b)
	stub.Keep = 0
	text := anthropic.NewText(anthropic.Config{BaseURL: url, Key: modeltest.Key})
	req := modeltest.Ask("please tell me what the weather is like today in Berlin, and why that matters")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := text.Generate(b.Context(), req, func(string) {}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
