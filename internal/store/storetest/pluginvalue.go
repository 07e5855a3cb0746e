package storetest

import (
	"encoding/json"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

var pluginValueTests = map[string]func(*testing.T, place){
	"documents are kept, listed and dropped": func(t *testing.T, p place) {
		shelf := store.Shelf{AgentID: p.eliza.ID, Plugin: "harbour", Collection: "ships"}
		other := store.Shelf{AgentID: p.ada.ID, Plugin: "harbour", Collection: "ships"}
		a, b := store.Kept{Key: "a", Value: json.RawMessage(`{"n":1}`)}, store.Kept{Key: "b", Value: json.RawMessage(`"\u0000x"`)}
		ok(t, p.KeepValues(p.ctx, shelf, []store.Kept{a, b}, 100))
		ok(t, p.KeepValues(p.ctx, shelf, []store.Kept{{Key: "a", Value: json.RawMessage(`[2]`)}}, 100))
		value, err := p.KeptValue(p.ctx, shelf, "a")
		ok(t, err)
		equal(t, "value", string(value), "[2]")
		_, err = p.KeptValue(p.ctx, other, "a")
		wantCode(t, err, eliza.CodeNotFound)
		list, err := p.KeptValues(p.ctx, shelf, "a", 10)
		ok(t, err)
		equal(t, "behind a", list, []store.Kept{{Key: "b", Value: json.RawMessage(`"x"`)}})
		wantCode(t, p.KeepValues(p.ctx, shelf, []store.Kept{{Key: "c", Value: json.RawMessage(`"ccccccccc"`)}}, 20), eliza.CodeStorageFull)
		_, err = p.KeptValue(p.ctx, shelf, "c")
		wantCode(t, err, eliza.CodeNotFound)
		shelfless := shelf
		shelfless.AgentID = eliza.NewID()
		wantCode(t, p.KeepValues(p.ctx, shelfless, []store.Kept{a}, 100), eliza.CodeNotFound)
		n, err := p.DropValues(p.ctx, shelf, []string{"a", "z"})
		ok(t, err)
		equal(t, "dropped", n, 1)
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		list, err = p.KeptValues(p.ctx, shelf, "", 10)
		ok(t, err)
		equal(t, "with the agent", len(list), 0)
	},
}
