package access

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// place is a room of keys over a real database, with a clock of its own.
type place struct {
	*Service
	t     *testing.T
	ctx   context.Context
	store *store.Store
	clock time.Time
}

func newPlace(t *testing.T, token string) *place {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &place{t: t, ctx: ctx, store: s, clock: time.UnixMilli(1_000_000)}
	p.Service = p.room(token)
	return p
}

// room is another process over the same database.
func (p *place) room(token string) *Service {
	return New(Options{Token: token, Store: p.store, Now: func() time.Time { return p.clock }})
}

func (p *place) key(w Wish) (eliza.Key, string) {
	p.t.Helper()
	key, text, err := p.Create(p.ctx, w)
	if err != nil {
		p.t.Fatal(err)
	}
	return key, text
}

func (p *place) refuses(s *Service, shown string) {
	p.t.Helper()
	if g, err := s.Check(p.ctx, shown); eliza.ErrorCode(err) != eliza.CodeUnauthorized || g != (Grant{}) {
		p.t.Errorf("%.12q is granted %+v, %v", shown, g, err)
	}
}

func (p *place) grants(s *Service, shown string, want Grant) {
	p.t.Helper()
	if g, err := s.Check(p.ctx, shown); err != nil || g != want {
		p.t.Errorf("%.12q is granted %+v, %v; want %+v", shown, g, err, want)
	}
}

func TestTokenRulesAll(t *testing.T) {
	p := newPlace(t, "the-token")
	p.grants(p.Service, "the-token", Grant{Right: eliza.RightAdmin, Guessable: true})
	p.grants(p.room("0f2d4c9b7e81a3556b0c"), "0f2d4c9b7e81a3556b0c", Full)
	for _, wrong := range []string{"", "the-toke", "the-token2", "THE-TOKEN", Prefix, "\x00"} {
		p.refuses(p.Service, wrong)
	}
	if p.Open(p.ctx) {
		t.Error("the server is open")
	}
}

func TestServerWithoutAnyKeyIsOpen(t *testing.T) {
	p := newPlace(t, "")
	p.grants(p.Service, "", Full)
	p.grants(p.Service, "whatever", Full)
	key, text := p.key(Wish{Name: "first", Right: eliza.RightAdmin})
	p.refuses(p.Service, "")
	p.grants(p.Service, text, Grant{Right: eliza.RightAdmin, KeyID: key.ID, Name: "first"})
	if p.Open(p.ctx) || p.Lives(p.ctx, Full) {
		t.Error("a grant of the open server outlives the first key")
	}
	if err := p.Revoke(p.ctx, key.ID); err != nil {
		t.Fatal(err)
	}
	p.grants(p.Service, "", Full)
}

func TestScopedKeys(t *testing.T) {
	p := newPlace(t, "the-token")
	agent := eliza.NameID("Eliza")
	key, text := p.key(Wish{Name: " reader ", Right: eliza.RightRead, Agent: agent})
	if !strings.HasPrefix(text, Prefix) || len(text) < len(Prefix)+43 || strings.Contains(key.Hash, text) || key.Name != "reader" {
		t.Errorf("made %+v", key)
	}
	p.grants(p.Service, text, Grant{Right: eliza.RightRead, Agent: agent, KeyID: key.ID, Name: "reader"})
	p.refuses(p.Service, text[:len(text)-1])
	p.refuses(p.Service, key.Hash)
	stored, err := p.store.Keys(p.ctx)
	if err != nil || len(stored) != 1 || strings.Contains(stored[0].Hash, text[len(Prefix):]) {
		t.Errorf("stored %+v, %v", stored, err)
	}
}

func TestKeysExpire(t *testing.T) {
	p := newPlace(t, "")
	_, text := p.key(Wish{Name: "x", Right: eliza.RightRead, Expires: 1_060_000})
	grant, err := p.Check(p.ctx, text)
	if err != nil || !p.Lives(p.ctx, grant) {
		t.Fatal(grant, err)
	}
	p.clock = time.UnixMilli(1_060_000)
	p.refuses(p.Service, text)
	p.refuses(p.Service, "")
	if p.Lives(p.ctx, grant) || p.Open(p.ctx) {
		t.Error("a server opens when its only key expires")
	}
}

func TestRevokedKeysEndEverywhere(t *testing.T) {
	p := newPlace(t, "")
	other := p.room("")
	key, text := p.key(Wish{Name: "x", Right: eliza.RightWrite})
	p.key(Wish{Name: "y", Right: eliza.RightAdmin})
	grant, err := other.Check(p.ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Revoke(p.ctx, key.ID); err != nil {
		t.Fatal(err)
	}
	p.refuses(p.Service, text)
	p.clock = p.clock.Add(refreshEvery)
	p.refuses(other, text)
	if other.Lives(p.ctx, grant) {
		t.Error("a grant outlives its key")
	}
	if err := p.Revoke(p.ctx, key.ID); eliza.ErrorCode(err) != eliza.CodeNotFound {
		t.Errorf("revoked twice: %v", err)
	}
}

func TestWishesAreChecked(t *testing.T) {
	p := newPlace(t, "")
	agent := eliza.NameID("Eliza")
	for name, w := range map[string]Wish{
		"no name":           {Right: eliza.RightRead},
		"a long name":       {Name: strings.Repeat("x", maxName+1), Right: eliza.RightRead},
		"no right":          {Name: "x"},
		"an unknown right":  {Name: "x", Right: "root"},
		"an agent's admin":  {Name: "x", Right: eliza.RightAdmin, Agent: agent},
		"over when it came": {Name: "x", Right: eliza.RightRead, Expires: 1},
	} {
		if _, _, err := p.Create(p.ctx, w); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUseIsNotedSeldom(t *testing.T) {
	p := newPlace(t, "")
	key, text := p.key(Wish{Name: "x", Right: eliza.RightRead})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				p.grants(p.Service, text, Grant{Right: eliza.RightRead, KeyID: key.ID, Name: "x"})
			}
		})
	}
	group.Wait()
	used := func() eliza.Millis {
		list, err := p.store.Keys(p.ctx)
		if err != nil {
			t.Fatal(err)
		}
		return list[0].LastUsedAt
	}
	if used() != 0 {
		t.Error("a use is written at once")
	}
	list, err := p.List(p.ctx)
	if err != nil || list[0].LastUsedAt != 1_000_000 {
		t.Errorf("listed %+v, %v", list, err)
	}
	if err := p.Note(p.ctx); err != nil || used() != 1_000_000 {
		t.Errorf("noted %d, %v", used(), err)
	}
}

func TestClosedDatabaseLetsNobodyIn(t *testing.T) {
	p := newPlace(t, "")
	if err := p.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Check(p.ctx, ""); err == nil || p.Open(p.ctx) {
		t.Errorf("the server is open: %v", err)
	}
}

func BenchmarkCheck(b *testing.B) {
	s := New(Options{Token: "the-token"})
	for b.Loop() {
		if _, err := s.Check(context.Background(), "the-token"); err != nil {
			b.Fatal(err)
		}
	}
}
