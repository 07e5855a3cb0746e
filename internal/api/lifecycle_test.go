package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestAThousandChangesLoseNoMessage updates, stops, starts and deletes agents
// while people talk to them.
func TestAThousandChangesLoseNoMessage(t *testing.T) {
	const changes, agents, talkers, each = 1000, 4, 4, 40
	r := newRig(t)
	var ids, channels []string
	for i := range agents {
		id := r.agent(fmt.Sprintf("Steady %d", i))
		ids, channels = append(ids, id), append(channels, r.channel("DM", person, id))
	}
	r.brief("Warm up", 0)
	before := settled(20)

	var said sync.Map // message: its channel
	var group sync.WaitGroup
	for i := range talkers {
		group.Go(func() {
			for n := range each {
				channel := channels[(i+n)%agents]
				said.Store(text(r.say(channel, fmt.Sprintf("message %d of %d", n, i)).data(201), "id"), channel)
			}
		})
	}
	const hands = 4
	for hand := range hands {
		group.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(hand)))
			for n := range changes / hands {
				agent := ids[random.IntN(agents)]
				switch random.IntN(4) {
				case 0:
					r.send("PATCH", "/api/agents/"+agent, map[string]any{"bio": []string{fmt.Sprint("changed ", n)}, "settings": map[string]any{"n": n}}).data(200)
				case 1:
					if got := r.send("POST", "/api/agents/"+agent+"/stop", nil); got.status != 404 { // it does not run
						got.data(200)
					}
				case 2:
					r.send("POST", "/api/agents/"+agent+"/start", nil).data(200)
				case 3:
					r.brief(fmt.Sprintf("Brief %d %d", hand, n), n)
				}
			}
		})
	}
	group.Wait()
	for _, id := range ids {
		r.send("POST", "/api/agents/"+id+"/start", nil).data(200)
	}
	waiting, ended := 0, map[string]int{}
	said.Range(func(message, _ any) bool {
		waiting++
		d := r.delivery(message.(string))
		ended[text(d, "state")+" "+text(d, "reason")]++
		return true
	})
	if waiting != talkers*each {
		t.Errorf("%d messages were taken, want %d", waiting, talkers*each)
	}
	if ended["replied "] == 0 || len(ended) > 2 || len(ended) == 2 && ended["ignored agent_stopped"] == 0 {
		t.Errorf("the messages ended as %v; they are answered, or told that the agent did not run", ended)
	}
	for _, channel := range channels {
		answers := map[string]int{}
		for _, m := range list(r.send("GET", "/api/messaging/channels/"+channel+"/messages?limit=100", nil).data(200), "messages") {
			if slices.Contains(ids, text(m, "authorId")) {
				answers[text(m, "inReplyToRootMessageId")]++
			}
		}
		for message, n := range answers {
			if n != 1 {
				t.Errorf("message %s has %d answers", message, n)
			}
		}
	}
	if after := settled(before.goroutines); after.goroutines > before.goroutines {
		t.Errorf("%d goroutines, before the changes there were %d", after.goroutines, before.goroutines)
	} else {
		t.Logf("%d changes, %d messages: %d goroutines before, %d after; %d KB of heap before, %d KB after",
			changes, waiting, before.goroutines, after.goroutines, before.heap>>10, after.heap>>10)
		if after.heap > before.heap+8<<20 {
			t.Errorf("the heap grew from %d KB to %d KB", before.heap>>10, after.heap>>10)
		}
	}
}

// brief is the whole life of an agent that is deleted while it may be answering.
func (r *rig) brief(name string, n int) {
	r.t.Helper()
	id := r.agent(name)
	channel := r.channel("DM", person, id)
	r.say(channel, "hello").data(201)
	path := "/api/agents/" + id
	if n%2 == 0 {
		path += "?deleteAllData=true"
	}
	r.send("DELETE", path, nil).has(204)
	if got := r.send("GET", "/api/agents/"+id, nil); got.status != 404 {
		r.t.Errorf("a deleted agent is answered %d", got.status)
	}
}

type footprint struct {
	goroutines int // that run the server's own code: connections are kept by libraries
	heap       uint64
}

// settled measures when what was begun has ended: when there are not more than
// so many goroutines, or after a while.
func settled(goroutines int) footprint {
	deadline := time.Now().Add(patience / 2)
	for {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		runtime.GC()
		n := 0
		stacks := make([]byte, 4<<20)
		for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if strings.Contains(stack, "elizad/internal/") && !strings.Contains(stack, "_test.go") {
				n++
			}
		}
		if n <= goroutines || time.Now().After(deadline) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return footprint{n, m.HeapAlloc}
		}
		runtime.Gosched()
	}
}
