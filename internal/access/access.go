// Package access keeps the keys of the server and tells what each is good for.
//
// There are two kinds. The token of the settings (ELIZA_SERVER_AUTH_TOKEN)
// rules the whole server. Scoped keys are made here: each has a name and a
// [eliza.Right], and may be bound to one agent and end at a moment. Their
// texts are 256 random bits, shown once and stored as SHA-256: that is enough
// for what nobody can guess.
//
// As long as there is neither, the server is open to its own machine. A key
// counts also when it has expired: a server does not open by itself. Only when
// the last key is revoked, and there is no token, it is open again.
package access

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Prefix begins the text of every scoped key, so that people and scanners
// recognise one.
const Prefix = "elizad_"

const (
	// refreshEvery is how old what is known of the keys may be: so long a key
	// may live on that another process revoked.
	refreshEvery = 2 * time.Second
	maxName      = 200
	maxKeys      = 10_000
)

// Grant is what somebody may do.
type Grant struct {
	Right eliza.Right
	Agent eliza.ID // the only agent, and its channels; none: all
	KeyID eliza.ID // none: the token, or an open server
	Name  string   // of the key
	// Guessable says that the token is so short or so plain that tries must be
	// counted. Scoped keys never are.
	Guessable bool
}

// ActsForOthers reports whether the holder may speak over a socket in the name
// of another entity than the one it connected as, as a bridge to another
// platform does.
func (g Grant) ActsForOthers() bool { return g.Right == eliza.RightAdmin }

// Full is the grant of the holder of a good token, and of everybody while the
// server is open.
var Full = Grant{Right: eliza.RightAdmin}

// Service is the room of keys. It is safe for concurrent use.
type Service struct {
	token    [sha256.Size]byte
	hasToken bool
	plain    bool         // the token can be guessed
	store    *store.Store // nil: there are no scoped keys
	now      func() time.Time
	known    atomic.Pointer[keys]
	reading  sync.Mutex
}

// keys are the scoped keys as they were at a moment.
type keys struct {
	at     time.Time
	byHash map[string]*entry // by the hash's bytes
	byID   map[eliza.ID]*entry
}

type entry struct {
	eliza.Key
	used *atomic.Int64 // when, in milliseconds
}

// Options say where keys come from.
type Options struct {
	Token string           // "" for none
	Store *store.Store     // nil for no scoped keys
	Now   func() time.Time // nil for the system's clock
}

