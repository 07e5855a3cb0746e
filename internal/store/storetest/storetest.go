// Package storetest is the contract that the store keeps on every database.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Run holds a database to the contract. fresh returns where an empty one is.
func Run(t *testing.T, fresh func(t *testing.T) store.Config) {
	for name, tests := range map[string]map[string]func(*testing.T, place){
		"Agent": agentTests, "Server": serverTests, "Channel": channelTests, "Message": messageTests, "Accept": acceptTests,
		"Turn": turnTests, "Lease": leaseTests, "View": viewTests, "Memory": memoryTests, "Recall": recallTests, "Record": recordTests, "Search": searchTests,
		"Session": sessionTests, "Job": jobTests, "Key": keyTests, "Task": taskTests, "PluginValue": pluginValueTests, "Budget": budgetTests, "Webhook": webhookTests, "Approval": approvalTests, "Seal": sealTests, "Beside": besideTests, "Fact": factTests, "Forget": forgetTests,
	} {
		t.Run(name, func(t *testing.T) {
			for name, test := range tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, newPlace(t, fresh(t)))
				})
			}
		})
	}
}

// place is an empty store with two running agents, and a channel where both
// and Alice are.
type place struct {
	*store.Store
	config     store.Config
	ctx        context.Context
	eliza, ada eliza.Agent
	alice      eliza.ID
	channel    eliza.Channel
}

func newPlace(t *testing.T, c store.Config) place {
	t.Helper()
	c.Node = "node-1"
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	p := place{Store: open(t, c), config: c, ctx: ctx, alice: eliza.NameID("Alice")}
	p.eliza, p.ada = p.agent(t, "Eliza"), p.agent(t, "Ada")
	p.channel = p.newChannel(t, eliza.TypeGroup, p.alice, p.eliza.ID, p.ada.ID)
	return p
}

func open(t *testing.T, c store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), c)
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	return s
}

func (p place) agent(t *testing.T, name string) eliza.Agent {
	t.Helper()
	a := eliza.NewAgent(eliza.Character{Name: name, Bio: eliza.TextList{"A test."}})
	a.Status = eliza.Active
	ok(t, p.CreateAgent(p.ctx, a))
	return a
}

func (p place) newChannel(t *testing.T, kind eliza.ChannelType, participants ...eliza.ID) eliza.Channel {
	t.Helper()
	now := eliza.Now()
	c := eliza.Channel{ID: eliza.NewID(), ServerID: eliza.DefaultServerID, Name: "a channel", Type: kind, CreatedAt: now, UpdatedAt: now}
	ok(t, p.CreateChannel(p.ctx, c, participants))
	return c
}

// says is a message of Alice's.
func (p place) says(text string) eliza.Message {
	return eliza.Message{ID: eliza.NewID(), ChannelID: p.channel.ID, AuthorID: p.alice, AuthorName: "Alice", Content: text,
		SourceType: "test", CreatedAt: eliza.Now()}
}

func (p place) accept(t *testing.T, m eliza.Message) store.Accepted {
	t.Helper()
	a, err := p.AcceptMessage(p.ctx, store.Incoming{Message: m})
	ok(t, err)
	return a
}

// memory is what an agent keeps of something that Alice said.
func (p place) memory(agent eliza.Agent, text string) eliza.Memory {
	return eliza.Memory{ID: eliza.NewID(), AgentID: agent.ID, Type: eliza.MemoryMessages, EntityID: p.alice,
		RoomID: eliza.PerAgent(p.channel.ID, agent.ID), Content: eliza.Content{Text: text}, CreatedAt: eliza.Now()}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code eliza.Code) {
	t.Helper()
	if eliza.ErrorCode(err) != code {
		t.Fatalf("got error %v, want code %s", err, code)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
