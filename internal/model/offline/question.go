package offline

import (
	"strings"

	"github.com/elizad/elizad/internal/analysis"
)

var (
	askWords  = set("who what when where which whose whom why how")
	auxiliary = set("do does did can could will would is are am was were have has should shall may")
	subjects  = set("i you he she it we they my your his her our their the this that there these those anyone someone anybody somebody")
)

// isQuestion tells whether a text asks for something, with or without its
// question mark.
func isQuestion(text string) bool {
	text = analysis.Plain(text)
	if endsAsking(strings.TrimRight(text, ` !.)"'`)) || asksInOtherScript(text) {
		return true
	}
	words := splitWords(plain(text))
	if len(words) < 2 {
		return false
	}
	first, second := words[0], words[1]
	switch {
	case askWords[first]: // but not: when I was young, what I like is
		return !subjects[second]
	case auxiliary[first]:
		return subjects[second]
	}
	return first == "tell" && second == "me"
}

// shouldRespond gives the word that the purpose of that name wants.
func shouldRespond(t *talk) string {
	switch {
	case stopPhrases[t.plain] || commandOf(t.plain) == muteRoom:
		return "STOP"
	case t.namesAgent():
		return "RESPOND"
	case t.question && !t.forSomebodyElse():
		return "RESPOND"
	}
	return "IGNORE"
}

var stopPhrases = phrases("stop", "stop it", "stop that", "enough", "that is enough", "leave us alone", "go away", "shut up", "quiet", "silence", "stop talking to me")

// namesAgent reports whether the message, as it was written, has the agent's
// name among its words.
func (t *talk) namesAgent() bool {
	said := t.req.Turns[len(t.req.Turns)-1].Text
	for _, name := range t.names {
		if analysis.Named(said, name) {
			return true
		}
	}
	return false
}

// forSomebodyElse reports whether the message begins by calling another person
// who took part in the conversation.
func (t *talk) forSomebodyElse() bool {
	for _, turn := range t.req.Turns {
		if turn.Name == "" || analysis.Same(turn.Name, t.name) {
			continue
		}
		rest, ok := analysis.CutPrefix(strings.TrimPrefix(t.text, "@"), turn.Name)
		if ok && rest != "" && strings.IndexByte(" ,:", rest[0]) >= 0 {
			return true
		}
	}
	return false
}

func phrases(all ...string) map[string]bool {
	m := make(map[string]bool, len(all))
	for _, p := range all {
		m[p] = true
	}
	return m
}
