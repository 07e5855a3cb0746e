package reflection

import (
	"context"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// maxHeld is how many facts of an author a correction may mean, and maxBack how
// many messages of the room are looked through for the author's last one.
const (
	maxHeld = 300
	maxBack = 20
)

// held is a fact of an author that a correction may mean.
type held struct {
	Statement
	id      eliza.ID
	message eliza.ID
}

// believed are the facts of an author that hold, the newest first: those that
// are stored, which are read when a correction first needs them, and those of
// this lesson.
type believed struct {
	list []held
	read bool
}

// add puts a fact before the others, and in the place of one on its subject.
func (b *believed) add(h held) {
	b.list = slices.DeleteFunc(b.list, func(o held) bool { return h.Subject != "" && o.Subject == h.Subject })
	b.list = slices.Insert(b.list, 0, h)
}

// about reports whether something is believed on a subject.
func (b *believed) about(subject string) bool {
	return slices.ContainsFunc(b.list, func(h held) bool { return subject != "" && h.Subject == subject })
}

// recollect reads the stored facts of an author, as far as the rules know what
// they say.
func (l *lesson) recollect(ctx context.Context, author eliza.ID, b *believed) error {
	if b.read {
		return nil
	}
	known, _, err := l.store.Memories(ctx, l.agent.ID, store.MemoryQuery{Type: eliza.MemoryFacts, EntityID: author, Current: true, Limit: maxHeld, NoTotal: true})
	if err != nil {
		return err
	}
	b.read = true
	for _, f := range known {
		if s, is := statement(tidy(f.Content.Text)); is && !s.Ends && !b.about(s.Subject) {
			b.list = append(b.list, held{s, f.ID, f.MessageID})
		}
	}
	return nil
}

// byRules learns from the messages of one author by the rules.
func (l *lesson) byRules(ctx context.Context, messages []eliza.Message) error {
	var b believed
	for i := range messages {
		m := &messages[i]
		var denied *held // what the sentence before has ended
		for _, s := range Statements(m.Content) {
			if s.Ends || s.Right != "" {
				if err := l.recollect(ctx, m.AuthorID, &b); err != nil {
					return err
				}
			}
			was := denied
			denied = nil
			switch {
			case s.follows:
				l.putRight(m, &b, was, s.Right)
			case s.Right != "":
				meant, err := l.meantBy(ctx, s, b.list, messages[:i+1])
				if err != nil {
					return err
				}
				l.putRight(m, &b, meant, s.Right)
			case s.Ends:
				denied = l.end(m, &b, s)
			default:
				b.add(l.learned(m, s))
			}
		}
	}
	return nil
}

// end has a statement end the fact that it takes back, and returns that. One
// that takes back nothing that is known is kept, but ends nothing.
func (l *lesson) end(m *eliza.Message, b *believed, s Statement) *held {
	at := slices.IndexFunc(b.list, func(h held) bool { return h.Subject == s.Subject && says(h.Value, s.Value) })
	if at < 0 {
		s.Subject = ""
		l.learned(m, s)
		return nil
	}
	was := b.list[at]
	b.list = slices.Delete(b.list, at, at+1)
	l.learned(m, s, was.id)
	return &was
}

// putRight learns what was meant in the place of an earlier fact.
func (l *lesson) putRight(m *eliza.Message, b *believed, was *held, right string) {
	if was == nil {
		return
	}
	if better, is := corrected(was.Statement, right); is {
		b.list = slices.DeleteFunc(b.list, func(h held) bool { return h.id == was.id })
		b.add(l.learned(m, better, was.id))
	}
}

// meantBy finds the fact that a correction means, nil when that is not
// certain: the only one that says what is wrong, or, when it does not say, the
// only one of the author's message before, or of the same message.
func (l *lesson) meantBy(ctx context.Context, s Statement, list []held, messages []eliza.Message) (*held, error) {
	m := &messages[len(messages)-1]
	var found []held
	if s.Wrong != "" {
		found = selected(list, func(h held) bool { return says(h.Value, s.Wrong) })
	} else if found = selected(list, func(h held) bool { return h.message == m.ID }); len(found) == 0 {
		before, err := l.messageBefore(ctx, messages)
		if err != nil {
			return nil, err
		}
		found = selected(list, func(h held) bool { return h.message == before })
	}
	if len(found) != 1 {
		return nil, nil
	}
	return &found[0], nil
}

func selected(list []held, by func(held) bool) (some []held) {
	for _, h := range list {
		if by(h) {
			some = append(some, h)
		}
	}
	return some
}

// messageBefore is the message of an author before the newest of these, NoID
// when there is none near.
func (l *lesson) messageBefore(ctx context.Context, messages []eliza.Message) (eliza.ID, error) {
	if len(messages) > 1 {
		return messages[len(messages)-2].ID, nil
	}
	earlier, err := l.store.Messages(ctx, l.room.ChannelID, store.MessageQuery{Limit: maxBack, BeforeSeq: messages[0].Seq})
	if err != nil {
		return eliza.NoID, err
	}
	for _, e := range earlier { // the newest first
		if e.AuthorID == messages[0].AuthorID {
			return e.ID, nil
		}
	}
	return eliza.NoID, nil
}

// learned keeps a statement as a fact that takes the place of others.
func (l *lesson) learned(m *eliza.Message, s Statement, wrong ...eliza.ID) held {
	id := l.fact(m, s.Text, s.Subject, sureByRule)
	if len(wrong) > 0 {
		if l.out.Corrects == nil {
			l.out.Corrects = map[eliza.ID][]eliza.ID{}
		}
		l.out.Corrects[id] = append(l.out.Corrects[id], wrong...)
	}
	if s.Name != "" && !s.Ends && !l.taken(s.Name, m.AuthorID) {
		l.out.Names = append(l.out.Names, eliza.Entity{ID: m.AuthorID, AgentID: l.agent.ID, Names: []string{s.Name}, CreatedAt: m.CreatedAt})
	}
	return held{s, id, m.ID}
}
