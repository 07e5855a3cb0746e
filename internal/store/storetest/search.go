package storetest

import (
	"fmt"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

var searchTests = map[string]func(*testing.T, place){
	"finds what fits, newest first": func(t *testing.T, p place) {
		bob := eliza.NameID("Bob")
		elsewhere := p.newChannel(t, eliza.TypeGroup, p.alice)
		say := func(at int64, channel, author eliza.ID, text string) {
			m := p.says(text)
			m.ChannelID, m.AuthorID, m.CreatedAt = channel, author, eliza.Millis(at)
			p.accept(t, m)
		}
		say(1000, p.channel.ID, p.alice, "The café opens at nine")
		say(2000, elsewhere.ID, p.alice, "Which cafes open late?")
		say(3000, p.channel.ID, bob, "100% sure: no_body knows")
		say(4000, elsewhere.ID, bob, "the THE the")
		say(5000, p.channel.ID, p.alice, "東京タワーに行きました")
		for name, c := range map[string]struct {
			q    store.MessageSearch
			want string
		}{
			"words without accents":     {store.MessageSearch{Text: "cafe open"}, "2000 1000"},
			"a part of a word":          {store.MessageSearch{Text: "caf"}, "2000 1000"},
			"in any case":               {store.MessageSearch{Text: "CAFÉ OPENS"}, "2000 1000"},
			"common words":              {store.MessageSearch{Text: "the the"}, "4000"},
			"signs that mean nothing":   {store.MessageSearch{Text: "100%"}, "3000"},
			"no pattern":                {store.MessageSearch{Text: "b%dy"}, ""},
			"a script without spaces":   {store.MessageSearch{Text: "東京"}, "5000"},
			"one character of it":       {store.MessageSearch{Text: "京"}, "5000"},
			"in narrow forms":           {store.MessageSearch{Text: "ﾀﾜｰ"}, "5000"},
			"in wide forms":             {store.MessageSearch{Text: "ＣＡＦＥ"}, "2000 1000"},
			"a decomposed accent":       {store.MessageSearch{Text: "cafe\u0301"}, "2000 1000"},
			"what does not show":        {store.MessageSearch{Text: "ca\u00adfe\u200b"}, "2000 1000"},
			"only what does not show":   {store.MessageSearch{Text: "\u200b"}, ""},
			"within a channel":          {store.MessageSearch{Text: "cafe", ChannelID: p.channel.ID}, "1000"},
			"where somebody takes part": {store.MessageSearch{Text: "cafe", Member: p.ada.ID}, "1000"},
			"where nobody takes part":   {store.MessageSearch{ChannelID: p.channel.ID, Member: bob}, ""},
			"by an author":              {store.MessageSearch{AuthorID: bob}, "4000 3000"},
			"between two moments":       {store.MessageSearch{From: 2000, To: 3000}, "3000 2000"},
			"from a moment":             {store.MessageSearch{From: 4000}, "5000 4000"},
			"to a moment":               {store.MessageSearch{To: 1999}, "1000"},
			"a part of them":            {store.MessageSearch{Limit: 2, Offset: 1}, "4000 3000 more"},
			"the last ones":             {store.MessageSearch{Limit: 2, Offset: 3}, "2000 1000"},
			"behind the last":           {store.MessageSearch{Offset: 5}, ""},
			"in no channel":             {store.MessageSearch{ChannelID: eliza.NewID()}, ""},
			"quotes and a NUL":          {store.MessageSearch{Text: "'; DROP TABLE \x00 messages"}, ""},
			"nothing that is to find":   {store.MessageSearch{Text: "zebra"}, ""},
			"everything":                {store.MessageSearch{}, "5000 4000 3000 2000 1000"},
			"everything, by one blank":  {store.MessageSearch{Text: " "}, "5000 4000 3000 2000 1000"},
		} {
			hits, err := p.SearchMessages(p.ctx, c.q)
			ok(t, err)
			got := ""
			for _, m := range hits.Messages {
				got += fmt.Sprint(" ", int64(m.CreatedAt))
			}
			if hits.More {
				got += " more"
			}
			if c.want != "" {
				c.want = " " + c.want
			}
			if got != c.want || hits.Cut {
				t.Errorf("%s: found%s, want%s; cut %v", name, got, c.want, hits.Cut)
			}
		}
	},
	"reads on through a long channel": func(t *testing.T, p place) {
		p.accept(t, p.says("needle 1"))
		for i := range 1200 {
			p.accept(t, p.says(fmt.Sprint("straw ", i)))
		}
		p.accept(t, p.says("needle 2"))
		hits, err := p.SearchMessages(p.ctx, store.MessageSearch{Text: "needle"})
		ok(t, err)
		if len(hits.Messages) != 2 || hits.Messages[0].Content != "needle 2" || hits.More {
			t.Errorf("found %+v", hits)
		}
	},
}
