package storetest

import (
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

var keyTests = map[string]func(*testing.T, place){
	"a key comes back as it was stored": func(t *testing.T, p place) {
		bound := eliza.Key{ID: eliza.NewID(), Name: "a \"name\"", Hash: "aa", Right: eliza.RightWrite, AgentID: p.eliza.ID, CreatedAt: 1, ExpiresAt: 5}
		free := eliza.Key{ID: eliza.NewID(), Name: "b", Hash: "bb", Right: eliza.RightAdmin, CreatedAt: 2}
		ok(t, p.CreateKey(p.ctx, free))
		ok(t, p.CreateKey(p.ctx, bound))
		list, err := p.Keys(p.ctx)
		ok(t, err)
		equal(t, "keys", list, []eliza.Key{bound, free})
		again := free
		again.ID = eliza.NewID()
		wantCode(t, p.CreateKey(p.ctx, again), eliza.CodeConflict)
	},
	"a key outlives its agent": func(t *testing.T, p place) {
		ok(t, p.CreateKey(p.ctx, eliza.Key{ID: eliza.NewID(), Hash: "aa", Right: eliza.RightRead, AgentID: p.eliza.ID}))
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		list, err := p.Keys(p.ctx)
		ok(t, err)
		equal(t, "keys", len(list), 1)
	},
	"the use of keys is noted, never backwards": func(t *testing.T, p place) {
		a, b := eliza.Key{ID: eliza.NewID(), Hash: "aa"}, eliza.Key{ID: eliza.NewID(), Hash: "bb", LastUsedAt: 9}
		ok(t, p.CreateKey(p.ctx, a))
		ok(t, p.CreateKey(p.ctx, b))
		ok(t, p.UseKeys(p.ctx, map[eliza.ID]eliza.Millis{a.ID: 7, b.ID: 7, eliza.NewID(): 7}))
		list, err := p.Keys(p.ctx)
		ok(t, err)
		equal(t, "a", list[0].LastUsedAt, eliza.Millis(7))
		equal(t, "b", list[1].LastUsedAt, eliza.Millis(9))
	},
	"a key is deleted": func(t *testing.T, p place) {
		a := eliza.Key{ID: eliza.NewID(), Hash: "aa"}
		ok(t, p.CreateKey(p.ctx, a))
		ok(t, p.DeleteKey(p.ctx, a.ID))
		wantCode(t, p.DeleteKey(p.ctx, a.ID), eliza.CodeNotFound)
		list, err := p.Keys(p.ctx)
		ok(t, err)
		equal(t, "keys", len(list), 0)
	},
}