// New makes the room.
func New(o Options) *Service {
	s := &Service{token: sha256.Sum256([]byte(o.Token)), hasToken: o.Token != "", plain: Guessable(o.Token), store: o.Store, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// strongKey is the least length of a key that cannot be guessed.
const strongKey = 16

// Guessable reports whether a key that somebody thought of is too short, or has
// too few different characters, to withstand many tries.
func Guessable(key string) bool {
	different := map[rune]bool{}
	for _, r := range key {
		different[r] = true
	}
	return len(key) < strongKey || len(different) < strongKey/2
}

// Open reports whether the server is open: there is neither a token nor a key.
// When that cannot be found out it is not.
func (s *Service) Open(ctx context.Context) bool {
	if s.hasToken {
		return false
	}
	k, err := s.current(ctx)
	return err == nil && len(k.byID) == 0
}

// Check returns what the holder of a key may do; "" is no key. Error codes:
// UNAUTHORIZED, DB_ERROR when the keys cannot be read.
func (s *Service) Check(ctx context.Context, shown string) (Grant, error) {
	sum := sha256.Sum256([]byte(shown))
	if s.hasToken && subtle.ConstantTimeCompare(s.token[:], sum[:]) == 1 {
		return Grant{Right: eliza.RightAdmin, Guessable: s.plain}, nil
	}
	k, err := s.current(ctx)
	if err != nil {
		return Grant{}, err
	}
	if !s.hasToken && len(k.byID) == 0 {
		return Full, nil
	}
	if !strings.HasPrefix(shown, Prefix) {
		return Grant{}, refused()
	}
	e, now := k.byHash[string(sum[:])], s.now()
	if e == nil || e.ended(now) {
		return Grant{}, refused()
	}
	e.used.Store(now.UnixMilli())
	return Grant{Right: e.Right, Agent: e.AgentID, KeyID: e.ID, Name: e.Name}, nil
}

func refused() error {
	return eliza.Errorf(eliza.CodeUnauthorized, "Unauthorized: Invalid or missing X-API-KEY")
}

func (e *entry) ended(now time.Time) bool {
	return e.ExpiresAt != 0 && int64(e.ExpiresAt) <= now.UnixMilli()
}

// Lives reports whether a grant that was given earlier still stands: its key
// was neither revoked nor has it expired, or, for one given while the server
// was open, the server is open still.
func (s *Service) Lives(ctx context.Context, g Grant) bool {
	if g.KeyID == eliza.NoID {
		return s.hasToken || s.Open(ctx)
	}
	k, err := s.current(ctx)
	if err != nil {
		return false
	}
	e := k.byID[g.KeyID]
	return e != nil && !e.ended(s.now())
}

// current is what is known of the keys, read again when it is too old.
func (s *Service) current(ctx context.Context) (*keys, error) {
	k := s.known.Load()
	if k != nil && s.now().Sub(k.at) < refreshEvery {
		return k, nil
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	if again := s.known.Load(); again != k {
		return again, nil
	}
	// Whoever asks, the next ones need the answer too.
	return s.read(context.WithoutCancel(ctx))
}

// read is called with reading held.
func (s *Service) read(ctx context.Context) (*keys, error) {
	fresh := &keys{at: s.now(), byHash: map[string]*entry{}, byID: map[eliza.ID]*entry{}}
	old := s.known.Load()
	if s.store != nil {
		list, err := s.store.Keys(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the keys: %w", err)
		}
		for _, key := range list {
			hash, err := hex.DecodeString(key.Hash)
			if err != nil {
				return nil, fmt.Errorf("read the keys: the hash of %s: %w", key.ID, err)
			}
			e := &entry{Key: key, used: new(atomic.Int64)}
			if old != nil && old.byID[key.ID] != nil {
				e.used = old.byID[key.ID].used
			}
			fresh.byHash[string(hash)], fresh.byID[key.ID] = e, e
		}
	}
	s.known.Store(fresh)
	return fresh, nil
}

// Wish is what somebody wants of a new key.
type Wish struct {
	Name    string
	Right   eliza.Right
	Agent   eliza.ID     // none: all agents
	Expires eliza.Millis // 0: never
}

// Create makes a key and returns it with its text, which is not kept. Error
// codes: INVALID_REQUEST, CONFLICT when there are too many.
func (s *Service) Create(ctx context.Context, w Wish) (eliza.Key, string, error) {
	if s.store == nil {
		return eliza.Key{}, "", eliza.Errorf(eliza.CodeUnavailable, "Keys cannot be made here")
	}
	if err := s.check(w); err != nil {
		return eliza.Key{}, "", err
	}
	k, err := s.reread(ctx)
	if err != nil {
		return eliza.Key{}, "", err
	}
	if len(k.byID) >= maxKeys {
		return eliza.Key{}, "", eliza.Errorf(eliza.CodeConflict, "There are %d keys already; revoke some first", maxKeys)
	}
	var random [32]byte
	rand.Read(random[:])
	text := Prefix + base64.RawURLEncoding.EncodeToString(random[:])
	sum := sha256.Sum256([]byte(text))
	key := eliza.Key{
		ID: eliza.NewID(), Name: strings.TrimSpace(w.Name), Hash: hex.EncodeToString(sum[:]), Right: w.Right, AgentID: w.Agent,
		CreatedAt: eliza.Millis(s.now().UnixMilli()), ExpiresAt: w.Expires,
	}
	if err := s.store.CreateKey(ctx, key); err != nil {
		return eliza.Key{}, "", fmt.Errorf("make a key: %w", err)
	}
	_, err = s.reread(ctx)
	return key, text, err
}

func (s *Service) check(w Wish) error {
	name := strings.TrimSpace(w.Name)
	switch {
	case name == "" || len(name) > maxName:
		return eliza.Errorf(eliza.CodeInvalidRequest, "name: a text of 1 to %d bytes is required", maxName)
	case !w.Right.Covers(eliza.RightRead):
		return eliza.Errorf(eliza.CodeInvalidRequest, "access: read, write or admin is required")
	case w.Agent != eliza.NoID && w.Right == eliza.RightAdmin:
		return eliza.Errorf(eliza.CodeInvalidRequest, "agentId: an admin's key is for the whole server")
	case w.Expires != 0 && int64(w.Expires) <= s.now().UnixMilli():
		return eliza.Errorf(eliza.CodeInvalidRequest, "expiresAt: a moment to come is required, in milliseconds since 1970")
	}
	return nil
}

// List returns all keys, the oldest first, also those that have expired.
func (s *Service) List(ctx context.Context) ([]eliza.Key, error) {
	if s.store == nil {
		return nil, nil
	}
	list, err := s.store.Keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	if k := s.known.Load(); k != nil {
		for i := range list {
			if e := k.byID[list[i].ID]; e != nil {
				list[i].LastUsedAt = max(list[i].LastUsedAt, eliza.Millis(e.used.Load()))
			}
		}
	}
	return list, nil
}

// Revoke ends a key at once. Error code: NOT_FOUND.
func (s *Service) Revoke(ctx context.Context, id eliza.ID) error {
	if s.store == nil {
		return eliza.NotFound("Key")
	}
	if err := s.store.DeleteKey(ctx, id); err != nil {
		return fmt.Errorf("revoke a key: %w", err)
	}
	_, err := s.reread(context.WithoutCancel(ctx))
	return err
}

func (s *Service) reread(ctx context.Context) (*keys, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	return s.read(ctx)
}

// Note writes down when keys were last used. It is due once a minute or so,
// and writes nothing when none was.
func (s *Service) Note(ctx context.Context) error {
	k := s.known.Load()
	if k == nil || s.store == nil {
		return nil
	}
	used := map[eliza.ID]eliza.Millis{}
	for id, e := range k.byID {
		if at := eliza.Millis(e.used.Load()); at > cmp.Or(e.LastUsedAt, 0) {
			used[id] = at
		}
	}
	if len(used) == 0 {
		return nil
	}
	err := s.store.UseKeys(ctx, used)
	_, again := s.reread(ctx)
	if err = errors.Join(err, again); err != nil {
		return fmt.Errorf("note the use of keys: %w", err)
	}
	return nil
}
