package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	// maxSigns bounds how many vectors' signs are kept of all agents together:
	// of 512 dimensions about 120 bytes each, 60 MB in all.
	maxSigns = 500_000
	// fewSigns is how many an agent without any is reckoned to have.
	fewSigns = 100
	// signCandidates are the vectors with the most signs in common with the
	// question's; they are read and compared exactly. A sign says little about
	// an angle, so they are several times what is wanted.
	signCandidates = 3
	signsAtOnce    = 500
	signsTime      = 5 * time.Minute // to read those of one agent
)

// vectorSigns keeps, for the agents that were asked lately, the sign of each
// number of each vector: vectors that point the same way agree in most. To
// count them takes a thousandth of the time that reading the vectors would.
// It is filled in the background, and until it is there the newest vectors
// are compared one by one. Every commit adds to it, so it can be used only
// where nobody else writes. A memory that was deleted may stay in it.
type vectorSigns struct {
	store  *Store
	ctx    context.Context
	stop   context.CancelFunc
	group  sync.WaitGroup
	mu     sync.Mutex
	agents *simplelru.LRU[signsOf, *agentSigns]
	kept   int
}

// signsOf names vectors that can be compared.
type signsOf struct {
	agent eliza.ID
	model string
	dim   int
}

type agentSigns struct {
	mu     sync.RWMutex
	ready  bool
	counts int // towards maxSigns
	place  map[int64]int32
	of     []signed
	bits   []uint64 // as many for each as the dimension needs
	ids    map[eliza.ID]uint32
}

// signed is a memory that has signs.
type signed struct {
	n            int64
	room, entity uint32
	kind         eliza.MemoryType
}

func newVectorSigns(s *Store) *vectorSigns {
	v := &vectorSigns{store: s}
	v.ctx, v.stop = context.WithCancel(context.Background())
	v.agents, _ = simplelru.NewLRU(maxSigns/fewSigns, func(_ signsOf, a *agentSigns) { v.kept -= a.counts })
	return v
}

func (v *vectorSigns) close() {
	v.mu.Lock()
	v.stop()
	v.mu.Unlock()
	v.group.Wait()
}

// nearest returns the numbers of the memories in the question's scope whose
// vectors are likely the nearest. It does not know while the agent's are being
// read.
func (v *vectorSigns) nearest(q RecallQuery) (numbers []int64, known bool) {
	of := signsOf{q.AgentID, q.Model, len(q.Vector)}
	v.mu.Lock()
	a, known := v.agents.Get(of)
	if !known {
		if v.ctx.Err() != nil {
			v.mu.Unlock()
			return nil, false
		}
		a = &agentSigns{place: map[int64]int32{}, ids: map[eliza.ID]uint32{}, counts: fewSigns}
		v.agents.Add(of, a)
		v.kept += fewSigns
		v.group.Go(func() { v.read(of, a) })
	}
	v.mu.Unlock()
	a.mu.RLock()
	defer a.mu.RUnlock()
	if !a.ready {
		return nil, false
	}
	return a.nearest(q), true
}

func (a *agentSigns) nearest(q RecallQuery) []int64 {
	question := signsIn(q.Vector)
	room, entity := a.ids[q.RoomID], a.ids[q.EntityID] // 0 for one that nobody has
	unscoped := q.RoomID == eliza.NoID && q.EntityID == eliza.NoID
	top := best{size: signCandidates * q.pool()}
	furthest := math.MaxInt
	for i, of := range a.of {
		if !unscoped && (room == 0 || of.room != room) && (entity == 0 || of.entity != entity) || len(q.Types) > 0 && !slices.Contains(q.Types, of.kind) {
			continue
		}
		differ := 0
		for j, w := range a.bits[i*len(question) : (i+1)*len(question)] {
			differ += bits.OnesCount64(w ^ question[j])
		}
		if differ > furthest {
			continue
		}
		top.add(scored{of.n, -float64(differ)})
		if len(top.list) == top.size {
			furthest = -int(top.list[top.size-1].score)
		}
	}
	numbers := make([]int64, len(top.list))
	for i, s := range top.list {
		numbers[i] = s.n
	}
	return numbers
}

// signsIn packs the signs of a vector.
func signsIn(v []float32) []uint64 {
	list := make([]uint64, (len(v)+63)/64)
	for i, x := range v {
		if x > 0 {
			list[i/64] |= 1 << (i % 64)
		}
	}
	return list
}

