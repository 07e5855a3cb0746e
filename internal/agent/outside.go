package agent

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
	"github.com/elizad/elizad/internal/model"
)

// maxKept is how much of a result is kept for a turn that is begun again.
const maxKept = 16 << 10

// outsideAction calls what cannot be undone. It is written down before and after: a
// turn that is begun again, because the server or the database failed, gets
// the first result, and what may have happened is not done again.
func outsideAction(ctx context.Context, action *Action, t *Turn, call model.ToolCall) (string, error) {
	record := eliza.OutsideCall{MessageID: t.Message.ID, AgentID: t.Agent.ID, Name: t.callName(action, call), State: eliza.OutsideBegun, CreatedAt: eliza.Now()}
	known, first, err := t.service.store.BeginCall(ctx, record)
	switch {
	case err != nil:
		return "", fmt.Errorf("write down a call: %w", err)
	case !first && known.State == eliza.OutsideDone:
		t.event("ACTION_KNOWN", map[string]any{"actionName": action.Name, "status": "done"})
		return known.Result, nil
	case !first:
		t.event("ACTION_KNOWN", map[string]any{"actionName": action.Name, "status": "unknown"})
		return "", eliza.Errorf(eliza.CodeConflict, "it is unknown whether it was done: the server stopped in the middle of it, and it is not done twice")
	}
	failpoint.Hit("before a call outside", t.Message.ID)
	said, err := runAction(ctx, action, t, call)
	failpoint.Hit("after a call outside", t.Message.ID)
	if err != nil && ctx.Err() != nil { // it may have happened
		return said, err
	}
	record.State, record.Result, record.EndedAt = eliza.OutsideDone, said, eliza.Now()
	if err != nil {
		record.Result = "That did not work: " + eliza.ErrorMessage(err)
	}
	if len(record.Result) > maxKept {
		record.Result = record.Result[:maxKept]
	}
	if stored := t.service.store.EndCall(context.WithoutCancel(ctx), record); stored != nil {
		t.service.log.Error("the end of a call was not written down", "agent", t.Agent.Name, "agentId", t.Agent.ID, "action", action.Name, "error", stored)
	}
	return said, err
}

// callName names a call within its turn: what is called, with what, and which
// time it is.
func (t *Turn) callName(action *Action, call model.ToolCall) string {
	name := action.Name + " " + fingerprint(call.Arguments)
	if t.calls == nil {
		t.calls = map[string]int{}
	}
	t.calls[name]++
	return fmt.Sprintf("%s %d", name, t.calls[name])
}
