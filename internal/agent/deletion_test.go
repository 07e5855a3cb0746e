package agent_test

import (
	"context"
	"testing"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// endless is a model that writes one word and then goes on for ever.
type endless struct {
	began   chan struct{} // one token for each call that has written its word
	stopped chan error    // why each call ended
}

func newEndless() *endless { return &endless{make(chan struct{}, 16), make(chan error, 16)} }

func (m *endless) Generate(ctx context.Context, req model.Request, chunk func(string)) (model.Answer, error) {
	if chunk != nil {
		chunk("Once ")
	}
	m.began <- struct{}{}
	<-ctx.Done()
	if chunk != nil {
		chunk("upon")
	}
	m.stopped <- context.Cause(ctx)
	return model.Answer{}, context.Cause(ctx)
}

// TestWhatIsDeletedIsNotAnswered deletes what a turn is about while its model
// writes: the call ends, who waits hears why, and nothing is written after it.
func TestWhatIsDeletedIsNotAnswered(t *testing.T) {
	type scene struct {
		*rig
		agent   eliza.Agent
		server  eliza.MessageServer
		channel eliza.Channel
		message eliza.Message
	}
	for name, c := range map[string]struct {
		reason eliza.Reason
		remove func(*scene) error
		of     func(*scene, bus.Event) bool // the event of the deletion; nil: none is told in the channel
	}{
		"message": {eliza.ReasonDeleted, func(s *scene) error { return s.messaging.DeleteMessage(s.t.Context(), s.channel.ID, s.message.ID) },
			func(s *scene, e bus.Event) bool {
				return e == bus.MessageDeleted{ChannelID: s.channel.ID, MessageID: s.message.ID}
			}},
		"messages of its author": {eliza.ReasonDeleted, func(s *scene) error {
			_, err := s.messaging.DeleteMessagesOf(s.t.Context(), s.channel.ID, s.person)
			return err
		}, func(s *scene, e bus.Event) bool {
			return e == bus.MessageDeleted{ChannelID: s.channel.ID, MessageID: s.message.ID}
		}},
		"all messages of the channel": {eliza.ReasonDeleted, func(s *scene) error {
			_, err := s.messaging.ClearChannel(s.t.Context(), s.channel.ID)
			return err
		}, func(s *scene, e bus.Event) bool { return e == bus.ChannelCleared{ChannelID: s.channel.ID} }},
		"channel": {eliza.ReasonChannelDeleted, func(s *scene) error { return s.messaging.DeleteChannel(s.t.Context(), s.channel.ID) },
			func(s *scene, e bus.Event) bool { return e == bus.ChannelDeleted{ChannelID: s.channel.ID} }},
		"message server": {eliza.ReasonChannelDeleted, func(s *scene) error { return s.messaging.DeleteServer(s.t.Context(), s.server.ID) },
			func(s *scene, e bus.Event) bool { return e == bus.ChannelDeleted{ChannelID: s.channel.ID} }},
		"agent": {eliza.ReasonAgentDeleted, func(s *scene) error { return s.agents.Delete(s.t.Context(), s.agent.ID) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := newEndless()
			s := &scene{rig: newRig(t, func(r *rig) { r.text = m })}
			s.agent = s.rig.agent("Teller")
			var err error
			if s.server, err = s.messaging.CreateServer(t.Context(), eliza.MessageServer{Name: "its own"}); err != nil {
				t.Fatal(err)
			}
			s.channel, err = s.messaging.CreateChannel(t.Context(), eliza.Channel{ServerID: s.server.ID, Name: "tales", Type: eliza.TypeDM}, []eliza.ID{s.person, s.agent.ID})
			if err != nil {
				t.Fatal(err)
			}
			posted, follower, err := s.messaging.PostAndFollow(t.Context(), messaging.Post{ChannelID: s.channel.ID, AuthorID: s.person, Content: "tell a tale", SourceType: "test"})
			if err != nil {
				t.Fatal(err)
			}
			defer follower.Close()
			s.message = posted.Message
			behind := s.say(s.channel, "and then?").Message // waits in the same lane
			<-m.began
			if err := c.remove(s); err != nil {
				t.Fatal(err)
			}
			<-m.stopped
			var end *bus.DeliveryEnded
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			for e, err := follower.Next(ctx); e != nil || err != nil; e, err = follower.Next(ctx) {
				if err != nil {
					t.Fatal(err)
				}
				if d, is := e.(bus.DeliveryEnded); is {
					end = &d
				}
			}
			if end == nil || end.Delivery.State != eliza.Failed || end.Delivery.Reason != c.reason || end.Delivery.Detail == "" || end.Reply != nil {
				t.Fatalf("who waits hears of %+v, want a failure for %s", end, c.reason)
			}
			if name != "message" {
				s.ended(behind.ID, s.agent.ID)
			}
			s.await("the end of the turn", func(e bus.Event) bool {
				done, is := e.(bus.TurnEnded)
				return is && done == bus.TurnEnded{ChannelID: s.channel.ID, ServerID: s.server.ID, MessageID: s.message.ID, AgentID: s.agent.ID}
			})
			if c.of != nil {
				s.await("the news of the deletion", func(e bus.Event) bool { return c.of(s, e) })
			}
			s.rig.stopNow() // whatever the turn still says is on the bus then
			ended, written := false, ""
			for _, e := range s.soFar() {
				ended = ended || c.of != nil && c.of(s, e)
				switch e := e.(type) {
				case bus.StreamChunk:
					if e.MessageID == s.message.ID {
						written += e.Text
					}
					if ended && e.MessageID == s.message.ID {
						t.Errorf("%q is written after the deletion", e.Text)
					}
				case bus.MessagePosted:
					if e.Message.AuthorID == s.agent.ID {
						t.Errorf("it is answered with %q", e.Message.Content)
					}
				}
			}
			if written != "Once " {
				t.Errorf("written: %q", written)
			}
			s.rig.start()
		})
	}
}

// TestWhatIsLeftOfABatchIsAnswered deletes one of two messages that one turn
// is about: the other is answered, and the deleted one is not part of it.
func TestWhatIsLeftOfABatchIsAnswered(t *testing.T) {
	for name, gone := range map[string]int{"the earlier": 0, "the later": 1} {
		t.Run(name, func(t *testing.T) {
			m := newEndless()
			r := newRig(t, func(r *rig) { r.text = m })
			a := r.agent("Teller", "waitingMessages=fold")
			room := r.channel(eliza.TypeDM, r.person, a.ID)
			first := r.say(room, "hold on").Message
			<-m.began
			both := []eliza.Message{r.say(room, "one").Message, r.say(room, "two").Message}
			if err := r.messaging.DeleteMessage(t.Context(), room.ID, first.ID); err != nil {
				t.Fatal(err)
			}
			<-m.stopped
			<-m.began // the turn about both
			if err := r.messaging.DeleteMessage(t.Context(), room.ID, both[gone].ID); err != nil {
				t.Fatal(err)
			}
			<-m.stopped
			<-m.began // the turn about the other
			if e := r.ended(both[gone].ID, a.ID); e.Delivery.Reason != eliza.ReasonDeleted {
				t.Errorf("the deleted one ended as %+v", e.Delivery)
			}
			rest, err := r.store.Deliveries(t.Context(), both[1-gone].ID)
			if err != nil || len(rest) != 1 || rest[0].State != eliza.Pending {
				t.Fatalf("the other is %+v, %v", rest, err)
			}
			if err := r.messaging.DeleteMessage(t.Context(), room.ID, both[1-gone].ID); err != nil {
				t.Fatal(err)
			}
			<-m.stopped
			if _, n, err := r.store.Memories(t.Context(), a.ID, store.MemoryQuery{Type: eliza.MemoryMessages}); err != nil || n != 0 {
				t.Errorf("%d memories of what was deleted, %v", n, err)
			}
		})
	}
}
