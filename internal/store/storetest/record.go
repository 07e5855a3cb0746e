package storetest

import (
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

var recordTests = map[string]func(*testing.T, place){
	"runs are listed": func(t *testing.T, p place) {
		for i := range 5 {
			turn := p.turn(of(t, p.accept(t, p.says("x")).Deliveries, p.eliza), "Eliza")
			turn.Run.StartedAt = eliza.Millis(1000 + i)
			if i == 3 {
				turn.Run.Status, turn.Run.RoomID = eliza.RunError, eliza.NameID("room")
			}
			_, err := p.FinishTurn(p.ctx, turn)
			ok(t, err)
		}
		for name, c := range map[string]struct {
			q     store.RunQuery
			want  []eliza.Millis
			total int
		}{
			"all":    {store.RunQuery{}, []eliza.Millis{1004, 1003, 1002, 1001, 1000}, 5},
			"page":   {store.RunQuery{Limit: 2, Offset: 1}, []eliza.Millis{1003, 1002}, 5},
			"status": {store.RunQuery{Status: eliza.RunError}, []eliza.Millis{1003}, 1},
			"room":   {store.RunQuery{RoomID: eliza.NameID("room")}, []eliza.Millis{1003}, 1},
			"times":  {store.RunQuery{From: 1001, To: 1002}, []eliza.Millis{1002, 1001}, 2},
		} {
			list, total, err := p.Runs(p.ctx, p.eliza.ID, c.q)
			ok(t, err)
			var got []eliza.Millis
			for _, r := range list {
				got = append(got, r.StartedAt)
			}
			equal(t, name, got, c.want)
			if total != c.total {
				t.Errorf("%s: total %d, want %d", name, total, c.total)
			}
		}
		_, err := p.Run(p.ctx, p.ada.ID, eliza.NewID())
		wantCode(t, err, eliza.CodeNotFound)
	},
	"logs are listed": func(t *testing.T, p place) {
		log := func(kind, level string, at eliza.Millis, body map[string]any) eliza.Log {
			return eliza.Log{ID: eliza.NewID(), AgentID: p.eliza.ID, RoomID: eliza.NameID("room"), Type: kind, Level: level, Body: body, CreatedAt: at}
		}
		logs := []eliza.Log{log("useModel:TEXT_LARGE", "info", 1, map[string]any{"modelType": "TEXT_LARGE", "prompt": "50% of_it\x00!"}),
			log("action", "error", 2, nil), log("useModel:TEXT_EMBEDDING", "debug", 3, map[string]any{"modelType": "TEXT_EMBEDDING"})}
		ok(t, p.AppendLogs(p.ctx, logs))
		ok(t, p.AppendLogs(p.ctx, nil))
		wantCode(t, p.AppendLogs(p.ctx, logs), eliza.CodeConflict)
		wantCode(t, p.AppendLogs(p.ctx, []eliza.Log{{ID: eliza.NewID(), AgentID: eliza.NewID()}}), eliza.CodeNotFound)
		for name, c := range map[string]struct {
			q    store.LogQuery
			want []eliza.Millis
		}{
			"all":       {store.LogQuery{}, []eliza.Millis{3, 2, 1}},
			"page":      {store.LogQuery{Limit: 1, Offset: 1}, []eliza.Millis{2}},
			"level":     {store.LogQuery{Level: "error"}, []eliza.Millis{2}},
			"type":      {store.LogQuery{Type: "action"}, []eliza.Millis{2}},
			"room":      {store.LogQuery{RoomID: eliza.NewID()}, nil},
			"times":     {store.LogQuery{From: 2, To: 2}, []eliza.Millis{2}},
			"excluded":  {store.LogQuery{ExcludeTypes: []string{"EMBEDDING", "action"}}, []eliza.Millis{1}},
			"search":    {store.LogQuery{Search: "50% OF_it"}, []eliza.Millis{1}},
			"no search": {store.LogQuery{Search: "5%o"}, nil},
		} {
			list, err := p.Logs(p.ctx, p.eliza.ID, c.q)
			ok(t, err)
			var got []eliza.Millis
			for _, l := range list {
				got = append(got, l.CreatedAt)
			}
			equal(t, name, got, c.want)
		}
		got, err := p.Log(p.ctx, p.eliza.ID, logs[2].ID)
		ok(t, err)
		equal(t, "log", got, logs[2])
		wantCode(t, p.DeleteLog(p.ctx, p.ada.ID, logs[0].ID), eliza.CodeNotFound)
		ok(t, p.DeleteLog(p.ctx, p.eliza.ID, logs[0].ID))
		_, err = p.Log(p.ctx, p.eliza.ID, logs[0].ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"rows are counted": func(t *testing.T, p place) {
		p.accept(t, p.says("x"))
		st, err := p.Stats(p.ctx)
		ok(t, err)
		if st.Bytes == 0 || st.Schema == 0 {
			t.Error("no size or no version")
		}
		st.Bytes, st.Schema = 0, 0
		equal(t, "stats", st, store.Stats{Database: st.Database, Agents: 2, Active: 2, Channels: 1, Messages: 1, Pending: 2})
	},
}
