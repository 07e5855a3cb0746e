package crash

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elizad/elizad/test/stubmodel"
)

// model is the model server: it takes some time for an answer, so that calls
// are in flight when the server dies, and knows what became of each.
type model struct {
	stub     *stubmodel.Server
	address  string
	inFlight atomic.Int64
	cut      atomic.Int64 // calls whose caller was gone before the answer was
	holding  atomic.Bool
	held     chan string // note of a call that is kept waiting

	mu    sync.Mutex
	asked map[string]int // calls about each note
}

// noteText is how a message names itself, in all that repeats it.
var noteText = regexp.MustCompile(`note \d+(-\d+)+`)

func startModel(t *testing.T) *model {
	t.Helper()
	m := &model{stub: stubmodel.New(), asked: map[string]int{}, held: make(chan string, 1)}
	m.stub.Keep = 0
	m.stub.Answer = m.answer
	listener := httptest.NewServer(m)
	t.Cleanup(listener.Close)
	m.address = listener.URL
	return m
}

func (m *model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/chat/completions") {
		m.stub.ServeHTTP(w, r)
		return
	}
	m.inFlight.Add(1)
	defer func() {
		if r.Context().Err() != nil {
			m.cut.Add(1)
		}
		m.inFlight.Add(-1)
	}()
	m.stub.ServeHTTP(w, r)
}

func (m *model) answer(call stubmodel.Call) stubmodel.Reply {
	about := noteText.FindString(call.LastUser)
	m.mu.Lock()
	m.asked[about]++
	m.mu.Unlock()
	if m.holding.Load() {
		select {
		case m.held <- about:
		default:
		}
		return stubmodel.Reply{Hang: true}
	}
	r := stubmodel.Reply{FirstDelay: 5*time.Millisecond + rand.N(25*time.Millisecond)}
	if rand.N(4) == 0 {
		r.FirstDelay, r.PieceDelay = 2*r.FirstDelay, rand.N(10*time.Millisecond)
	}
	return r
}

// hold keeps every call that comes from now on waiting, until release.
func (m *model) hold() {
	select {
	case <-m.held:
	default:
	}
	m.holding.Store(true)
}

func (m *model) release() { m.holding.Store(false) }

// askedAbout tells how often the model was called about a note.
func (m *model) askedAbout(text string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked[text]
}