// put keeps the signs of a memory's vector; the caller holds the lock.
func (a *agentSigns) put(n int64, kind eliza.MemoryType, room, entity eliza.ID, vector []uint64) {
	i, known := a.place[n]
	if !known {
		i = int32(len(a.of))
		a.place[n] = i
		a.of = append(a.of, signed{})
		a.bits = append(a.bits, vector...)
	}
	a.of[i] = signed{n, a.number(room), a.number(entity), kind}
	copy(a.bits[int(i)*len(vector):], vector)
}

func (a *agentSigns) number(id eliza.ID) uint32 {
	n, known := a.ids[id]
	if !known {
		n = uint32(len(a.ids) + 1)
		a.ids[id] = n
	}
	return n
}

// A newVector is one that was just stored.
type newVector struct {
	n                   int64
	agent, room, entity eliza.ID
	kind                eliza.MemoryType
	model               string
	vector              []float32
}

// committed adds vectors that were just stored.
func (v *vectorSigns) committed(all []newVector) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range all {
		of := signsOf{m.agent, m.model, len(m.vector)}
		if a, known := v.agents.Peek(of); known {
			a.mu.Lock()
			a.put(m.n, m.kind, m.room, m.entity, signsIn(m.vector))
			count := len(a.of)
			a.mu.Unlock()
			v.count(of, a, count)
		}
	}
}

// count reckons with what an agent has, and drops those that nobody asked for
// the longest time; the caller holds the lock.
func (v *vectorSigns) count(of signsOf, a *agentSigns, n int) {
	if kept, _ := v.agents.Peek(of); kept != a {
		return
	}
	n = max(n, fewSigns)
	v.kept += n - a.counts
	a.counts = n
	for v.kept > maxSigns {
		if _, _, dropped := v.agents.RemoveOldest(); !dropped {
			return
		}
	}
}

// forget drops everything, after memories were deleted.
func (v *vectorSigns) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.agents.Purge()
}

// read fills in what the database has.
func (v *vectorSigns) read(of signsOf, a *agentSigns) {
	ctx, cancel := context.WithTimeout(v.ctx, signsTime)
	defer cancel()
	err := v.readAll(ctx, of, a)
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil { // the next question tries again
		if kept, _ := v.agents.Peek(of); kept == a {
			v.agents.Remove(of)
		}
		return
	}
	a.mu.Lock()
	a.ready = true
	count := len(a.of)
	a.mu.Unlock()
	v.count(of, a, count)
}

func (v *vectorSigns) readAll(ctx context.Context, of signsOf, a *agentSigns) error {
	var numbers []int64
	err := v.store.read.NewSelect().TableExpr("memories AS m").Column("m.n").Where("m.agent_id = ?", of.agent).Scan(ctx, &numbers)
	if err != nil {
		return fmt.Errorf("list memories: %w", err)
	}
	slices.Sort(numbers)
	for some := range slices.Chunk(numbers, signsAtOnce) {
		var rows []struct {
			N      int64            `bun:"n"`
			Type   eliza.MemoryType `bun:"type"`
			Room   eliza.ID         `bun:"room_id"`
			Entity eliza.ID         `bun:"entity_id"`
			Vector []byte           `bun:"vector"`
		}
		err := v.store.read.NewSelect().TableExpr("embeddings AS e").Join("JOIN memories AS m ON m.n = e.memory_n").
			Column("m.n", "m.type", "m.room_id", "m.entity_id", "e.vector").
			Where("e.model = ? AND e.dim = ?", of.model, of.dim).Where("e.memory_n IN (?)", bun.List(some)).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("read vectors: %w", err)
		}
		a.mu.Lock()
		for _, r := range rows {
			if _, newer := a.place[r.N]; !newer {
				a.put(r.N, r.Type, r.Room, r.Entity, packedSigns(r.Vector))
			}
		}
		a.mu.Unlock()
	}
	return nil
}

// packedSigns is signsIn for a packed vector.
func packedSigns(packed []byte) []uint64 {
	list := make([]uint64, (len(packed)/4+63)/64)
	for i := range len(packed) / 4 {
		if math.Float32frombits(binary.LittleEndian.Uint32(packed[4*i:])) > 0 {
			list[i/64] |= 1 << (i % 64)
		}
	}
	return list
}
