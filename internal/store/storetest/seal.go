package storetest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// seal is a sealer that anybody can see through: it writes who, where and with
// which key, and the text backwards.
type seal struct{ key, old string }

func (s seal) Seal(agent eliza.ID, path, plain string) (string, error) {
	if eliza.IsSealed(plain) && !s.has(plain) {
		return plain, nil
	}
	return strings.Join([]string{eliza.SealedPrefix + s.key, agent.String(), path, backwards(plain)}, "|"), nil
}

func (s seal) has(text string) bool {
	key := strings.TrimPrefix(strings.Split(text, "|")[0], eliza.SealedPrefix)
	return key == s.key || key == s.old && key != ""
}

func (s seal) Open(agent eliza.ID, path, sealed string) (string, bool, error) {
	parts := strings.SplitN(sealed, "|", 4)
	if !s.has(sealed) || len(parts) < 4 || parts[1] != agent.String() || parts[2] != path {
		return "", false, errors.New("closed")
	}
	return backwards(parts[3]), parts[0] == eliza.SealedPrefix+s.key, nil
}

func backwards(text string) string {
	b := []byte(text)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// with opens the database anew with a sealer.
func (p place) with(t *testing.T, s store.Sealer) *store.Store {
	t.Helper()
	ok(t, p.Close())
	c := p.config
	c.Sealer = s
	return open(t, c)
}

func secretive() eliza.Agent {
	return eliza.NewAgent(eliza.Character{
		Name: "Secretive", Bio: eliza.TextList{"x"}, Secrets: map[string]any{"A": "canary", "n": 7.0, "on": true},
		Settings: map[string]any{"model": "m", "apiKey": "canary", "secrets": map[string]any{"B": map[string]any{"deep": "canary"}}},
		Extra:    map[string]json.RawMessage{"bot": json.RawMessage(`{"token":"canary"}`)},
	})
}

var sealTests = map[string]func(*testing.T, place){
	"secrets are sealed in the row and plain outside": func(t *testing.T, p place) {
		s, a := p.with(t, seal{key: "1"}), secretive()
		ok(t, s.CreateAgent(p.ctx, a))
		got, err := s.Agent(p.ctx, a.ID)
		ok(t, err)
		equal(t, "agent", got, a)
		list, err := s.Agents(p.ctx)
		ok(t, err)
		equal(t, "listed", list[len(list)-1], a)
		got, err = s.UpdateAgent(p.ctx, a.ID, func(a *eliza.Agent) error {
			equal(t, "secret", a.Character.Secrets["A"], any("canary"))
			a.Character.Secrets["A"] = "canary2"
			return nil
		})
		ok(t, err)
		equal(t, "changed", got.Character.Secrets["A"], any("canary2"))
		row := rowOf(t, p, a.ID)
		if strings.Contains(row, "canary") || !strings.Contains(row, eliza.SealedPrefix+"1") || !strings.Contains(row, `"model": "m"`) && !strings.Contains(row, `"model":"m"`) {
			t.Errorf("the row is %s", row)
		}
		amiss, err := s.SealAgents(p.ctx)
		ok(t, err)
		equal(t, "amiss", len(amiss), 0)
	},
	"secrets from before there was a key are sealed": func(t *testing.T, p place) {
		a := secretive()
		ok(t, p.CreateAgent(p.ctx, a))
		s := p.with(t, seal{key: "1"})
		got, err := s.Agent(p.ctx, a.ID)
		ok(t, err)
		equal(t, "agent", got, a)
		amiss, err := s.SealAgents(p.ctx)
		ok(t, err)
		equal(t, "amiss", amiss, map[eliza.ID]store.Seals{a.ID: {Stale: 6}})
		if row := rowOf(t, p, a.ID); strings.Contains(row, "canary") {
			t.Errorf("the row is %s", row)
		}
		got, err = s.Agent(p.ctx, a.ID)
		ok(t, err)
		equal(t, "agent", got, a)
	},
	"a new key takes over from the old one": func(t *testing.T, p place) {
		a := secretive()
		p.Store = p.with(t, seal{key: "1"})
		ok(t, p.CreateAgent(p.ctx, a))
		p.Store = p.with(t, seal{key: "2", old: "1"})
		amiss, err := p.SealAgents(p.ctx)
		ok(t, err)
		equal(t, "amiss", amiss, map[eliza.ID]store.Seals{a.ID: {Stale: 6}})
		p.Store = p.with(t, seal{key: "2"})
		got, err := p.Agent(p.ctx, a.ID)
		ok(t, err)
		equal(t, "agent", got, a)
	},
	"what no key opens counts as not set, and is kept": func(t *testing.T, p place) {
		a := secretive()
		p.Store = p.with(t, seal{key: "1"})
		ok(t, p.CreateAgent(p.ctx, a))
		p.Store = p.with(t, seal{key: "2"})
		amiss, err := p.SealAgents(p.ctx)
		ok(t, err)
		equal(t, "closed", len(amiss[a.ID].Closed), 6)
		got, err := p.Agent(p.ctx, a.ID)
		ok(t, err)
		equal(t, "setting", got.Character.Setting("apiKey"), "")
		got, err = p.UpdateAgent(p.ctx, a.ID, func(a *eliza.Agent) error {
			a.Character.System, a.Character.Secrets["A"] = "Changed.", "new"
			return nil
		})
		ok(t, err)
		equal(t, "replaced", got.Character.Setting("A"), "new")
		p.Store = p.with(t, seal{key: "1", old: "2"})
		got, err = p.Agent(p.ctx, a.ID)
		ok(t, err)
		equal(t, "kept", got.Character.Setting("apiKey"), "canary")
		equal(t, "new", got.Character.Setting("A"), "new")
	},
}

// rowOf is an agent's character as it is stored: what a store without a sealer
// reads.
func rowOf(t *testing.T, p place, id eliza.ID) string {
	t.Helper()
	c := p.config
	c.Beside = true
	plain := open(t, c)
	a, err := plain.Agent(p.ctx, id)
	ok(t, err)
	b, err := json.Marshal(a.Character)
	ok(t, err)
	return string(b)
}

var besideTests = map[string]func(*testing.T, place){
	"a program works beside a server": func(t *testing.T, p place) {
		c := p.config
		c.Beside, c.Node = true, "another"
		beside := open(t, c)
		ok(t, beside.CreateKey(p.ctx, eliza.Key{ID: eliza.NewID(), Hash: "aa", Right: eliza.RightRead}))
		list, err := p.Keys(p.ctx)
		ok(t, err)
		equal(t, "keys", len(list), 1)
		ok(t, beside.Close())
		ok(t, p.Heartbeat(p.ctx))
	},
	"two servers do not share a folder": func(t *testing.T, p place) {
		if p.config.DataDir == "" {
			return // nothing is locked there
		}
		_, err := store.Open(p.ctx, p.config)
		if !errors.Is(err, store.ErrInUse) {
			t.Errorf("got %v", err)
		}
	},
}
