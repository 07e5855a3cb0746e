package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/model"
)

const (
	// maxAttempts is how often a message may take the server down with it.
	maxAttempts = 10
	// finishTime bounds the storing of a turn whose own time is over.
	finishTime = 15 * time.Second
)

// Turn is one agent dealing with one message, or with several that waited.
// It lives as long as the turn; only its goroutine touches what is not said to be
// safe for others.
type Turn struct {
	Agent   eliza.Agent
	Message eliza.Message
	Room    eliza.Room
	Speaker string // display name of the author
	Now     eliza.Millis

	service        *Service
	delivery       eliza.Delivery
	before         []eliza.Message // messages that waited too and are answered together with this one
	others         []eliza.Delivery
	world          eliza.World
	since          eliza.Millis   // from when on the author is in the room
	clock          *time.Location // of the author, see zone
	clockErr       error
	repliesToAgent bool
	conversation   []model.Turn
	shown          map[eliza.ID]bool // messages that stand in the conversation
	withFiles      []eliza.Message   // those of them with attachments
	recalled       []model.Recollection
	perceived      map[eliza.ID][]map[string]any // what came with the messages of the turn
	earlier        []map[string]any              // what came with messages of the conversation

	cancel context.CancelCauseFunc // ends the turn from outside; safe for any goroutine
	stream stream                  // safe for any goroutine
	spoken atomic.Bool             // Interrupt may end it; safe for any goroutine

	run     eliza.Run
	logs    []eliza.Log
	replyID eliza.ID
	text    strings.Builder // what was written so far
	apart   bool            // what is written next begins a new passage of it
	held    string          // white space with which that begins
	chunks  int
	done    []string // names of the actions that ran
	said    []string // what the actions say of themselves

	thinking   thinking
	unanswered bool            // the model wrote nothing after what it looked up
	thought    string          // what the model said to itself
	decision   *eliza.Approval // of the first call that waits
	calls      map[string]int  // of what is outside, by name

	own  *actionSet // actions that only this agent has; nil for none
	acts int        // actions that were asked for
	did  []string   // what came of each, for the model
	read []source   // whose words the model has read, besides the author's

	worldData map[string]any // metadata of the world, see metadata
	worldRead bool

	payer   *budget.Payer
	budgets int64            // their changes when the turn began
	over    *budget.Exceeded // the budget that has nothing left for the turn's tools
	undo    func()           // gives back what the turn itself took
	retryAt eliza.Millis     // when the budget that ended the turn begins anew

	effects  Effects
	awaiting []eliza.Task // a choice in this room
}

// turn runs one turn to its end: the delivery is ended when it returns
// turnDone. A panic in it fails this turn alone.
func (s *Service) turn(parent context.Context, batch []waiting) (r result) {
	if s.held(parent, batch) {
		return turnPaused
	}
	ctx, cancel := context.WithTimeout(parent, s.options.TurnTimeout)
	defer cancel()
	t := &Turn{service: s, Now: eliza.Now(), replyID: eliza.NewID(), delivery: batch[len(batch)-1].delivery}
	ctx, t.cancel = context.WithCancelCause(ctx)
	defer t.cancel(nil)
	defer s.running.add(t, batch)()
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("a turn panicked", "agent", t.delivery.AgentID, "message", t.delivery.MessageID, "error", eliza.Recovered(p))
			r = t.end(parent, eliza.Failed, eliza.ReasonInternal, "The turn broke down.")
		}
	}()
	err := t.begin(ctx, batch)
	switch {
	case errors.Is(err, errPaused):
		return turnPaused
	case eliza.ErrorCode(err) == eliza.CodeNotFound: // deleted meanwhile, and the delivery with it
		return turnDone
	case err != nil:
		return t.broken(ctx, parent, err)
	}
	t.spoken.Store(t.Message.SourceType == eliza.SourceVoice)
	if t.delivery.Attempts >= maxAttempts {
		return t.end(parent, eliza.Failed, eliza.ReasonInterrupted, fmt.Sprintf("The turn was interrupted %d times.", t.delivery.Attempts))
	}
	v := shouldRespond(t)
	ctx = t.pay(ctx)
	if t.delivery.Reason == eliza.ReasonApprovalDecided {
		if err := t.resume(ctx); err != nil {
			return t.broken(ctx, parent, err)
		}
		v = verdict{answer: true}
	}
	if v.ask || v.answer {
		if err := t.takeTurn(ctx); err != nil {
			return t.broken(ctx, parent, err)
		}
		if err := t.perceive(ctx); err != nil {
			return t.broken(ctx, parent, err)
		}
		if err := t.compose(ctx); err != nil {
			return t.broken(ctx, parent, err)
		}
	}
	if v.ask {
		if v, err = t.askModel(ctx); err != nil {
			return t.broken(ctx, parent, err)
		}
	}
	if !v.answer {
		return t.end(parent, eliza.Ignored, v.reason, v.detail)
	}
	if err := t.think(ctx); err != nil {
		return t.broken(ctx, parent, err)
	}
	return t.conclude(parent)
}

