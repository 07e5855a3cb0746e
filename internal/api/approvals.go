package api

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/socketio"
)

func (a *API) approvalRoutes() {
	const tag = "Approvals"
	add(a, operation{id: "list-approvals", method: "GET", paths: []string{"/api/agents/{agentId}/approvals"}, tag: tag, errors: []int{404},
		summary: "List what an agent asks a person's yes for, newest first"}, a.listApprovals)
	add(a, operation{id: "get-approval", method: "GET", paths: []string{"/api/approvals/{approvalId}"}, tag: tag, errors: []int{404},
		summary: "Get a request for a person's yes"}, a.getApproval)
	add(a, operation{id: "decide-approval", method: "POST", paths: []string{"/api/approvals/{approvalId}"}, tag: tag, errors: []int{404, 409}, needs: eliza.RightAdmin,
		summary: "Say yes or no to what an agent wants to do",
		about:   "After a yes it is done once, with the arguments that the request shows. The turn goes on either way, also when the server was restarted meanwhile."}, a.decideApproval)
}

type approvalView struct {
	ID        eliza.ID            `json:"id"`
	AgentID   eliza.ID            `json:"agentId"`
	ChannelID eliza.ID            `json:"channelId"`
	MessageID eliza.ID            `json:"messageId" doc:"The message whose answer waits"`
	EntityID  eliza.ID            `json:"entityId" doc:"Who wrote it"`
	RunID     eliza.ID            `json:"runId"`
	Action    string              `json:"action"`
	Arguments anyJSON             `json:"arguments"`
	Why       string              `json:"why" doc:"Why it is not done without asking"`
	State     eliza.ApprovalState `json:"state" enum:"pending,approved,denied,expired"`
	DecidedBy string              `json:"decidedBy,omitempty"`
	CreatedAt eliza.Millis        `json:"createdAt"`
	ExpiresAt eliza.Millis        `json:"expiresAt" doc:"When it counts as a no"`
	DecidedAt eliza.Millis        `json:"decidedAt,omitempty"`
}

func viewApproval(p eliza.Approval) approvalView {
	arguments := anyJSON(p.Arguments)
	if !json.Valid(arguments) {
		arguments = anyJSON("{}")
	}
	return approvalView{p.ID, p.AgentID, p.ChannelID, p.MessageID, p.EntityID, p.RunID, p.Action, arguments, p.Why, p.State, p.DecidedBy, p.CreatedAt, p.ExpiresAt, p.DecidedAt}
}

type approvalQuery struct {
	AgentPath
	State  string `query:"state" enum:"pending,approved,denied,expired"`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100"`
	Offset int    `query:"offset" minimum:"0" maximum:"100000"`
}

type approvalList struct {
	Approvals []approvalView `json:"approvals"`
	Total     int            `json:"total"`
}

func (a *API) listApprovals(ctx context.Context, in *approvalQuery) (*answer[approvalList], error) {
	list, total, err := a.Agents.Approvals(ctx, eliza.ID(in.AgentID), eliza.ApprovalState(in.State), in.Limit, in.Offset)
	if err != nil {
		return nil, fail(err)
	}
	return ok(approvalList{views(list, viewApproval), total}), nil
}

// ApprovalPath names a request for approval.
type ApprovalPath struct {
	ApprovalID ID `path:"approvalId"`
}

func (a *API) getApproval(ctx context.Context, in *ApprovalPath) (*answer[approvalView], error) {
	p, err := a.Agents.Approval(ctx, eliza.ID(in.ApprovalID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewApproval(p)), nil
}

type decisionBody struct {
	ApprovalPath
	Body struct {
		Decision string `json:"decision" enum:"approve,deny"`
		By       string `json:"by,omitempty" maxLength:"200" doc:"Who decides, for the record; the key's name when absent"`
	}
}

func (a *API) decideApproval(ctx context.Context, in *decisionBody) (*answer[approvalView], error) {
	p, err := a.decide(ctx, visitOf(ctx).grant, eliza.ID(in.ApprovalID), in.Body.Decision, in.Body.By)
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewApproval(p)), nil
}

func (a *API) decide(ctx context.Context, g access.Grant, id eliza.ID, decision, by string) (eliza.Approval, error) {
	by = cmp.Or(by, g.Name, "an admin")
	p, err := a.Agents.Decide(ctx, id, decision == "approve", by)
	if err == nil {
		a.log(ctx).Info("a request was decided", "action", p.Action, "agentId", p.AgentID, "decision", p.State, "by", by)
	}
	return p, err
}

// approvalNewsOf names what clients are told of requests for a yes.
func approvalNewsOf(e bus.Event) (event string, payload any) {
	switch e := e.(type) {
	case bus.ApprovalRequested:
		return "approvalRequested", viewApproval(e.Approval)
	case bus.ApprovalDecided:
		return "approvalDecided", viewApproval(e.Approval)
	}
	return "", nil
}

// approve is the event by which a socket decides.
func (rt *realtime) approve(ctx context.Context, e *socketio.Event, g *guest, payload json.RawMessage) {
	var said struct {
		ApprovalID string `json:"approvalId"`
		Decision   string `json:"decision"`
		By         string `json:"by"`
	}
	id, err := eliza.NoID, decode(payload, &said)
	if err == nil {
		id, err = eliza.ParseID(said.ApprovalID)
	}
	if err != nil || said.Decision != "approve" && said.Decision != "deny" || len(said.By) > 200 {
		rt.refuse(e, "", "A decision needs approvalId, and approve or deny as decision.")
		return
	}
	p, err := rt.api.decide(ctx, g.grant, id, said.Decision, said.By)
	if err != nil {
		rt.refuse(e, "", eliza.ErrorMessage(err))
		return
	}
	rt.ack(e, viewApproval(p))
}
