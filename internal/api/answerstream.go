package api

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/feed"
	"github.com/elizad/elizad/internal/messaging"
)

// lateTime is how long the news of an answer may be behind the database.
const lateTime = time.Second

const noAnswerYet = "No agent has answered yet; the message is stored and will be answered"

// LastEventID names the event that a client saw last.
type LastEventID struct {
	Header string `header:"Last-Event-ID" maxLength:"100" doc:"The id of the last event that was seen: the stream goes on behind it"`
}

// answerStream is the answer to a post as server-sent events. It is what the
// feed of the channel tells of one message.
type answerStream struct {
	posted   messaging.Posted
	follower *feed.Follower
	exact    bool                           // it goes on where a cut one ended
	gap      bool                           // it should, but cannot
	pending  map[eliza.ID]bool              // agents whose delivery has not ended
	before   map[eliza.ID]bus.DeliveryEnded // by agent: ended by what the database says, but not heard of yet
	last     string                         // id of the newest event
	outcome  outcome
}

// answerOverSSE posts a message and streams what becomes of it. A client that
// was cut posts it again with the same Idempotency-Key or id, and names the
// last event that it saw.
func (a *API) answerOverSSE(ctx context.Context, post messaging.Post, last LastEventID) (*huma.StreamResponse, error) {
	s := &answerStream{}
	if last.Header != "" {
		after, err := feed.Parse(last.Header)
		if err != nil {
			return nil, fail(err)
		}
		s.follower, s.exact = a.feeds.Resume(post.ChannelID, after)
		s.gap = !s.exact
	}
	var err error
	if s.follower == nil {
		if s.follower, err = a.feeds.Follow(post.ChannelID, 0); err != nil {
			return nil, fail(err)
		}
	}
	if err := s.begin(ctx, a, post); err != nil {
		s.follower.Close()
		return nil, fail(err)
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer s.follower.Close()
		ctx, cancel := context.WithTimeout(h.Context(), answerTime)
		defer cancel()
		stream := newEventStream(h)
		defer stream.close()
		s.run(ctx, stream)
	}}, nil
}

func (s *answerStream) begin(ctx context.Context, a *API, post messaging.Post) error {
	var err error
	if s.posted, err = a.Messaging.Post(ctx, post); err != nil {
		return err
	}
	ended, err := a.Messaging.Ended(ctx, s.posted)
	if err != nil {
		return err
	}
	s.exact, s.gap = s.exact && s.posted.Duplicate, s.gap && s.posted.Duplicate
	if s.posted.Duplicate && !s.exact {
		s.follower.Rewind() // to what is recorded of the answer
	}
	s.pending, s.before = map[eliza.ID]bool{}, map[eliza.ID]bus.DeliveryEnded{}
	for _, d := range s.posted.Deliveries {
		s.pending[d.AgentID] = d.State == eliza.Pending
		if d.State == eliza.Pending && d.Reason == eliza.ReasonBudgetPaused {
			s.outcome.hold(bus.DeliveryHeld{Delivery: d})
		}
	}
	for _, e := range ended {
		delete(s.pending, e.Delivery.AgentID)
		s.before[e.Delivery.AgentID] = e
	}
	return nil
}

// run streams until every agent is finished with the message.
func (s *answerStream) run(ctx context.Context, stream *eventStream) {
	start := s.follower.Start()
	start.Seq = max(start.Seq, s.posted.Message.Seq)
	s.last = start.String()
	if s.gap {
		stream.send("", "gap", gapEvent{s.posted.Message.ChannelID, true, "The stream cannot go on behind that event; it begins again"})
	}
	if !s.exact {
		stream.send(s.last, "user_message", viewBus(s.posted.Message))
	}
	for stream.err == nil {
		patience := keepAlive
		if len(s.pending) == 0 {
			patience = 0
			if s.exact && len(s.before) > 0 {
				patience = lateTime
			}
		}
		wait, cancel := context.WithTimeout(ctx, patience)
		events, err := s.follower.Next(wait)
		cancel()
		for _, e := range events {
			s.tell(stream, e)
		}
		stream.write()
		switch {
		case ctx.Err() != nil:
			stream.send("", "error", errorEvent{Error: noAnswerYet})
			return
		case errors.Is(err, feed.ErrLagged), errors.Is(err, feed.ErrClosed) && len(s.pending) > 0:
			stream.cut(err)
			return
		case s.outcome.waits(len(s.pending)):
			held := s.outcome.deliveries[len(s.outcome.deliveries)-1]
			stream.send(s.last, "error", errorEvent{Error: held.Detail, Reason: held.Reason})
			return
		case len(s.pending) == 0 && (err != nil || len(s.before) == 0):
			s.end(stream)
			return
		case err != nil:
			stream.comment("keep-alive")
		}
	}
}

type chunkEvent struct {
	MessageID eliza.ID `json:"messageId"`
	Chunk     string   `json:"chunk"`
	Index     int      `json:"index"`
	AgentID   eliza.ID `json:"agentId"`
}

type errorEvent struct {
	Error  string       `json:"error"`
	Reason eliza.Reason `json:"reason,omitempty"`
}

// tell takes an event of the channel, if it is about the message.
func (s *answerStream) tell(stream *eventStream, e feed.Event) {
	switch news := e.News.(type) {
	case bus.StreamChunk:
		if news.MessageID == s.posted.Message.ID {
			s.last = e.String()
			stream.put(s.last, "chunk", chunkEvent{news.ReplyID, news.Text, news.Index, news.AgentID})
		}
	case bus.DeliveryHeld:
		if news.Delivery.MessageID == s.posted.Message.ID && s.pending[news.Delivery.AgentID] {
			s.last = e.String()
			s.outcome.hold(news)
		}
	case bus.DeliveryEnded:
		agent := news.Delivery.AgentID
		_, known := s.before[agent]
		if news.Delivery.MessageID == s.posted.Message.ID && (known || s.pending[agent]) {
			s.last = e.String()
			delete(s.pending, agent)
			delete(s.before, agent)
			s.outcome.add(news)
		}
	}
}

// end sends done or error.
func (s *answerStream) end(stream *eventStream) {
	for _, d := range s.posted.Deliveries {
		if e, only := s.before[d.AgentID]; only {
			s.outcome.add(e)
		}
	}
	o := &s.outcome
	if err := o.err(); err != nil {
		stream.send(s.last, "error", errorEvent{Error: eliza.ErrorMessage(err), Reason: o.failed.Reason})
		return
	}
	if o.answer == nil {
		o.answer = &agentResponse{Actions: []string{"NONE"}, Providers: []string{}, Thought: "No agent takes part in this channel."}
	}
	stream.send(s.last, "done", o.answer)
}
