package feed

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// rig is a hub whose events are numbered chunks.
type rig struct {
	t *testing.T
	*Hub
	news *bus.Bus
	n    int
}

func newRig(t *testing.T, limits Limits) *rig {
	t.Helper()
	r := &rig{t: t, news: bus.New()}
	r.Hub = New(r.news, func(e bus.Event) (string, []byte) {
		switch e := e.(type) {
		case bus.StreamChunk:
			return "chunk", []byte(e.Text)
		case bus.MessagePosted:
			return "message", []byte(e.Message.Content)
		}
		return "", nil
	}, limits)
	t.Cleanup(r.news.Close)
	return r
}

func (r *rig) follow(channel eliza.ID) *Follower {
	r.t.Helper()
	f, err := r.Follow(channel, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

func (r *rig) say(channel eliza.ID, times int) {
	for range times {
		r.n++
		r.news.Publish(bus.StreamChunk{ChannelID: channel, Text: fmt.Sprint(r.n)})
	}
}

// hears reads as many events and returns their data and the last id.
func (r *rig) hears(f *Follower, want int) (data []string, last Position) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	for len(data) < want {
		events, err := f.Next(ctx)
		if err != nil {
			r.t.Fatalf("after %v: %v", data, err)
		}
		for _, e := range events {
			data, last = append(data, string(e.Data)), e.Position
		}
	}
	return data, last
}

func TestAFollowerGoesOnBehindAnyEvent(t *testing.T) {
	r := newRig(t, Limits{})
	channel := eliza.NewID()
	first := r.follow(channel)
	r.say(channel, 5)
	ids := []Position{first.Start()}
	ctx := t.Context()
	for len(ids) < 6 {
		events, err := first.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			ids = append(ids, e.Position)
		}
	}
	first.Close()
	r.say(channel, 2) // nobody follows, and it is heard all the same
	for seen, id := range ids {
		read, err := Parse(id.String())
		if err != nil || read != id {
			t.Fatalf("%v was read as %v: %v", id, read, err)
		}
		f, exact := r.Resume(channel, read)
		if !exact {
			t.Fatalf("it cannot go on behind %v", id)
		}
		got, _ := r.hears(f, 7-seen)
		for i, text := range got {
			if text != fmt.Sprint(seen+i+1) {
				t.Errorf("behind event %d came %v", seen, got)
			}
		}
		f.Close()
	}
}

func TestWhatIsNotOfTheRecordIsNotGoneOnWith(t *testing.T) {
	r := newRig(t, Limits{Events: 4})
	channel := eliza.NewID()
	f := r.follow(channel)
	start := f.Start()
	r.say(channel, 10)
	r.news.Close()
	again := r.follow(channel)
	again.Rewind()
	_, last := r.hears(again, 4)
	future, foreign := last, last
	future.Offset++
	foreign.Epoch = "x"
	for name, p := range map[string]Position{"dropped": start, "to come": future, "of another life": foreign, "of none": {Seq: 5}} {
		if _, exact := r.Resume(channel, p); exact {
			t.Errorf("it goes on behind an event that is %s", name)
		}
	}
	if _, exact := r.Resume(eliza.NewID(), last); exact {
		t.Error("it goes on in another channel")
	}
	if _, err := f.Next(t.Context()); !errors.Is(err, ErrLagged) {
		t.Errorf("who did not read in time is told %v", err)
	}
}

func TestIDsTellTheNewestMessage(t *testing.T) {
	r := newRig(t, Limits{})
	channel := eliza.NewID()
	f, err := r.Follow(channel, 7)
	if err != nil || f.Start().Seq != 7 {
		t.Fatal(f.Start(), err)
	}
	r.say(channel, 1)
	r.news.Publish(bus.MessagePosted{Message: eliza.Message{ChannelID: channel, Seq: 8}})
	r.say(channel, 1)
	r.news.Close()
	events, err := f.Next(t.Context())
	if err != nil || len(events) != 3 || events[0].Seq != 7 || events[1].Seq != 8 || events[2].Seq != 8 {
		t.Errorf("%v, %v", events, err)
	}
	f.Close()
	if again := r.follow(channel); again.Start().Seq != 8 {
		t.Errorf("it begins at %v", again.Start())
	}
}