// broken ends a turn that could not go on, or leaves it for later when the
// reason lies with the server.
func (t *Turn) broken(ctx, parent context.Context, err error) result {
	var call *model.CallError
	var stopped *interruption
	var over *budget.Exceeded
	switch {
	case parent.Err() != nil: // the server stops: the delivery is handed back
		return turnPaused
	case errors.Is(err, errWaits):
		return turnDone
	case errors.Is(context.Cause(ctx), errDeleted):
		return turnAgain
	case errors.As(context.Cause(ctx), &stopped):
		return t.cutShort(parent, stopped)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return t.failStream(parent, eliza.ReasonTimeout, fmt.Sprintf("No answer within %s.", t.service.options.TurnTimeout))
	case errors.As(err, &over):
		return t.overspent(parent, over)
	case errors.As(err, &call):
		return t.failStream(parent, eliza.ReasonModelError, failureOf(call))
	}
	t.service.log.Error("a turn failed", "agent", t.Agent.Name, "agentId", t.Agent.ID, "message", t.delivery.MessageID, "error", err)
	if code := eliza.ErrorCode(err); code == eliza.CodeDatabase || code == eliza.CodeUnavailable {
		return turnRetry
	}
	return t.failStream(parent, eliza.ReasonInternal, "The turn failed.")
}

func (t *Turn) failStream(ctx context.Context, reason eliza.Reason, detail string) result {
	t.stream.fail(t.service.bus, bus.StreamFailed{
		ChannelID: t.Message.ChannelID, MessageID: t.Message.ID, ReplyID: t.replyID, AgentID: t.Agent.ID, Error: detail, Partial: t.text.String(),
	})
	return t.end(ctx, eliza.Failed, reason, detail)
}

// conclude decides what the turn comes to once the model has spoken.
func (t *Turn) conclude(ctx context.Context) result {
	silent := false
	for _, name := range t.done {
		silent = silent || name == "IGNORE" || name == "NONE"
	}
	if !silent && (t.unanswered || strings.TrimSpace(t.text.String()) == "") {
		t.passage()
		t.emit(t.answerless())
	}
	switch {
	case strings.TrimSpace(t.text.String()) != "":
		return t.end(ctx, eliza.Replied, "", "")
	case silent:
		return t.end(ctx, eliza.Ignored, eliza.ReasonModelDecided, "The model chose to stay silent.")
	}
	return t.failStream(ctx, eliza.ReasonNoAnswer, "The model wrote nothing.")
}

// generate calls the character's text model and keeps account of it.
func (t *Turn) generate(ctx context.Context, req model.Request, chunk func(string)) (model.Answer, error) {
	if t.over != nil {
		return model.Answer{}, t.over
	}
	text, choice := t.service.models.Text(&t.Agent.Character)
	failpoint.Hit("before the model", t.Message.ID)
	answer, err := text.Generate(ctx, req, chunk)
	failpoint.Hit("after the model", t.Message.ID)
	t.service.options.Budgets.Price(choice, &answer)
	t.run.Usage.Add(answer.Usage)
	if req.Purpose == model.ForReply && answer.Thought != "" {
		t.ponder(answer.Thought)
		t.thinking.Reasoned = true
	}
	if len(answer.Omitted) > 0 {
		t.event("CONTEXT_TRIMMED", map[string]any{"modelType": modelType(req.Purpose), "omitted": answer.Omitted})
	}
	used := map[string]any{
		"modelType": modelType(req.Purpose), "provider": choice.Provider, "model": answer.Model, "executionTime": answer.Usage.ModelMillis,
		"inputTokens": answer.Usage.InputTokens, "outputTokens": answer.Usage.OutputTokens, "response": ends(answer.Text, maxNoted),
	}
	if err != nil {
		used["error"] = err.Error()
	}
	t.event("MODEL_USED", used)
	t.addLog("useModel:"+modelType(req.Purpose), err, used)
	return answer, err
}

// ponder keeps what the model said to itself, beside what it said before.
func (t *Turn) ponder(thought string) {
	if thought = strings.TrimSpace(thought); thought != "" {
		t.thought = ends(strings.TrimSpace(t.thought+"\n\n"+thought), maxThought)
	}
}

// failureOf says for a person why a model did not answer.
func failureOf(call *model.CallError) string {
	switch call.Kind {
	case model.ContentFilter:
		return "The provider held the answer back (content filter)."
	case model.ContextTooLong:
		return "The conversation is too long for the model: " + call.Error()
	}
	return "The model did not answer: " + call.Error()
}

// modelType is ElizaOS's word for the model that serves a purpose.
func modelType(p model.Purpose) string {
	if p == model.ForShouldRespond {
		return "TEXT_SMALL"
	}
	return "TEXT_LARGE"
}

// recallQuery asks for what the agent knows in this room and of this person.
func (t *Turn) recallQuery(text string) memory.Query {
	return memory.Query{
		AgentID: t.Agent.ID, AgentName: t.Agent.Name, RoomID: t.Room.ID, EntityID: t.Message.AuthorID, Text: ends(text, maxRecalled), Except: t.Message.ID, Limit: 8,
		Now: t.Now, Public: !t.Room.Type.Private(), Since: t.since,
	}
}
