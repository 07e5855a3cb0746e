package crash

import (
	"hash/fnv"
	"testing"

	"github.com/anishathalye/porcupine"
)

// A channel is a list: a post appends to it, a read returns all of it. Posts
// and reads of one channel by several clients, with crashes in between, must
// be explained by some order in which each of them took effect at one instant
// between its call and its return. A post that was cut off by a crash is sent
// again with the same key, so it is one operation, from the first call to the
// acknowledgement.

// list stands for the messages of a channel, oldest first, by their number and
// a hash over them.
type list struct {
	n    int
	hash uint64
}

func (l list) append(text string) list {
	h := fnv.New64a()
	for shift := 0; shift < 64; shift += 8 {
		_, _ = h.Write([]byte{byte(l.hash >> shift)})
	}
	_, _ = h.Write([]byte(text))
	return list{l.n + 1, h.Sum64()}
}

func listOf(texts []string) (l list) {
	for _, text := range texts {
		l = l.append(text)
	}
	return l
}

// appending and reading are the inputs of operations; the output of reading is
// a list.
type (
	appending string
	reading   struct{}
)

var channelModel = porcupine.Model{
	Init: func() any { return list{} },
	Step: func(state, input, output any) (bool, any) {
		l := state.(list)
		if text, ok := input.(appending); ok {
			return true, l.append(string(text))
		}
		return output.(list) == l, l
	},
}

// never is when an operation returns whose result nobody learned.
const never = int64(1<<63 - 1)

func linearizable(history []porcupine.Operation) bool {
	return porcupine.CheckOperationsTimeout(channelModel, history, patience) == porcupine.Ok
}

func TestLinearizabilityCheckCanFail(t *testing.T) {
	post := func(text string, call, ret int64) porcupine.Operation {
		return porcupine.Operation{Input: appending(text), Call: call, Return: ret}
	}
	read := func(call, ret int64, texts ...string) porcupine.Operation {
		return porcupine.Operation{Input: reading{}, Output: listOf(texts), Call: call, Return: ret}
	}
	for name, c := range map[string]struct {
		history []porcupine.Operation
		want    bool
	}{
		"one after another":                   {[]porcupine.Operation{post("a", 1, 2), post("b", 3, 4), read(5, 6, "a", "b")}, true},
		"at once, in either order":            {[]porcupine.Operation{post("a", 1, 4), post("b", 2, 3), read(5, 6, "b", "a")}, true},
		"cut off and stored":                  {[]porcupine.Operation{post("a", 1, never), read(2, 3), read(4, 5, "a")}, true},
		"cut off and not stored":              {[]porcupine.Operation{post("a", 1, never), read(2, 3)}, true},
		"acknowledged and lost":               {[]porcupine.Operation{post("a", 1, 2), read(3, 4)}, false},
		"seen, then gone":                     {[]porcupine.Operation{post("a", 1, never), read(2, 3, "a"), read(4, 5)}, false},
		"sent again without its key":          {[]porcupine.Operation{post("a", 1, 8), read(9, 10, "a", "a")}, false},
		"acknowledged later, stored before":   {[]porcupine.Operation{post("a", 1, 2), post("b", 3, 4), read(5, 6, "b", "a")}, false},
		"two readers see two orders":          {[]porcupine.Operation{post("a", 1, 9), post("b", 1, 9), read(2, 3, "a"), read(4, 5, "b")}, false},
		"a read that does not see its writer": {[]porcupine.Operation{post("a", 1, 2), post("b", 3, 4), read(5, 6, "a")}, false},
	} {
		if got := linearizable(c.history); got != c.want {
			t.Errorf("%s: linearizable is %v", name, got)
		}
	}
}
