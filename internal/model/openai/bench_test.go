package openai_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/openai"
	"github.com/elizad/elizad/test/stubmodel"
)

// BenchmarkStream is one streamed call of a usual size, both ends of the
// connection in one process.
func BenchmarkStream(b *testing.B) {
	stub := stubmodel.New()
	stub.Keep = 0
	server := httptest.NewServer(stub)
	defer server.Close()
	text := openai.NewText(openai.Config{BaseURL: server.URL + "/v1", Model: "stub-chat"})
	req := model.Request{System: strings.Repeat("You are Eliza. You know things. ", 100), Turns: []model.Turn{
		{Role: model.RoleUser, Text: "hello"}, {Role: model.RoleAssistant, Text: "Hi there"},
		{Role: model.RoleUser, Text: "please tell me what the weather is like today in Berlin, and why that matters"},
	}}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			pieces := 0
			if _, err := text.Generate(b.Context(), req, func(string) { pieces++ }); err != nil || pieces < 3 {
				b.Fatal(pieces, err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
