package store

import (
	"hash/fnv"
	"strconv"
	"unique"

	"github.com/elizad/elizad/internal/eliza"
)

// maxIndexedWords is how many different words of a memory the text index takes.
const maxIndexedWords = 1024

// indexedWords are what the text index holds of a memory: each of its words
// once for each scope in which it may be looked for, and the bare scopes. So a
// word is found within a room without going through all who ever used it.
func indexedWords(m eliza.Memory) wordsOf {
	if m.ValidUntil != 0 {
		return wordsOf{}
	}
	terms, length := termsIn(m.Content.Text)
	if len(terms.words) == 0 {
		return wordsOf{}
	}
	author, _ := m.Metadata["senderName"].(string)
	of := &remark{m.MessageID, m.RoomID, m.EntityID, m.CreatedAt, unique.Make(author), unique.Make(m.Type), length}
	list := make([]string, 0, 3*(len(terms.words)+1))
	for _, scope := range []string{roomScope(m.AgentID, m.RoomID), entityScope(m.AgentID, m.EntityID), typeScope(m.AgentID, m.Type)} {
		list = append(list, scope)
		for _, w := range terms.words {
			list = append(list, scope+w)
		}
	}
	return wordsOf{words: list, terms: terms, of: of}
}

// A scope is the beginning of a word: a letter, the hash of two ids and a "_",
// which no word of a text contains. Two scopes may share a hash; whoever reads
// the memories notices.
func roomScope(agent, room eliza.ID) string     { return scope('r', agent, room[:]) }
func entityScope(agent, entity eliza.ID) string { return scope('e', agent, entity[:]) }
func typeScope(agent eliza.ID, t eliza.MemoryType) string {
	return scope('t', agent, []byte(t))
}

func scope(kind byte, agent eliza.ID, of []byte) string {
	hash := fnv.New64a()
	hash.Write(agent[:])
	hash.Write(of)
	b := append(make([]byte, 0, 18), kind)
	b = strconv.AppendUint(b, hash.Sum64()>>16, 36)
	return string(append(b, '_'))
}
