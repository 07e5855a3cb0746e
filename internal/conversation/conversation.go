// Package conversation lets a person talk with an agent by voice. It adds no
// pipeline: what the person says is heard, posted as a message of a channel
// like any other, and the agent's answer is spoken sentence by sentence while
// it is being written.
//
//	reply, err := service.Talk(ctx, conversation.Talk{AgentID: agent, UserID: user, Recording: wav}, func(e conversation.Event) error {
//		// Heard, then Said for each sentence
//	})
//
// Who interrupts the agent has it stop, and the stored answer becomes what was
// heard of it ([Reply.Interrupt]).
package conversation

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
)

// answerTime bounds how long a talk waits for the agent; the message is
// answered all the same.
const answerTime = 10 * time.Minute

// Service holds talks. It is safe for concurrent use.
type Service struct {
	speech    *speech.Service
	agents    *agent.Service
	messaging *messaging.Service
}

// New makes the service.
func New(s *speech.Service, a *agent.Service, m *messaging.Service) *Service {
	return &Service{s, a, m}
}

// Talk is something said to an agent.
type Talk struct {
	AgentID   eliza.ID
	UserID    eliza.ID // who speaks; NoID for messaging.Anonymous
	UserName  string   // display name; may be empty
	ChannelID eliza.ID // where; NoID for the DM of the two. One that is not there is made
	ServerID  eliza.ID // of a channel that is made
	Recording []byte   // what was said; or
	Text      string   // the same, written down already
	Language  string   // of the recording; "" when nobody knows
	Wish      speech.Wish
	Metadata  map[string]any
	SourceID  string
	Origin    bus.Origin
}

// Event is [Heard] or [Said].
type Event any

// Heard tells what was understood; the message is stored.
type Heard struct {
	Transcript speech.Transcript // its engine is empty for a talk in writing
	Message    eliza.Message
	Speaker    *speech.Speaker
}

// Said is a sentence of the answer as audio.
type Said struct {
	Index int // 0, 1, 2 ...
	Text  string
	Clip  sound.Clip    // may be without samples, for what cannot be said aloud
	Start time.Duration // within all that is said

	length time.Duration
}

// Reply is how a talk went.
type Reply struct {
	Heard    Heard
	Said     []Said         // without their clips
	Text     string         // the whole answer; "" when the agent stayed silent
	Delivery eliza.Delivery // its state is empty while the agent has not answered

	agent eliza.ID
}

// Talk hears, posts and speaks, and calls hand with each event, from one
// goroutine. The first sentence is handed on as soon as the model has written
// it. An error of hand ends the talk; the message is answered all the same.
// Error codes: those of speech.Service and messaging.Service.Post, NOT_FOUND
// (agent), INVALID_REQUEST when nothing was said, that of the reason
// (eliza.Reason.Code) when the agent failed.
func (s *Service) Talk(ctx context.Context, t Talk, hand func(Event) error) (*Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	found, err := s.agents.Agent(ctx, t.AgentID)
	if err != nil {
		return nil, err
	}
	speaker, err := s.speech.Speaker(&found.Character, t.Wish)
	if err != nil {
		return nil, err
	}
	heard := speech.Transcript{Text: t.Text}
	if t.Text == "" {
		if heard, err = s.speech.Hear(ctx, &found.Character, t.Recording, t.Language); err != nil {
			return nil, err
		}
	}
	if strings.TrimSpace(heard.Text) == "" {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "audio: nothing was said in the recording")
	}
	posted, follower, err := s.post(ctx, &t, heard)
	if err != nil {
		return nil, err
	}
	defer follower.Close()
	r := &Reply{Heard: Heard{heard, posted.Message, speaker}, agent: t.AgentID}
	if err := hand(r.Heard); err != nil {
		return r, err
	}
	return r, s.answer(ctx, r, t.AgentID, follower, hand)
}

// post makes the message of what was said.
func (s *Service) post(ctx context.Context, t *Talk, heard speech.Transcript) (messaging.Posted, *messaging.Follower, error) {
	user := cmp.Or(t.UserID, messaging.Anonymous)
	channel := t.ChannelID
	if channel == eliza.NoID {
		dm, err := s.messaging.DirectChannel(ctx, t.ServerID, user, t.AgentID)
		if err != nil {
			return messaging.Posted{}, nil, err
		}
		channel = dm.ID
	} else if err := s.messaging.EnsureChannel(ctx, eliza.Channel{
		ID: channel, ServerID: t.ServerID, Name: "DM " + channel.String()[:8], Type: eliza.TypeDM, SourceType: "auto_created",
	}, []eliza.ID{user, t.AgentID}); err != nil {
		return messaging.Posted{}, nil, err
	}
	metadata := maps.Clone(t.Metadata)
	if metadata == nil {
		metadata = map[string]any{}
	}
	metadata["spoken"] = t.Text == ""
	return s.messaging.PostAndFollow(ctx, messaging.Post{
		ChannelID: channel, ServerID: t.ServerID, AuthorID: user, AuthorName: t.UserName, Content: heard.Text, SourceType: eliza.SourceVoice, SourceID: t.SourceID,
		Metadata: metadata, Origin: t.Origin,
	})
}

// answer speaks what the agent writes, as it comes.
func (s *Service) answer(ctx context.Context, r *Reply, agent eliza.ID, follower *messaging.Follower, hand func(Event) error) error {
	var cutter speech.Cutter
	written := false
	say := func(sentences []string) error {
		for _, sentence := range sentences {
			if err := s.say(ctx, r, sentence, hand); err != nil {
				return err
			}
		}
		return nil
	}
	for {
		e, err := follower.Next(ctx)
		switch {
		case err != nil && errors.Is(err, context.DeadlineExceeded):
			return eliza.Errorf(eliza.CodeTimeout, "The agent has not answered yet; the message is stored and will be answered")
		case err != nil:
			return err
		case e == nil:
			return eliza.Errorf(eliza.CodeProcessing, "The agent takes no part in this channel")
		}
		switch e := e.(type) {
		case bus.StreamChunk:
			if e.AgentID == agent {
				written = true
				err = say(cutter.Add(e.Text))
			}
		case bus.DeliveryHeld:
			if e.Delivery.AgentID == agent {
				r.Delivery = e.Delivery
				return eliza.Errorf(eliza.CodeRateLimit, "%s", e.Delivery.Detail)
			}
		case bus.DeliveryEnded:
			if e.Delivery.AgentID != agent {
				continue
			}
			r.Delivery = e.Delivery
			if e.Reply != nil {
				r.Text = e.Reply.Content
				if !written { // it was answered before
					err = say(cutter.Add(r.Text))
				}
			}
			if err == nil && e.Delivery.State != eliza.Failed {
				err = say(cutter.Rest())
			}
			if err == nil {
				err = failure(e.Delivery)
			}
			if err == nil {
				err = r.Heard.Speaker.Silent()
			}
			return err
		}
		if err != nil {
			return err
		}
	}
}

func (s *Service) say(ctx context.Context, r *Reply, sentence string, hand func(Event) error) error {
	clip, err := r.Heard.Speaker.Say(ctx, sentence)
	if err != nil {
		return err
	}
	said := Said{Index: len(r.Said), Text: sentence, Clip: clip, Start: r.Duration(), length: clip.Duration()}
	kept := said
	kept.Clip = sound.Clip{}
	r.Said = append(r.Said, kept)
	return hand(said)
}

// failure words a delivery that failed.
func failure(d eliza.Delivery) error {
	if d.State != eliza.Failed {
		return nil
	}
	return eliza.Errorf(d.Reason.Code(), "%s", d.Detail)
}
