package model

import (
	"hash/fnv"
	"maps"
	"sync"
	"time"
)

const (
	// traitsKept is how long a server is held to what it said: it may be
	// upgraded, or its model be replaced under the same name.
	traitsKept = 6 * time.Hour
	// maxTraits bounds how many models are remembered.
	maxTraits = 1000
	// maxRefused bounds how many tools are remembered of one model.
	maxRefused = 200
)

// modelAt is a model at a server, as one key reaches it.
type modelAt struct {
	server
	model string
}

// server is who serves a configuration's models.
type server struct{ provider, address, key string }

// traits are what a model at a server was found to need.
type traits struct {
	noTools bool            // it takes no tools
	refused map[string]bool // tools whose schema it does not take, see toolKey; never changed
	context int             // tokens that it reads and writes in one call; 0 when it never said
	ratio   float64         // tokens that it counts for one that is estimated; 0 when none was compared
	// leastRatio is what a refusal has taught of ratio: a server with a cache
	// of prompts counts fewer tokens than it reads. 0 when none was refused.
	leastRatio float64
}

// learned are the traits of models, in the memory of this process alone.
type learned struct {
	now func() time.Time
	mu  sync.Mutex
	of  map[modelAt]trait
}

type trait struct {
	traits
	until time.Time
}

func newLearned() *learned { return &learned{now: time.Now, of: map[modelAt]trait{}} }

// get returns what is known of a model; the zero traits when nothing is.
func (l *learned) get(m modelAt) traits {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, known := l.of[m]
	if known && l.now().After(one.until) {
		delete(l.of, m)
		return traits{}
	}
	return one.traits
}

// learn changes what is known of a model. All of it is forgotten together, a
// while after the first of it was learned.
func (l *learned) learn(m modelAt, change func(*traits)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, known := l.of[m]
	if !known || l.now().After(one.until) {
		one = trait{until: l.now().Add(traitsKept)}
		for old := range l.of {
			if len(l.of) < maxTraits {
				break
			}
			delete(l.of, old)
		}
	}
	change(&one.traits)
	l.of[m] = one
}

// refuse adds a tool whose schema the model does not take.
func (t *traits) refuse(tool *Tool) {
	refused := make(map[string]bool, len(t.refused)+1)
	if len(t.refused) < maxRefused {
		maps.Copy(refused, t.refused)
	}
	refused[toolKey(tool)] = true
	t.refused = refused
}

// toolKey names a tool with its schema: another one may be taken.
func toolKey(t *Tool) string {
	h := fnv.New64a()
	h.Write(t.Parameters)
	return t.Name + "\x00" + string(h.Sum(nil))
}
