package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/elizad/elizad/internal/eliza"
)

// seal encrypts an agent's secrets for its row.
func (s *Store) seal(a *eliza.Agent) (err error) {
	if s.sealer == nil {
		return nil
	}
	a.Character, err = a.Character.MapSecrets(func(path string, v any) (any, error) {
		if sealed, is := v.(eliza.Sealed); is {
			return string(sealed), nil
		}
		if text, is := v.(string); is && eliza.IsSealed(text) {
			return s.sealer.Seal(a.ID, path, text) // one that cannot be opened stays as it is
		}
		plain, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("encode a secret: %w", err)
		}
		return s.sealer.Seal(a.ID, path, string(plain))
	})
	return err
}

// Seals tells how the secrets of an agent were stored.
type Seals struct {
	Stale  int      // as they were given, or sealed with a key that no longer seals
	Closed []string // paths of those that no key here opens
}

// unseal decrypts the secrets of a row. What no key opens becomes
// eliza.Sealed.
func (s *Store) unseal(a *eliza.Agent) (seals Seals, err error) {
	if s.sealer == nil {
		return seals, nil
	}
	a.Character, err = a.Character.MapSecrets(func(path string, v any) (any, error) {
		text, is := v.(string)
		if !is || !eliza.IsSealed(text) {
			seals.Stale++
			return v, nil
		}
		plain, current, err := s.sealer.Open(a.ID, path, text)
		if err != nil {
			seals.Closed = append(seals.Closed, path)
			return eliza.Sealed(text), nil
		}
		if !current {
			seals.Stale++
		}
		var value any
		if json.Unmarshal([]byte(plain), &value) != nil {
			value = plain // sealed as it was: a text that looked sealed already
		}
		return value, nil
	})
	return seals, err
}

// SealAgents seals anew, with the key that seals now, what is stored
// otherwise: secrets from before there was a key, or from before it was
// changed. It returns how the secrets of each agent were, of those alone where
// something was amiss.
func (s *Store) SealAgents(ctx context.Context) (map[eliza.ID]Seals, error) {
	suspects, err := s.maySeal(ctx)
	if err != nil {
		return nil, failed("read agents", err)
	}
	amiss := map[eliza.ID]Seals{}
	for _, id := range suspects {
		a := eliza.Agent{ID: id}
		err := get(ctx, s, "Agent", &a)
		if eliza.ErrorCode(err) == eliza.CodeNotFound {
			continue // deleted meanwhile
		}
		if err != nil {
			return amiss, err
		}
		seals, err := s.unseal(&a)
		if err != nil {
			return amiss, failed("seal agents", err)
		}
		if seals.Stale > 0 || len(seals.Closed) > 0 {
			amiss[a.ID] = seals
		}
		if seals.Stale == 0 {
			continue
		}
		// The moment of the last change is the character's, not the seal's.
		_, err = change(ctx, s, "Agent", eliza.Agent{ID: a.ID}, func(row *eliza.Agent) error {
			if _, err := s.unseal(row); err != nil {
				return err
			}
			return s.seal(row)
		})
		if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound { // deleted meanwhile
			return amiss, err
		}
	}
	return amiss, nil
}

// maySeal finds the agents that may hold secrets, without decoding them: most
// hold none, and a server with many is to start at once.
func (s *Store) maySeal(ctx context.Context) ([]eliza.ID, error) {
	if s.sealer == nil {
		return nil, nil
	}
	rows, err := s.often.query(ctx, `SELECT CAST(id AS TEXT), CAST(character AS TEXT) FROM agents ORDER BY created_at, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []eliza.ID
	var id, character sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &character); err != nil {
			return nil, err
		}
		if !eliza.MayHoldSecrets(character) {
			continue
		}
		parsed, err := eliza.ParseID(string(id))
		if err != nil {
			return nil, err
		}
		list = append(list, parsed)
	}
	return list, rows.Err()
}
