// Package ledger is an example of a plugin that goes on beside the agents: it
// keeps what people spend, in a storage of its own, and sums it up every
// evening where it was asked to. It has settings, a service, a listener and a
// worker of tasks.
package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/elizad/elizad/plugin"
)

type ledger struct {
	host  plugin.Host
	heard atomic.Int64
	audit chan entry
}

// entry is what somebody spent.
type entry struct {
	Agent  string  `json:"-"`
	What   string  `json:"what"`
	Amount float64 `json:"amount"`
	At     string  `json:"at"`
}

// Plugin returns the plugin.
func Plugin() plugin.Plugin {
	l := &ledger{audit: make(chan entry, 100)}
	return plugin.Plugin{
		Name: "ledger", Description: "Keeps what people spend",
		Settings: []plugin.Setting{
			{Name: "LEDGER_CURRENCY", Description: "What amounts are in", Default: "EUR"},
			{Name: "LEDGER_LARGE", Kind: plugin.Number, Description: "From which amount on an expense is remarked upon", Default: "1000"},
		},
		Init: func(_ context.Context, host plugin.Host) error {
			l.host = host
			return nil
		},
		Actions: []plugin.Action{
			{Name: "NOTE_EXPENSE", Description: "Write down what somebody spent", Examples: []string{"I paid 12 for lunch"},
				Parameters: json.RawMessage(`{"type":"object","required":["what","amount"],"properties":{"what":{"type":"string"},"amount":{"type":"number"}}}`), Run: l.note},
			{Name: "SUM_UP", Description: "Sum up what was spent, now and every evening",
				Validate: func(context.Context, *plugin.Turn) bool { return l.heard.Load() > 0 }, Run: l.sumUp},
		},
		Routes:    []plugin.Route{{Method: "GET", Path: "/entries", Description: "What was spent", Handle: l.entries}},
		Listeners: []plugin.Listener{{Events: []string{plugin.MessageReceived}, Hear: func(context.Context, plugin.Event) error { l.heard.Add(1); return nil }}},
		Workers:   []plugin.Worker{{Name: "SUM", Execute: l.sum}},
		Services:  []plugin.Service{{Name: "auditor", Start: l.start}},
	}
}

func (l *ledger) note(ctx context.Context, t *plugin.Turn, arguments json.RawMessage) (string, error) {
	e := entry{Agent: t.AgentID, At: time.Now().UTC().Format(time.RFC3339)}
	if err := json.Unmarshal(arguments, &e); err != nil || e.Amount <= 0 {
		return "", plugin.Errorf("INVALID_REQUEST", "an expense is what it was for and an amount")
	}
	value, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	// The message's id as the key: noted again, it is the same expense.
	if err := l.host.Storage().Put(ctx, t.AgentID, "entries", plugin.Document{Key: t.Message.ID, Value: value}); err != nil {
		return "", err
	}
	l.audit <- e
	return fmt.Sprintf("Noted: %.2f %s for %s.", e.Amount, l.host.Setting(ctx, t.AgentID, "LEDGER_CURRENCY"), e.What), nil
}

func (l *ledger) sumUp(ctx context.Context, t *plugin.Turn, _ json.RawMessage) (string, error) {
	for _, task := range []plugin.Task{
		{Worker: "SUM", AgentID: t.AgentID, RoomID: t.RoomID},
		{Worker: "SUM", AgentID: t.AgentID, RoomID: t.RoomID, Cron: "0 20 * * *"},
	} {
		if _, err := l.host.Schedule(ctx, task); err != nil {
			return "", err
		}
	}
	return "I will sum it up.", nil
}

// all are the entries of an agent, up to a thousand.
func (l *ledger) all(ctx context.Context, agent string) (list []entry, total float64, err error) {
	documents, err := l.host.Storage().List(ctx, agent, "entries", "", 1000)
	for _, d := range documents {
		var e entry
		if err := json.Unmarshal(d.Value, &e); err != nil {
			return nil, 0, err
		}
		list, total = append(list, e), total+e.Amount
	}
	return list, total, err
}

func (l *ledger) sum(ctx context.Context, r plugin.TaskRun) (string, error) {
	list, total, err := l.all(ctx, r.Task.AgentID)
	return fmt.Sprintf("%d expenses, %.2f %s in all.", len(list), total, l.host.Setting(ctx, r.Task.AgentID, "LEDGER_CURRENCY")), err
}

func (l *ledger) entries(ctx context.Context, r *plugin.Request) (*plugin.Answer, error) {
	list, total, err := l.all(ctx, r.AgentID)
	return plugin.JSON(map[string]any{"entries": list, "total": total}), err
}

// start begins the auditor, who remarks on what is large.
func (l *ledger) start(context.Context) error {
	l.host.Go("audit", func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case e := <-l.audit:
				var large float64
				if _, err := fmt.Sscan(l.host.Setting(ctx, e.Agent, "LEDGER_LARGE"), &large); err == nil && e.Amount >= large {
					l.host.Log().Warn("a large expense", "what", e.What)
				}
			}
		}
	})
	return nil
}
