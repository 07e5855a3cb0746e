package agent_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/test/stubmodel"
)

// TestADecisionMutesOnlyWhenItIsToStop has a model decide in a group, and then
// says something again: a room that was muted does not ask any more. The
// grammar itself is tried in package template.
func TestADecisionMutesOnlyWhenItIsToStop(t *testing.T) {
	for said, want := range map[string]struct {
		state    eliza.DeliveryState
		reason   eliza.Reason
		decision string
		detail   string
	}{
		"RESPOND": {eliza.Replied, "", "RESPOND", ""},
		"<response><name>Robin</name><reasoning>They said STOP.</reasoning><action>REPLY</action></response>": {eliza.Replied, "", "RESPOND", ""},
		"IGNORE. Nobody asked me to stop.": {eliza.Ignored, eliza.ReasonNotAddressed, "IGNORE", "is not for Robin"},
		"I should not respond: IGNORE":     {eliza.Ignored, eliza.ReasonNotAddressed, "IGNORE", "is not for Robin"},
		"<think>Nobody asked me to stop":   {eliza.Ignored, eliza.ReasonNotAddressed, "unreadable", "could not be read"},
		"DO NOT RESPOND":                   {eliza.Ignored, eliza.ReasonNotAddressed, "unreadable", "could not be read"},
		"STOP":                             {eliza.Ignored, eliza.ReasonMuted, "STOP", "muted this room"},
	} {
		t.Run(said, func(t *testing.T) {
			r := newRig(t)
			a := r.agent("Robin")
			room := r.channel(eliza.TypeGroup, r.person, eliza.NewID(), a.ID)
			r.stub.Script(stubmodel.Reply{Text: said})
			e := r.ended(r.say(room, "lunch at noon, Pat?").Message.ID, a.ID)
			r.want(e, want.state, want.reason)
			if !strings.Contains(e.Delivery.Detail, want.detail) {
				t.Errorf("the delivery says %q", e.Delivery.Detail)
			}
			if told := r.runEvents(a, e.Delivery.RunID, "SHOULD_RESPOND"); len(told) != 1 || told[0]["decision"] != want.decision {
				t.Errorf("the run tells of %v", told)
			}
			if room := gjson.GetBytes(r.stub.Calls()[0].Body, "max_tokens").Int(); room < 1000 {
				t.Errorf("a model that thinks first may write %d tokens", room)
			}
			muted := want.reason == eliza.ReasonMuted
			r.stub.Script(stubmodel.Reply{Text: "RESPOND"})
			e = r.ended(r.say(room, "and what do you think?").Message.ID, a.ID)
			if got := e.Delivery.Reason == eliza.ReasonMuted; got != muted || !muted && e.Delivery.State != eliza.Replied {
				t.Errorf("afterwards the delivery is %s (%s)", e.Delivery.State, e.Delivery.Reason)
			}
		})
	}
}
