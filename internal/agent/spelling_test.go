package agent_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestAnAgentHearsItsNameInAnySpelling(t *testing.T) {
	r := newRig(t, func(r *rig) {
		r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
			if strings.Contains(c.System, "You decide whether") {
				return stubmodel.Reply{Text: "IGNORE"}
			}
			return stubmodel.Reply{Text: "here I am"}
		}
	})
	for name, texts := range map[string]map[string]bool{
		"Zoë O’Neil": {"zoe o'neil, help": true, "ZOE\u0308 OʼNEIL?": true, "zoe oneill is my neighbour": false, "＠Ｚｏë O’Neil": true},
		"さくら":        {"さくらさん、こんにちは": true, "サクラ": false},
		"İpek":       {"ipek, are you there?": true, "İPEK!": true, "ipekler": false},
	} {
		a := r.agent(name)
		c := r.channel(eliza.TypeGroup, r.person, eliza.NewID(), a.ID)
		for text, answered := range texts {
			state, reason := eliza.Ignored, eliza.ReasonNotAddressed
			if answered {
				state, reason = eliza.Replied, eliza.Reason("")
			}
			r.want(r.ended(r.say(c, text).Message.ID, a.ID), state, reason)
		}
	}
}

func TestActionsFindChannelsAndPeopleInAnySpelling(t *testing.T) {
	r := newRig(t, func(r *rig) {
		r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
			if last := gjson.GetBytes(c.Body, "messages.@reverse.0"); last.Get("role").Str == "tool" {
				return stubmodel.Reply{Text: last.Get("content").Str}
			}
			if _, target, told := strings.Cut(c.LastUser, "tell "); told {
				return call("SEND_MESSAGE", `{"target":"`+target+`","text":"dinner is ready"}`)
			}
			return stubmodel.Reply{Text: "yes"}
		}
	})
	a, zoe := r.agent("Robin"), eliza.NewID()
	cafe, err := r.messaging.CreateChannel(t.Context(), eliza.Channel{Name: "Café O’Hara", Type: eliza.TypeGroup}, []eliza.ID{r.person, zoe, a.ID})
	if err != nil {
		t.Fatal(err)
	}
	r.ended(r.say(cafe, "Robin, hello", by(zoe, "Zoë")).Message.ID, a.ID)
	private := r.channel(eliza.TypeDM, r.person, a.ID)
	for target, want := range map[string]string{"#cafe o'hara": "I have sent it to Café O’Hara.", "CAFE\u0301 OʼHARA": "I have sent it to Café O’Hara.", "@zoe": "I have sent it to Zoë."} {
		e := r.ended(r.say(private, "tell "+target).Message.ID, a.ID)
		if e.Reply == nil || !strings.Contains(e.Reply.Content, want) {
			t.Errorf("%q: %+v, want %q", target, e.Reply, want)
		}
	}
}
