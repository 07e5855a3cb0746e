package agent_test

import (
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/test/stubmodel"
)

func scripted(text string) []stubmodel.Reply { return []stubmodel.Reply{{Text: text}} }

// uses are what people may do. asks marks those in which the agent has read
// others' words, so that it asks a person before it does what is privileged.
var uses = []struct {
	name string
	asks bool
	play func(p *poisoned) bool
}{
	{"an owner uses a tool", false, func(p *poisoned) bool { p.tell(p.olgaDM, p.olga, orderCanary); return p.uses() > 0 }},
	{"an owner uses a tool in the course of a talk", false, func(p *poisoned) bool {
		p.chat(p.olgaDM, p.olga, 5)
		p.tell(p.olgaDM, p.olga, orderCanary)
		return p.uses() > 0
	}},
	{"an owner uses a tool in the course of a long talk", false, func(p *poisoned) bool {
		p.chat(p.olgaDM, p.olga, 15)
		p.tell(p.olgaDM, p.olga, orderCanary)
		return p.uses() > 0
	}},
	{"an admin uses a tool", false, func(p *poisoned) bool {
		p.changeWorld(func(w *eliza.World) { w.Metadata["roles"].(map[string]any)[p.bob.String()] = "ADMIN" })
		p.tell(p.bobDM, p.bob, orderCanary)
		return p.uses() > 0
	}},
	{"an owner changes a setting", false, func(p *poisoned) bool {
		p.tell(p.olgaDM, p.olga, `CALL UPDATE_SETTINGS WITH {"settings":{"GREETING":"good day"}}`)
		settings, _ := p.world().Metadata["settings"].(map[string]any)
		greeting, _ := settings["GREETING"].(map[string]any)
		return greeting["value"] == "good day"
	}},
	{"anybody uses a harmless tool", false, func(p *poisoned) bool {
		p.set(p.fired.looked, "high water at noon")
		e := p.tell(p.bobDM, p.bob, "CALL LOOK_UP")
		return strings.Contains(e.Reply.Content, "high water at noon")
	}},
	{"anybody uses a harmless tool about a document", false, func(p *poisoned) bool {
		p.set(p.fired.looked, "high water at noon")
		e := p.tell(p.bobDM, p.bob, "CALL LOOK_UP", attach("a harmless text"))
		return strings.Contains(e.Reply.Content, "high water at noon")
	}},
	{"anybody has something remembered", false, func(p *poisoned) bool {
		e := p.tell(p.bobDM, p.bob, "REMEMBER FOR EVERYONE Bob likes tea")
		return strings.Contains(e.Reply.Content, "Bob likes tea")
	}},
	{"anybody notes an own contact", false, func(p *poisoned) bool {
		p.tell(p.bobDM, p.bob, `CALL UPDATE_CONTACT WITH {"source":"email","address":"bob@example.com"}`)
		return strings.Contains(p.knownOf(p.bob), "bob@example.com")
	}},
	{"anybody sends a message to a channel", false, func(p *poisoned) bool {
		p.say(p.group, "hello", func(m *messaging.Post) { m.AuthorID, m.AuthorName = p.bob, "Bob" })
		p.tell(p.group, p.bob, p.robin.Name+", hello")
		p.tell(p.bobDM, p.bob, `CALL SEND_MESSAGE WITH {"target":"`+p.group.ID.String()+`","text":"I am late"}`)
		return p.wasSaid(p.group, "I am late")
	}},
	{"an agent is muted by whoever names it", false, func(p *poisoned) bool {
		p.tell(p.group, p.bob, p.robin.Name+", CALL MUTE_ROOM")
		return p.tell(p.group, p.bob, "and now?").Delivery.Reason == eliza.ReasonMuted
	}},
	{"an owner uses a tool because of a document", true, func(p *poisoned) bool {
		p.tell(p.olgaDM, p.olga, orderCanary, attach("a harmless text"))
		return p.uses() > 0
	}},
	{"an owner uses a tool in a group where others have spoken", true, func(p *poisoned) bool {
		p.tell(p.group, p.bob, p.robin.Name+", hello")
		p.tell(p.group, p.olga, p.robin.Name+", "+orderCanary)
		return p.uses() > 0
	}},
	{"an owner uses a tool after another tool's result", true, func(p *poisoned) bool {
		p.set(p.fired.looked, "high water at noon")
		p.tell(p.olgaDM, p.olga, "CALL LOOK_UP then "+orderCanary)
		return p.uses() > 0
	}},
}
