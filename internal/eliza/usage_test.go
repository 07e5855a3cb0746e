package eliza

import (
	"encoding/json"
	"testing"
)

func TestACostThatNobodyKnowsIsNull(t *testing.T) {
	for _, c := range []struct {
		usage Usage
		cost  any // nil for null
	}{
		{Usage{}, 0.0},
		{Usage{Calls: 1, Cost: 12}, 12.0},
		{Usage{Calls: 1}, 0.0},
		{Usage{Calls: 1, Unpriced: 1}, nil},
		{Usage{Calls: 3, Cost: 12, Unpriced: 2}, 12.0},
	} {
		text, err := json.Marshal(c.usage)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		cost, there := fields["costMicros"]
		if !there || cost != c.cost {
			t.Errorf("%+v is written as %s", c.usage, text)
		}
		var back Usage
		if err := json.Unmarshal(text, &back); err != nil || back != c.usage {
			t.Errorf("%s is read as %+v: %v", text, back, err)
		}
	}
}

func TestRowsWithoutACostTellNone(t *testing.T) {
	var u Usage
	if err := json.Unmarshal([]byte(`{"inputTokens":10,"outputTokens":5,"modelCalls":2,"modelMillis":7}`), &u); err != nil || u.KnownCost() != nil || u.InputTokens != 10 {
		t.Errorf("%+v: %v", u, err)
	}
}
