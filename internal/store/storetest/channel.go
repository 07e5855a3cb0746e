package storetest

import (
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

var serverTests = map[string]func(*testing.T, place){
	"the default one is there": func(t *testing.T, p place) {
		s, err := p.Server(p.ctx, eliza.DefaultServerID)
		ok(t, err)
		if s.Name != "Default Server" || s.SourceType != "eliza_default" || s.CreatedAt < 1e12 {
			t.Errorf("default server %+v", s)
		}
	},
	"is created, listed, changed and deleted": func(t *testing.T, p place) {
		s := eliza.MessageServer{ID: eliza.NewID(), Name: "Guild", SourceType: "discord", SourceID: "7", Metadata: map[string]any{"a": "b"}, CreatedAt: eliza.Now() + 1000}
		ok(t, p.CreateServer(p.ctx, s))
		wantCode(t, p.CreateServer(p.ctx, s), eliza.CodeConflict)
		changed, err := p.UpdateServer(p.ctx, s.ID, func(m *eliza.MessageServer) error { m.Name = "Guild 2"; return nil })
		ok(t, err)
		list, err := p.Servers(p.ctx)
		ok(t, err)
		if len(list) != 2 || list[1].Name != "Guild 2" || changed.SourceID != "7" {
			t.Errorf("servers %+v", list)
		}
		c := eliza.Channel{ID: eliza.NewID(), ServerID: s.ID, Name: "c", Type: eliza.TypeGroup}
		ok(t, p.CreateChannel(p.ctx, c, nil))
		ok(t, p.DeleteServer(p.ctx, s.ID))
		wantCode(t, p.DeleteServer(p.ctx, s.ID), eliza.CodeNotFound)
		_, err = p.Channel(p.ctx, c.ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"has agents": func(t *testing.T, p place) {
		ok(t, p.AddServerAgent(p.ctx, eliza.DefaultServerID, p.eliza.ID))
		ok(t, p.AddServerAgent(p.ctx, eliza.DefaultServerID, p.eliza.ID))
		wantCode(t, p.AddServerAgent(p.ctx, eliza.NewID(), p.eliza.ID), eliza.CodeNotFound)
		wantCode(t, p.AddServerAgent(p.ctx, eliza.DefaultServerID, p.alice), eliza.CodeNotFound)
		agents, err := p.ServerAgents(p.ctx, eliza.DefaultServerID)
		ok(t, err)
		equal(t, "agents", agents, []eliza.ID{p.eliza.ID})
		servers, err := p.AgentServers(p.ctx, p.eliza.ID)
		ok(t, err)
		equal(t, "servers", servers, []eliza.ID{eliza.DefaultServerID})
		ok(t, p.RemoveServerAgent(p.ctx, eliza.DefaultServerID, p.eliza.ID))
		wantCode(t, p.RemoveServerAgent(p.ctx, eliza.DefaultServerID, p.eliza.ID), eliza.CodeNotFound)
	},
}

var channelTests = map[string]func(*testing.T, place){
	"is created, changed and deleted": func(t *testing.T, p place) {
		wantCode(t, p.CreateChannel(p.ctx, p.channel, nil), eliza.CodeConflict)
		wantCode(t, p.CreateChannel(p.ctx, eliza.Channel{ID: eliza.NewID(), ServerID: eliza.NewID()}, nil), eliza.CodeNotFound)
		m := p.says("x")
		p.accept(t, m)
		changed, err := p.UpdateChannel(p.ctx, p.channel.ID, func(c *eliza.Channel) error {
			c.Name, c.LastSeq, c.Metadata = "new", 99, map[string]any{"a": 1.0}
			return nil
		})
		ok(t, err)
		got, err := p.Channel(p.ctx, p.channel.ID)
		ok(t, err)
		equal(t, "channel", got, changed)
		if got.Name != "new" || got.LastSeq != 1 {
			t.Errorf("channel %+v", got)
		}
		list, err := p.Channels(p.ctx, eliza.DefaultServerID, eliza.NoID)
		ok(t, err)
		equal(t, "channels", list, []eliza.Channel{changed})
		for member, want := range map[eliza.ID]int{p.alice: 1, eliza.NewID(): 0} {
			list, err := p.Channels(p.ctx, eliza.DefaultServerID, member)
			ok(t, err)
			equal(t, "of a member", len(list), want)
		}
		ok(t, p.DeleteChannel(p.ctx, p.channel.ID))
		wantCode(t, p.DeleteChannel(p.ctx, p.channel.ID), eliza.CodeNotFound)
		_, err = p.Message(p.ctx, m.ID)
		wantCode(t, err, eliza.CodeNotFound)
		deliveries, err := p.Deliveries(p.ctx, m.ID)
		ok(t, err)
		equal(t, "deliveries", deliveries, []eliza.Delivery(nil))
	},
	"follows the channels of a platform": func(t *testing.T, p place) {
		channel := func(name, source string, kind eliza.ChannelType) eliza.Channel {
			return eliza.Channel{ID: eliza.NewID(), Name: name, SourceID: source, Type: kind, Metadata: map[string]any{}, CreatedAt: 5, UpdatedAt: 5}
		}
		list := []eliza.Channel{channel("general", "1", eliza.TypeGroup), channel("voice", "2", eliza.TypeVoiceGroup), channel("a channel", "", eliza.TypeGroup)}
		made, changed, err := p.SyncChannels(p.ctx, eliza.DefaultServerID, list)
		ok(t, err)
		if len(made) != 2 || len(changed) != 0 || made[0].ID != list[0].ID {
			t.Fatalf("made %+v, changed %+v", made, changed)
		}
		list[0].ID, list[0].Name = eliza.NewID(), "main"
		made, changed, err = p.SyncChannels(p.ctx, eliza.DefaultServerID, list)
		ok(t, err)
		if len(made) != 0 || len(changed) != 1 || changed[0].Name != "main" || changed[0].SourceID != "1" {
			t.Errorf("made %+v, changed %+v", made, changed)
		}
		all, err := p.Channels(p.ctx, eliza.DefaultServerID, eliza.NoID)
		ok(t, err)
		if len(all) != 3 {
			t.Errorf("channels %+v", all)
		}
		_, _, err = p.SyncChannels(p.ctx, eliza.NewID(), list)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"has participants": func(t *testing.T, p place) {
		bob := eliza.NameID("Bob")
		ok(t, p.AddParticipant(p.ctx, p.channel.ID, bob))
		ok(t, p.AddParticipant(p.ctx, p.channel.ID, bob))
		wantCode(t, p.AddParticipant(p.ctx, eliza.NewID(), bob), eliza.CodeNotFound)
		list, err := p.Participants(p.ctx, p.channel.ID)
		ok(t, err)
		if len(list) != 4 || list[3].EntityID != bob || list[0].JoinedAt == 0 {
			t.Errorf("participants %+v", list)
		}
		ok(t, p.RemoveParticipant(p.ctx, p.channel.ID, bob))
		wantCode(t, p.RemoveParticipant(p.ctx, p.channel.ID, bob), eliza.CodeNotFound)
		agents, err := p.ChannelAgents(p.ctx, p.channel.ID)
		ok(t, err)
		if len(agents) != 2 || agents[0].Status != eliza.Active {
			t.Errorf("agents %+v", agents)
		}
		ok(t, p.SetParticipants(p.ctx, p.channel.ID, []eliza.ID{bob, p.ada.ID, bob}))
		wantCode(t, p.SetParticipants(p.ctx, eliza.NewID(), nil), eliza.CodeNotFound)
		agents, err = p.ChannelAgents(p.ctx, p.channel.ID)
		ok(t, err)
		equal(t, "agents", agents, []store.AgentRef{{ID: p.ada.ID, Name: "Ada", Status: eliza.Active}})
		ok(t, p.SetParticipants(p.ctx, p.channel.ID, nil))
		list, err = p.Participants(p.ctx, p.channel.ID)
		ok(t, err)
		equal(t, "participants", list, []store.Participant(nil))
	},
	"of two is one, whoever asks": func(t *testing.T, p place) {
		var group sync.WaitGroup
		ids := make([]eliza.ID, 16)
		for i := range ids {
			group.Go(func() {
				a, b := p.alice, p.eliza.ID
				if i%2 == 0 {
					a, b = b, a
				}
				c, err := p.FindOrCreateDM(p.ctx, eliza.DefaultServerID, a, b)
				if err != nil {
					t.Error(err)
				}
				ids[i] = c.ID
			})
		}
		group.Wait()
		for _, id := range ids {
			if id != ids[0] || id == eliza.NoID {
				t.Fatalf("several channels: %v", ids)
			}
		}
		c, err := p.Channel(p.ctx, ids[0])
		ok(t, err)
		low, high := p.alice.String(), p.eliza.ID.String()
		if low > high {
			low, high = high, low
		}
		if c.Name != "DM-"+low+"-"+high || c.Type != eliza.TypeDM || c.Metadata["user1"] != low || c.Metadata["user2"] != high {
			t.Errorf("channel %+v", c)
		}
		members, err := p.Participants(p.ctx, c.ID)
		ok(t, err)
		if len(members) != 2 {
			t.Errorf("members %v", members)
		}
		_, err = p.FindOrCreateDM(p.ctx, eliza.NewID(), p.alice, p.eliza.ID)
		wantCode(t, err, eliza.CodeNotFound)
		_, err = p.FindOrCreateDM(p.ctx, eliza.DefaultServerID, p.alice, p.alice)
		wantCode(t, err, eliza.CodeInvalidRequest)
	},
}
