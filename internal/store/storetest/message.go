package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

var messageTests = map[string]func(*testing.T, place){
	"comes back as it was stored": func(t *testing.T, p place) {
		first := p.accept(t, p.says("first"))
		m := p.says("it's 100% \\ ? $1 \"quoted\" \U0001F600\n'; DROP TABLE messages; --")
		m.Raw = json.RawMessage(`{"b":1,  "a":"it's \\u0000 \u00e9 \ud800", "a":2}`)
		m.Metadata = map[string]any{"x": "it's", "y": []any{1.0, nil}, "z": `\u0000 in letters`}
		m.SourceID, m.Hops, m.InReplyTo = "platform-1", 3, first.Message.ID
		accepted := p.accept(t, m)
		m.Seq, m.ServerID, m.CreatedAt, m.UpdatedAt = 2, eliza.DefaultServerID, accepted.Message.CreatedAt, accepted.Message.UpdatedAt
		equal(t, "accepted", accepted.Message, m)
		got, err := p.Message(p.ctx, m.ID)
		ok(t, err)
		equal(t, "message", got, m)
	},
	"keeps any text": func(t *testing.T, p place) {
		for text, want := range map[string]string{
			"": "", "a\x00b": "ab", "\x00": "", "bad \xff utf-8 \xc3": "bad \uFFFD utf-8 \uFFFD", "\u2028\uFFFE\U0010FFFF": "\u2028\uFFFE\U0010FFFF",
			strings.Repeat("huge ", 200_000): strings.Repeat("huge ", 200_000),
		} {
			m := p.says(text)
			m.AuthorName = text[:min(len(text), 3)]
			m.Metadata = map[string]any{"k": text}
			m.Raw, _ = json.Marshal(map[string]string{text: text})
			p.accept(t, m)
			got, err := p.Message(p.ctx, m.ID)
			ok(t, err)
			if got.Content != want || got.MetaText("k") != want || !json.Valid(got.Raw) {
				t.Errorf("%.20q became %.20q, metadata %.20q, raw %.40q", text, got.Content, got.MetaText("k"), got.Raw)
			}
		}
	},
	"refuses what is not JSON": func(t *testing.T, p place) {
		for _, raw := range []string{`{`, ``, "\"\xff\"", `{"a":1} x`} {
			m := p.says("x")
			m.Raw = json.RawMessage(raw)
			_, err := p.AcceptMessage(p.ctx, store.Incoming{Message: m})
			wantCode(t, err, eliza.CodeInvalidRequest)
			id := p.accept(t, p.says("y")).Message.ID
			_, err = p.EditMessage(p.ctx, id, store.MessageEdit{Raw: []byte(raw)})
			wantCode(t, err, eliza.CodeInvalidRequest)
		}
	},
	"is listed newest first": func(t *testing.T, p place) {
		for i := range 10 {
			m := p.says(fmt.Sprint(i))
			m.CreatedAt = eliza.Millis(1_000_000 + 10*i)
			p.accept(t, m)
		}
		for name, c := range map[string]struct {
			q    store.MessageQuery
			want string
		}{
			"all":         {store.MessageQuery{}, "9876543210"},
			"limit":       {store.MessageQuery{Limit: 3}, "987"},
			"before":      {store.MessageQuery{Before: 1_000_030, Limit: 2}, "21"},
			"after":       {store.MessageQuery{After: 1_000_060}, "987"},
			"offset":      {store.MessageQuery{Offset: 7}, "210"},
			"after limit": {store.MessageQuery{After: 1_000_060, Limit: 2}, "98"},
			"between":     {store.MessageQuery{After: 1_000_020, Before: 1_000_050}, "43"},
			"before seq":  {store.MessageQuery{BeforeSeq: 4}, "210"},
			"after seq":   {store.MessageQuery{AfterSeq: 7}, "987"},
		} {
			list, err := p.Messages(p.ctx, p.channel.ID, c.q)
			ok(t, err)
			got := ""
			for _, m := range list {
				got += m.Content
			}
			if got != c.want {
				t.Errorf("%s: got %s, want %s", name, got, c.want)
			}
		}
	},
	"never seems older than the one before": func(t *testing.T, p place) {
		late, early := p.says("late"), p.says("early")
		late.CreatedAt, early.CreatedAt = 2000, 1000
		p.accept(t, late)
		if got := p.accept(t, early).Message.CreatedAt; got != 2000 {
			t.Errorf("made at %d, want 2000", got)
		}
	},
	"is edited": func(t *testing.T, p place) {
		m := p.accept(t, p.says("before")).Message
		text := "after\x00"
		edited, err := p.EditMessage(p.ctx, m.ID, store.MessageEdit{Content: &text})
		ok(t, err)
		got, err := p.Message(p.ctx, m.ID)
		ok(t, err)
		equal(t, "message", got, edited)
		if got.Content != "after" || got.Seq != m.Seq || got.CreatedAt != m.CreatedAt {
			t.Errorf("edited %+v", got)
		}
		_, err = p.EditMessage(p.ctx, eliza.NewID(), store.MessageEdit{Content: &text})
		wantCode(t, err, eliza.CodeNotFound)
	},
	"is edited in all that an edit may change": func(t *testing.T, p place) {
		first, m := p.accept(t, p.says("first")).Message, p.accept(t, p.says("second")).Message
		author, kind, source, absent := eliza.NameID("Bob"), "agent_action", "s-1", eliza.NewID()
		edited, err := p.EditMessage(p.ctx, m.ID, store.MessageEdit{
			Raw: []byte(`{"a":1}`), Metadata: map[string]any{"k": "v"}, AuthorID: &author, SourceType: &kind, SourceID: &source, InReplyTo: &first.ID,
		})
		ok(t, err)
		want := m
		want.Raw, want.Metadata, want.AuthorID, want.SourceType, want.SourceID = []byte(`{"a":1}`), map[string]any{"k": "v"}, author, kind, source
		want.InReplyTo, want.UpdatedAt = first.ID, edited.UpdatedAt
		got, err := p.Message(p.ctx, m.ID)
		ok(t, err)
		equal(t, "message", got, want)
		edited, err = p.EditMessage(p.ctx, m.ID, store.MessageEdit{InReplyTo: &absent})
		ok(t, err)
		if edited.InReplyTo != eliza.NoID {
			t.Error("a message answers one that is not there")
		}
	},
	"of one author are deleted": func(t *testing.T, p place) {
		bob := eliza.NameID("Bob")
		for range 3 {
			p.accept(t, p.says("Alice's"))
		}
		m := p.says("Bob's")
		m.AuthorID = bob
		p.accept(t, m)
		gone, err := p.DeleteMessagesOf(p.ctx, p.channel.ID, p.alice)
		ok(t, err)
		left, err := p.Messages(p.ctx, p.channel.ID, store.MessageQuery{})
		ok(t, err)
		if len(gone) != 3 || len(left) != 1 || left[0].ID != m.ID {
			t.Errorf("deleted %v, left %+v", gone, left)
		}
		gone, err = p.DeleteMessagesOf(p.ctx, p.channel.ID, p.alice)
		ok(t, err)
		if len(gone) != 0 {
			t.Errorf("deleted %v", gone)
		}
		_, err = p.DeleteMessagesOf(p.ctx, eliza.NewID(), p.alice)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"is deleted with its deliveries": func(t *testing.T, p place) {
		m := p.accept(t, p.says("question"))
		answer := p.says("answer")
		answer.InReplyTo = m.Message.ID
		p.accept(t, answer)
		gone, err := p.DeleteMessage(p.ctx, m.Message.ID)
		ok(t, err)
		equal(t, "deleted", gone, m.Message)
		_, err = p.DeleteMessage(p.ctx, m.Message.ID)
		wantCode(t, err, eliza.CodeNotFound)
		got, err := p.Message(p.ctx, answer.ID)
		ok(t, err)
		if got.InReplyTo != eliza.NoID {
			t.Error("the answer still names the deleted message")
		}
		_, err = p.FinishTurn(p.ctx, store.Turn{Delivery: ended(m.Deliveries[0], eliza.Ignored)})
		wantCode(t, err, eliza.CodeConflict)
		again := p.says("again")
		again.InReplyTo = m.Message.ID
		if p.accept(t, again).Message.InReplyTo != eliza.NoID {
			t.Error("a message answers one that is gone")
		}
	},
	"is cleared with all others": func(t *testing.T, p place) {
		for range 3 {
			p.accept(t, p.says("x"))
		}
		n, err := p.ClearChannel(p.ctx, p.channel.ID)
		ok(t, err)
		if n != 3 {
			t.Errorf("cleared %d, want 3", n)
		}
		pending, err := p.PendingDeliveries(p.ctx, p.eliza.ID, p.channel.ID)
		ok(t, err)
		if len(pending) != 0 {
			t.Errorf("pending %v", pending)
		}
		if seq := p.accept(t, p.says("next")).Message.Seq; seq != 4 {
			t.Errorf("next number is %d, want 4", seq)
		}
		_, err = p.ClearChannel(p.ctx, eliza.NewID())
		wantCode(t, err, eliza.CodeNotFound)
	},
}
