package eliza

import "encoding/json"

// Usage counts what model calls took.
type Usage struct {
	InputTokens  int
	OutputTokens int
	Calls        int    // tries included
	ModelMillis  Millis // time spent waiting for models
	// Cost is what the calls cost whose price is known, in millionths of the
	// unit of the price table.
	Cost int64
	// Unpriced is how many of Calls have no known price and are not in Cost.
	Unpriced int
}

// Add sums u and other.
func (u *Usage) Add(other Usage) {
	u.InputTokens += other.InputTokens
	u.OutputTokens += other.OutputTokens
	u.Calls += other.Calls
	u.ModelMillis += other.ModelMillis
	u.Cost += other.Cost
	u.Unpriced += other.Unpriced
}

// KnownCost is Cost, nil when calls were made and the price of none is known:
// nobody can say then what they cost.
func (u Usage) KnownCost() *int64 {
	if u.Unpriced > 0 && u.Unpriced >= u.Calls {
		return nil
	}
	return &u.Cost
}

// usageJSON is the form in which the database keeps a Usage.
type usageJSON struct {
	InputTokens  int    `json:"inputTokens"`
	OutputTokens int    `json:"outputTokens"`
	Calls        int    `json:"modelCalls"`
	ModelMillis  Millis `json:"modelMillis"`
	Cost         *int64 `json:"costMicros"`
	Unpriced     int    `json:"unpricedCalls,omitempty"`
}

// MarshalJSON writes a cost that nobody knows as null.
func (u Usage) MarshalJSON() ([]byte, error) {
	return json.Marshal(usageJSON{u.InputTokens, u.OutputTokens, u.Calls, u.ModelMillis, u.KnownCost(), u.Unpriced})
}

// UnmarshalJSON reads what MarshalJSON writes. Where no cost stands, none is
// known: older rows left out both that and 0.
func (u *Usage) UnmarshalJSON(b []byte) error {
	var form usageJSON
	if err := json.Unmarshal(b, &form); err != nil {
		return err
	}
	*u = Usage{form.InputTokens, form.OutputTokens, form.Calls, form.ModelMillis, 0, form.Calls}
	if form.Cost != nil {
		u.Cost, u.Unpriced = *form.Cost, form.Unpriced
	}
	return nil
}
