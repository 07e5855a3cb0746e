package agent_test

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

func TestTheEndsOfATextStay(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"short", 5, "short"},
		{"", 3, ""},
		{"0123456789abcdefghij", 19, "012345\n[...]\nefghij"},
		{"üüüüüüüüüüüü", 18, "üü\n[...]\nüü"},
	} {
		if got := agent.Ends(c.text, c.most); got != c.want || len(got) > c.most || !utf8.ValidString(got) {
			t.Errorf("%q in %d bytes is %q", c.text, c.most, got)
		}
	}
}

// TestAVeryLongMessageIsCopiedOnlyWhereItIsRead has people paste 900 kB into a
// group, and a model answer at length.
func TestAVeryLongMessageIsCopiedOnlyWhereItIsRead(t *testing.T) {
	long := "Robin, " + strings.Repeat("lorem ipsum dolor ", 50_000)
	var looked atomic.Int32
	m := &scriptedModel{answer: func(n int, req model.Request) (model.Answer, error) {
		switch {
		case req.Purpose == model.ForShouldRespond:
			return wants("RESPOND"), nil
		case n == 1:
			return wants("", toolCall("LOOK_UP_TIDE", `{"place":"`+strings.Repeat("pier ", 100_000)+`"}`)), nil
		}
		return wants(long), nil
	}}
	r := newScripted(t, m, &looked)
	a := r.agent("Robin")
	room := r.channel(eliza.TypeGroup, r.person, eliza.NewID(), a.ID)
	first := r.ended(r.say(room, long).Message.ID, a.ID)
	r.want(first, eliza.Replied, "")
	r.want(r.ended(r.say(room, "nice weather").Message.ID, a.ID), eliza.Replied, "")
	run, err := r.agents.Run(t.Context(), a.ID, first.Delivery.RunID)
	if err != nil {
		t.Fatal(err)
	}
	events, _ := json.Marshal(run.Events)
	logs, err := r.agents.Logs(t.Context(), a.ID, agent.LogFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	noted, _ := json.Marshal(logs)
	if len(events) > 50_000 || len(noted) > 100_000 {
		t.Errorf("%d bytes of events, %d of log", len(events), len(noted))
	}
	for _, req := range m.asked() {
		if n := len(sent(req)); req.Purpose == model.ForShouldRespond && n > 50_000 {
			t.Errorf("%d bytes are sent to decide whether to answer", n)
		}
	}
}
