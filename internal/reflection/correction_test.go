package reflection

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/check"
)

// wordless has no model but the embedded one, so that the rules read.
type wordless struct{}

func (wordless) Text(*eliza.Character) (model.Text, model.Choice) {
	return nil, model.Choice{Provider: model.EmbeddedName}
}

// pupil is an agent that learns from what one person says in a channel.
type pupil struct {
	*Service
	t       *testing.T
	agent   eliza.Agent
	channel eliza.Channel
	person  eliza.ID
	at      eliza.Millis
}

func newPupil(t *testing.T) *pupil {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{DataDir: t.TempDir(), Node: "pupil"})
	check.OK(t, err)
	t.Cleanup(func() { check.OK(t, db.Close()) })
	p := &pupil{Service: New(db, wordless{}, slog.New(slog.DiscardHandler), nil), t: t, agent: eliza.NewAgent(eliza.Character{Name: "Eliza", Bio: eliza.TextList{"x"}}), at: 1}
	p.agent.Status = eliza.Active
	check.OK(t, db.CreateAgent(t.Context(), p.agent))
	return p
}

// meets begins with another person in another channel.
func (p *pupil) meets() {
	p.t.Helper()
	ctx := p.t.Context()
	p.person = eliza.NewID()
	p.channel = eliza.Channel{ID: eliza.NewID(), ServerID: eliza.DefaultServerID, Name: "talk", Type: eliza.TypeDM, CreatedAt: 1, UpdatedAt: 1}
	check.OK(p.t, p.store.CreateChannel(ctx, p.channel, []eliza.ID{p.person, p.agent.ID}))
	room := eliza.Room{ID: eliza.PerAgent(p.channel.ID, p.agent.ID), AgentID: p.agent.ID, ChannelID: p.channel.ID, Name: "talk", Type: eliza.TypeDM, CreatedAt: 1}
	check.OK(p.t, p.store.EnsureView(ctx, store.View{Room: room, Entities: []eliza.Entity{{ID: p.person, AgentID: p.agent.ID, Names: []string{"Ada"}, CreatedAt: 1}}}))
}

// hears learns from messages: together where one text has several lines that
// begin with a bar, else each by itself.
func (p *pupil) hears(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		for _, one := range strings.Split(text, "\n|") {
			p.at++
			m := eliza.Message{
				ID: eliza.NewID(), ChannelID: p.channel.ID, ServerID: p.channel.ServerID, AuthorID: p.person, AuthorName: "Ada", Content: one, SourceType: "client", CreatedAt: p.at, UpdatedAt: p.at,
			}
			_, err := p.store.AcceptMessage(p.t.Context(), store.Incoming{Message: m})
			check.OK(p.t, err)
		}
		_, err := p.think(context.WithoutCancel(p.t.Context()), place{p.agent.ID, eliza.PerAgent(p.channel.ID, p.agent.ID)})
		check.OK(p.t, err)
	}
}

// knows are the facts of the person that hold, in alphabetical order.
func (p *pupil) knows() string {
	p.t.Helper()
	list, _, err := p.store.Memories(p.t.Context(), p.agent.ID, store.MemoryQuery{Type: eliza.MemoryFacts, EntityID: p.person, Current: true, Limit: 100})
	check.OK(p.t, err)
	var texts []string
	for _, m := range list {
		texts = append(texts, m.Content.Text)
	}
	slices.Sort(texts)
	return strings.Join(texts, "; ")
}

