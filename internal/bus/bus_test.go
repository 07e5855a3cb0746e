package bus

import (
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

func TestEventsOfAChannelComeInOrderToItsSubscribersOnly(t *testing.T) {
	b := New()
	mine, other := eliza.NewID(), eliza.NewID()
	var got []int
	b.Subscribe(mine, func(e Event) { got = append(got, e.(StreamChunk).Index) })
	var mu sync.Mutex
	all := 0
	b.Subscribe(eliza.NoID, func(Event) { mu.Lock(); all++; mu.Unlock() })
	for i := range 5000 {
		b.Publish(StreamChunk{ChannelID: mine, Index: i})
		b.Publish(StreamChunk{ChannelID: other, Index: -1})
	}
	b.Close()
	if len(got) != 5000 || all != 10000 {
		t.Fatalf("%d events for the channel, %d in all", len(got), all)
	}
	for i, n := range got {
		if n != i {
			t.Fatalf("event %d came at place %d", n, i)
		}
	}
}

func TestCancelAndCloseEndTheNews(t *testing.T) {
	b := New()
	channel := eliza.NewID()
	cancel := b.Subscribe(channel, func(Event) { t.Error("an event after cancel") })
	cancel()
	b.Publish(ChannelCleared{ChannelID: channel})
	b.Close()
	b.Publish(ChannelCleared{ChannelID: channel})
	b.Close()
}

func TestSubscribingNeverLocksUpAFloodedBus(t *testing.T) {
	b := New()
	channel := eliza.NewID()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3000 {
				b.Publish(ChannelCleared{ChannelID: channel})
			}
		})
		wg.Go(func() {
			for range 3000 {
				b.Subscribe(channel, func(Event) {})()
			}
		})
	}
	wg.Wait()
	b.Close()
}
