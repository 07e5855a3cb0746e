package model

import "testing"

func TestPrices(t *testing.T) {
	var p Prices
	if err := p.UnmarshalText([]byte("gpt-4.1-mini=0.40/1.60, anthropic/claude-*=3/15 # a remark\nollama/*=0/0,*=1/1")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		by   Choice
		want int64
	}{
		{Choice{Provider: "openai", Model: "gpt-4.1-mini"}, 400*1000/1000 + 1600*1000/1000},
		{Choice{Provider: "anthropic", Model: "claude-haiku-4-5"}, 18_000},
		{Choice{Provider: "ollama", Model: "qwen/3"}, 0},
		{Choice{Provider: "openai", Model: "other/model"}, 2000},
		{Choice{Provider: "openai"}, 2000},
		{Choice{Provider: EmbeddedName, Model: "x"}, 0},
	} {
		if cost, known := p.Cost(c.by, "", 1000, 1000); cost != c.want || !known {
			t.Errorf("%v costs %d (%v), want %d", c.by, cost, known, c.want)
		}
	}
	if cost, known := (Prices{{Pattern: "a", Input: 1, Output: 1}}).Cost(Choice{Model: "a"}, "", 1, 0); cost != 1 || !known {
		t.Errorf("a millionth of a millionth costs %d (%v): it is rounded up", cost, known)
	}
	if _, known := (Prices{}).Cost(Choice{Provider: "openai", Model: "a"}, "", 1, 1); known {
		t.Error("an empty table has a price")
	}
	for _, bad := range []string{"a", "a=1", "a=1/", "=1/1", "a=-1/1", "a=1/1e3", "[=1/1", "a=1000000/1", "@/no/such/file"} {
		if err := new(Prices).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is taken for prices", bad)
		}
	}
}

func TestTheMostExactPriceCounts(t *testing.T) {
	for _, c := range []struct {
		table, provider, model, answered string
		want                             int64 // for a million tokens of input
	}{
		{"gpt-4*=30/60, gpt-4o=2/10", "openai", "gpt-4o", "", 2},
		{"gpt-4o=2/10, gpt-4*=30/60", "openai", "gpt-4o", "", 2},
		{"gpt-4o******************=30/60, gpt-4o=2/10", "openai", "gpt-4o", "", 2},
		{"openai/gpt-4*=30/60, gpt-4o=2/10", "openai", "gpt-4o", "", 2},
		{"gpt-4o=2/10, openai/gpt-4o=3/10", "openai", "gpt-4o", "", 3},
		{"gpt-4o=2/10, other/gpt-4o=3/10", "openai", "gpt-4o", "", 2},
		{"gpt-*****=1/1, gpt-4o*=2/10, *=9/9", "openai", "gpt-4o-mini", "", 2},
		{"*=9/9, openai/*=2/2", "openai", "anything", "", 2},
		{"gpt-[0-9]o=1/1, gpt-4*=2/2", "openai", "gpt-4o", "", 1},
		{"GPT-4O=2/10", "openai", "gpt-4o", "", 2},
		{"qwen2.5-7b=2/10", "openai", "Qwen2.5-7B", "", 2},
		{"meta-llama/*=2/2", "openai", "Meta-Llama/Llama-3.1-8B", "", 2},
		{"openai/meta-llama/llama-3.1-8b=2/2, openai/*=9/9", "openai", "meta-llama/Llama-3.1-8B", "", 2},
		{"a=1/1, a=2/2", "openai", "a", "", 1},
		// What answered may be known more exactly than what was asked for.
		{"stub-chat=2/2", "openai", "", "stub-chat", 2},
		{"*=1/1, stub-chat=2/2", "openai", "", "stub-chat", 2},
		{"auto=1/1, claude-*=2/2", "openai", "auto", "claude-x", 1},
		{"claude-*=2/2", "openai", "auto", "claude-x", 2},
		{"gpt-4o=2/2, *=1/1", "openai", "gpt-4o", "gpt-4o-2024-08-06", 2},
		{"gpt-4o=2/2, gpt-4o-2024-08-06=3/3", "openai", "gpt-4o", "gpt-4o-2024-08-06", 3},
	} {
		list, err := parsePrices(c.table)
		if err != nil {
			t.Fatal(c.table, err)
		}
		if cost, known := list.Cost(Choice{Provider: c.provider, Model: c.model}, c.answered, 1_000_000, 0); !known || cost != c.want*1_000_000 {
			t.Errorf("%s: %s (%s) costs %d (%v), want %d", c.table, c.model, c.answered, cost, known, c.want)
		}
	}
}

func FuzzPrices(f *testing.F) {
	f.Add("gpt=1/2,b=0.5/3 # x")
	f.Add("*=100000/100000")
	f.Add("p/m=1/2,[a-z]=3/4,\\m=5/6")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parsePrices(text)
		if err != nil {
			return
		}
		if cost, _ := list.Cost(Choice{Provider: "p", Model: "m"}, "", 1<<40, 1<<40); cost < 0 {
			t.Errorf("%q: %d", text, cost)
		}
	})
}

func TestTheEstimateIsNotBelowWhatTokenizersCount(t *testing.T) {
	for text, tokens := range map[string]int{ // as cl100k_base and o200k_base count them, the larger
		"":                                   0,
		"Hello, how are you today?":          7,
		"antidisestablishmentarianism":       6,
		"1234567890":                         4,
		"func main() { fmt.Println(\"x\") }": 12,
		"こんにちは世界":                            5,
		"🦜🦜🦜":                                9,
	} {
		if got := TextTokens(text); got < tokens {
			t.Errorf("%q is estimated at %d, and takes %d", text, got, tokens)
		}
	}
}