// Each line is a conversation, message by message, and what is known after it.
// The same is known when all of it is learned at once.
func TestCorrectionsTakeTheirPlace(t *testing.T) {
	const oslo, rex = "I live in Oslo.", "My dog is called Rex."
	for _, c := range []struct {
		said []string
		want string
	}{
		// what no longer holds
		{[]string{oslo, "I no longer live in Oslo."}, "I no longer live in Oslo"},
		{[]string{oslo, "I don’t live in Oslo any more"}, "I don't live in Oslo"},
		{[]string{oslo, "Actually, I do not live in oslo anymore!"}, "I do not live in oslo"},
		{[]string{oslo, "By the way, I'm no longer living in Oslo now"}, "I'm no longer living in Oslo"},
		{[]string{oslo, "I used to live in Oslo"}, "I used to live in Oslo"},
		{[]string{oslo, "I've never lived in Oslo"}, "I've never lived in Oslo"},
		{[]string{oslo, "I just moved out of Oslo"}, "I just moved out of Oslo"},
		{[]string{"I live in Oslo, Norway", "I no longer live in Oslo"}, "I no longer live in Oslo"},
		{[]string{"I live in Málaga.", "I no longer live in Malaga"}, "I no longer live in Malaga"},
		{[]string{"I live in Tromsø.", "I no longer live in Tromso"}, "I no longer live in Tromso"},
		{[]string{oslo, "I no longer live in Oslo.", "I live in Bergen"}, "I live in Bergen"},
		{[]string{oslo, "I no longer live in Oslo, I live in Bergen now."}, "I live in Bergen"},
		{[]string{oslo, "I don't live in Oslo any more, but in Bergen"}, "I live in Bergen"},
		{[]string{"I work at Acme", "I quit my job at Acme"}, "I quit my job at Acme"},
		{[]string{"I work at Acme", "I quit my job."}, "I quit my job"},
		{[]string{"I work for Acme", "I no longer work at Acme"}, "I no longer work at Acme"},
		{[]string{"I work as a nurse", "I've retired"}, "I've retired"},
		{[]string{"I work at Acme", "I was laid off from Acme, I work at Globex now"}, "I work at Globex"},
		{[]string{"I like tea", "I don't like tea any more"}, "I don't like tea"},
		{[]string{"I like tea", "I no longer like tea"}, "I no longer like tea"},
		{[]string{"I am allergic to nuts", "I'm not allergic to nuts after all"}, "I'm not allergic to nuts"},
		{[]string{"I'm a teacher", "I'm no longer a teacher"}, "I'm no longer a teacher"},
		{[]string{"I have a dog", "I don't have a dog any more"}, "I don't have a dog"},
		{[]string{"I'm vegan", "I'm not vegan any more"}, "I'm not vegan"},
		{[]string{"my favourite colour is blue", "My favourite colour isn't blue any more, it's green"}, "my favourite colour is green"},
		{[]string{rex, "My dog isn't called Rex, he's called Max"}, "My dog is called Max"},
		{[]string{"My name is Bob", "My name isn't Bob, it's Rob"}, "My name is Rob"},
		{[]string{"Call me Bob", "Don't call me Bob, call me Rob"}, "call me Rob"},
		// what is now
		{[]string{oslo, "I moved from Oslo to Bergen"}, "I moved from Oslo to Bergen"},
		{[]string{oslo, "Correction: I live in Bergen"}, "I live in Bergen"},
		{[]string{rex, "Actually my dog is called Max, not Rex"}, "my dog is called Max"},
		{[]string{rex, "No, my dog's name is Max and not Rex!"}, "my dog's name is Max"},
		{[]string{"I'm 30", "I'm 31, not 30"}, "I'm 31"},
		{[]string{"I'm from Oslo", "sorry, I'm from Bergen, not from Oslo"}, "I'm from Bergen"},
		// what was meant
		{[]string{oslo, "Sorry, I meant Bergen"}, "I live in Bergen"},
		{[]string{oslo, "sorry I meant bergen"}, "I live in bergen"},
		{[]string{oslo, "Oops! I meant Bergen."}, "I live in Bergen"},
		{[]string{oslo, "I meant to say Bergen"}, "I live in Bergen"},
		{[]string{oslo, "Sorry, I meant in New York"}, "I live in New York"},
		{[]string{oslo, "No wait, I mean Bergen, sorry"}, "I live in Bergen"},
		{[]string{oslo, "I should have said Bergen"}, "I live in Bergen"},
		{[]string{oslo, "Correction: Bergen"}, "I live in Bergen"},
		{[]string{oslo, "That should be Bergen"}, "I live in Bergen"},
		{[]string{oslo, "I meant I live in Bergen"}, "I live in Bergen"},
		{[]string{"I live in Oslo. Sorry, I meant Bergen."}, "I live in Bergen"},
		{[]string{"I like tea", "Sorry, I meant coffee"}, "I like coffee"},
		{[]string{"I'm 30", "sorry, I meant 31"}, "I'm 31"},
		{[]string{rex, oslo, "Sorry, I meant Bergen"}, "I live in Bergen; My dog is called Rex"},
		{[]string{rex, oslo, "not Rex, Max"}, "I live in Oslo; My dog is called Max"},
		{[]string{rex, oslo, "Max, not Rex"}, "I live in Oslo; My dog is called Max"},
		{[]string{rex, "Sorry, not Rex but Max"}, "My dog is called Max"},
		{[]string{rex, "It's Max, not Rex."}, "My dog is called Max"},
		{[]string{rex, "I meant Max, not Rex"}, "My dog is called Max"},
		{[]string{rex, "He's not Rex, he's Max"}, "My dog is called Max"},

		// what must not go
		{[]string{"I live in Bergen", "I no longer live in Oslo"}, "I live in Bergen; I no longer live in Oslo"},
		{[]string{oslo, "I live in Bergen", "I no longer live in Oslo"}, "I live in Bergen; I no longer live in Oslo"},
		{[]string{oslo, "I no longer live in fear"}, "I live in Oslo; I no longer live in fear"},
		{[]string{"I live in New York", "I no longer live in York"}, "I live in New York; I no longer live in York"},
		{[]string{"I work at Globex", "I used to work at Acme"}, "I used to work at Acme; I work at Globex"},
		{[]string{oslo, "I quit smoking"}, "I live in Oslo"},
		{[]string{oslo, "I quit my job"}, "I live in Oslo; I quit my job"},
		{[]string{"I'm vegetarian", "I'm not vegan"}, "I'm not vegan; I'm vegetarian"},
		{[]string{"my car is blue", "my car is not red"}, "my car is blue; my car is not red"},
		{[]string{"My favourite colour is green", "My favourite colour is no longer blue"}, "My favourite colour is green; My favourite colour is no longer blue"},
		{[]string{"I like tea", "I don't like coffee any more"}, "I don't like coffee; I like tea"},
		{[]string{"I like tea", "I don't like coffee but tea is fine"}, "I don't like coffee; I like tea"},
		{[]string{"I speak French and German", "I don't speak French"}, "I don't speak French; I speak French and German"},
		{[]string{"My name is Sam", "My name is not Bob"}, "My name is Sam; My name is not Bob"},
		{[]string{rex, "My cat isn't called Rex"}, "My cat isn't called Rex; My dog is called Rex"},
		{[]string{oslo, "What is the time?", "Sorry, I meant tomorrow"}, "I live in Oslo"},
		{[]string{oslo, "How is the weather", "Sorry, I meant Bergen"}, "I live in Oslo"},
		{[]string{oslo, "Sorry, I meant no offence"}, "I live in Oslo"},
		{[]string{oslo, "I meant every word of it"}, "I live in Oslo"},
		{[]string{oslo, "I meant to call you"}, "I live in Oslo"},
		{[]string{oslo, "I mean it"}, "I live in Oslo"},
		{[]string{oslo, "Sorry, I meant 31"}, "I live in Oslo"},
		{[]string{oslo, "Sorry, I meant the other thing entirely"}, "I live in Oslo"},
		{[]string{oslo + " " + rex, "Sorry, I meant Bergen"}, "I live in Oslo; My dog is called Rex"},
		{[]string{rex, "not Ben, Max"}, "My dog is called Rex"},
		{[]string{rex, "My cat is called Rex", "not Rex, Max"}, "My cat is called Rex; My dog is called Rex"},
		{[]string{oslo, "It's not that simple, Ben"}, "I live in Oslo"},
		{[]string{oslo, "Not Oslo?"}, "I live in Oslo"},
		{[]string{oslo, "Do I no longer live in Oslo?"}, "I live in Oslo"},
		{[]string{oslo, "She said \"I no longer live in Oslo\""}, "I live in Oslo"},
		{[]string{oslo, "If I no longer live in Oslo, tell me"}, "I live in Oslo"},
		{[]string{oslo, "Ben no longer lives in Oslo"}, "I live in Oslo"},
	} {
		name := strings.Join(c.said, " / ")
		t.Run(name, func(t *testing.T) {
			p := newPupil(t)
			p.meets()
			p.hears(c.said...)
			if got := p.knows(); got != c.want {
				t.Errorf("one by one: %q, want %q", got, c.want)
			}
			p.meets()
			p.hears(strings.Join(c.said, "\n|"))
			if got := p.knows(); got != c.want {
				t.Errorf("all at once: %q, want %q", got, c.want)
			}
		})
	}
}

// Nobody corrects what another person said.
func TestOnlyTheAuthorCorrects(t *testing.T) {
	p := newPupil(t)
	p.meets()
	p.hears("I live in Oslo.")
	ada := p.person
	p.person = eliza.NewID()
	p.hears("Sorry, I meant Bergen", "I no longer live in Oslo", "not Oslo, Bergen")
	p.person = ada
	if got := p.knows(); got != "I live in Oslo" {
		t.Errorf("%q is known", got)
	}
}