func TestARecordEndsMinutesAfterItsLastFollower(t *testing.T) {
	var ahead time.Duration
	r := newRig(t, Limits{Age: time.Minute, Now: func() time.Time { return time.Now().Add(ahead) }})
	channel := eliza.NewID()
	f := r.follow(channel)
	r.say(channel, 3)
	_, last := r.hears(f, 3)
	r.news.Close() // the clock is for this goroutine alone from here on
	ahead = 2 * time.Minute
	r.sweep()
	if channels, events, _ := r.Size(); channels != 1 || events != 1 {
		t.Errorf("while it is followed %d channels and %d events are recorded", channels, events)
	}
	f.Close()
	r.sweep()
	if channels, _, _ := r.Size(); channels != 1 {
		t.Error("it ends with its last follower")
	}
	ahead = 4 * time.Minute
	r.sweep()
	if channels, events, bytes := r.Size(); channels+events+bytes != 0 {
		t.Errorf("%d channels, %d events, %d bytes are left", channels, events, bytes)
	}
	if _, exact := r.Resume(channel, last); exact {
		t.Error("what was forgotten is gone on with")
	}
}

func (r *rig) sweep() {
	r.t.Helper()
	if err := r.Sweep(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func TestTheWholeIsBounded(t *testing.T) {
	const total = 64 << 10
	r := newRig(t, Limits{Total: total, Bytes: total / 2, Channels: 20, Followers: 30})
	channels := make([]eliza.ID, 20)
	followers := make([]*Follower, 20)
	for i := range channels {
		channels[i] = eliza.NewID()
		followers[i] = r.follow(channels[i])
	}
	if _, err := r.Follow(eliza.NewID(), 0); eliza.ErrorCode(err) != eliza.CodeUnavailable {
		t.Errorf("one channel too many: %v", err)
	}
	for range 200 {
		for _, c := range channels {
			r.say(c, 1)
		}
	}
	r.news.Close()
	_, events, bytes := r.Size()
	if bytes > total || events == 0 {
		t.Errorf("%d events, %d bytes", events, bytes)
	}
	followers[3].Close()
	fresh := r.follow(eliza.NewID()) // in the place of the one that is idle
	if n, _, _ := r.Size(); n != 20 {
		t.Errorf("%d channels", n)
	}
	for range 10 {
		r.follow(channels[0])
	}
	if _, err := r.Follow(channels[0], 0); eliza.ErrorCode(err) != eliza.CodeUnavailable {
		t.Errorf("one follower too many: %v", err)
	}
	fresh.Close()
	fresh.Close() // once more changes nothing
	r.follow(channels[0])
	if _, err := r.Follow(channels[0], 0); eliza.ErrorCode(err) != eliza.CodeUnavailable {
		t.Errorf("a follower that is closed twice makes room twice: %v", err)
	}
}

func TestCloseTellsWhatThereIsFirst(t *testing.T) {
	r := newRig(t, Limits{})
	channel := eliza.NewID()
	f := r.follow(channel)
	r.say(channel, 300)
	r.news.Close()
	r.Close()
	if got, _ := r.hears(f, 300); len(got) != 300 {
		t.Errorf("%d events", len(got))
	}
	if _, err := f.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("the end is %v", err)
	}
	if _, err := r.Follow(channel, 0); !errors.Is(err, ErrClosed) {
		t.Errorf("it is followed after the end: %v", err)
	}
}

func TestManyFollowersAreCutAndGoOnUnderLoad(t *testing.T) {
	r := newRig(t, Limits{})
	channel := eliza.NewID()
	keep := r.follow(channel)
	defer keep.Close()
	const events, people = 5000, 20
	var group sync.WaitGroup
	for p := range people {
		f := r.follow(channel)
		group.Go(func() {
			next := 1
			for next <= events {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				news, err := f.Next(ctx)
				cancel()
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range news[:1+(next+p)%len(news)] { // it is cut somewhere
					if string(e.Data) != fmt.Sprint(next) {
						t.Errorf("%s in the place of %d", e.Data, next)
						return
					}
					next++
					f.start = e.Position
				}
				last := f.start
				f.Close()
				exact := false
				if f, exact = r.Resume(channel, last); !exact {
					t.Errorf("it cannot go on behind %v", last)
					return
				}
			}
			f.Close()
		})
	}
	r.say(channel, events)
	group.Wait()
}

func FuzzParse(f *testing.F) {
	f.Add("ABCDEFGHIJKL.12.5.1700000000000")
	f.Add(".0.0.0")
	f.Add("a.-1.2.3")
	f.Add("....")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			if eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again, err := Parse(p.String()); err != nil || again != p {
			t.Errorf("%q is %v, written %q and read as %v: %v", text, p, p.String(), again, err)
		}
	})
}
