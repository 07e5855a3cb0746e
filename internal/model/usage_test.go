package model_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// meter hears who is called, and keeps what the last call took.
type meter func(model.Choice)

func (m meter) Begin(_ context.Context, by model.Choice, _ *model.Request) (func(model.Taken), error) {
	m(by)
	return nil, nil
}

type taking struct{ took model.Taken }

func (m *taking) Begin(context.Context, model.Choice, *model.Request) (func(model.Taken), error) {
	return func(t model.Taken) { m.took = t }, nil
}

// TestOnlyAUsageThatCanBeTrueIsBelieved has a server tell what no call can have
// taken.
func TestOnlyAUsageThatCanBeTrueIsBelieved(t *testing.T) {
	req := question("How deep is the harbour?", tool("CLOCK"))
	said := strings.Repeat("Aye. ", 50)
	most := req.MostTokens()
	mostSaid := (&model.Request{Turns: []model.Turn{{Text: said}}}).MostTokens()
	for name, c := range map[string]struct {
		in, out         int
		wantIn, wantOut int
	}{
		"true":                {40, 100, 40, 100},
		"with hidden thought": {40, 20_000, 40, 20_000},
		"with a hidden start": {3000, 100, 3000, 100},
		"none":                {0, 0, most, mostSaid},
		"negative":            {-1, -1000, most, mostSaid},
		"one negative":        {10, -35, 10, mostSaid},
		"no prompt":           {0, 100, most, 100},
		"no answer":           {40, 0, 40, mostSaid},
		"huge":                {math.MaxInt, math.MaxInt, most, mostSaid},
		"least":               {math.MinInt, math.MinInt, most, mostSaid},
		"millions":            {5_000_000, 5_000_000, most, mostSaid},
	} {
		r := model.New(t.Context(), model.Config{}, model.Embedded{}, model.Provider{Name: "counter", Offer: func(model.Config) model.Offer {
			return model.Offer{TextModel: "m", Text: generate(func(model.Request, func(string)) (model.Answer, error) {
				return model.Answer{Text: said, Usage: eliza.Usage{InputTokens: c.in, OutputTokens: c.out}}, nil
			})}
		}})
		m := &taking{}
		r.Measure(m)
		text, _ := r.Text(nil)
		answer, err := text.Generate(t.Context(), req, nil)
		if err != nil || m.took.InputTokens != c.wantIn || m.took.OutputTokens != c.wantOut || answer.Usage.InputTokens != c.wantIn || answer.Usage.OutputTokens != c.wantOut {
			t.Errorf("%s: counted %+v, told %+v, want %d and %d (%v)", name, m.took, answer.Usage, c.wantIn, c.wantOut, err)
		}
	}
}

type closed struct{}

func (closed) Begin(context.Context, model.Choice, *model.Request) (func(model.Taken), error) {
	return nil, errors.New("nothing is left")
}

func TestACallThatIsNotMadeIsNotCounted(t *testing.T) {
	r, _ := newPicky(t, &picky{}, model.Config{})
	r.Measure(closed{})
	text, _ := r.Text(nil)
	answer, err := text.Generate(t.Context(), question("hi"), nil)
	if err == nil || answer.Usage.Calls != 0 {
		t.Errorf("%+v, %v", answer, err)
	}
}
