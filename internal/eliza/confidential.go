package eliza

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
)

// Sealed is a secret that is encrypted with a key that this server does not
// have. It counts as not set, is kept as it is, and can be replaced.
type Sealed string

// MapSecrets returns a copy of the character in which with has replaced each
// secret. path says where it stands, as in "settings.secrets.API_KEY".
//
// Secret is whatever stands under "secrets", at any depth, and in settings and
// in fields that are not ours every text under a name that SecretName knows,
// every address that holds a password, and what is sealed already.
func (c Character) MapSecrets(with func(path string, value any) (any, error)) (Character, error) {
	m := secretMapper{with: with}
	var err error
	if c.Secrets, err = m.object("secrets", c.Secrets, all); err != nil {
		return c, err
	}
	if c.Settings, err = m.object("settings", c.Settings, none); err != nil {
		return c, err
	}
	extra := maps.Clone(c.Extra)
	for key, raw := range extra {
		if extra[key], err = m.raw(key, raw, heed(none, key)); err != nil {
			return c, err
		}
	}
	c.Extra = extra
	return c, nil
}

// suspicion is what of a value's leaves counts as secret for where they stand.
type suspicion int

const (
	none  suspicion = iota
	texts           // under a name of a secret
	all             // under "secrets"
)

// heed is the suspicion below a key.
func heed(s suspicion, key string) suspicion {
	switch {
	case s == all || strings.EqualFold(key, "secrets"):
		return all
	case s == texts || SecretName(key):
		return texts
	}
	return none
}

type secretMapper struct {
	with    func(path string, value any) (any, error)
	changed bool
}

func (m *secretMapper) object(path string, in map[string]any, s suspicion) (map[string]any, error) {
	if in == nil {
		return nil, nil
	}
	out := make(map[string]any, len(in))
	for key, value := range in {
		v, err := m.value(path+"."+key, value, heed(s, key))
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, nil
}

func (m *secretMapper) value(path string, v any, s suspicion) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return m.object(path, v, s)
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			mapped, err := m.value(path+"."+strconv.Itoa(i), one, s)
			if err != nil {
				return nil, err
			}
			out[i] = mapped
		}
		return out, nil
	}
	if s != all && !isSecret(v, s) {
		return v, nil
	}
	m.changed = true
	mapped, err := m.with(path, v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return mapped, nil
}

// raw maps a value that is encoded, and leaves it byte for byte when it holds
// no secret.
func (m *secretMapper) raw(path string, raw json.RawMessage, s suspicion) (json.RawMessage, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.changed = false
	v, err := m.value(path, v, s)
	if err != nil || !m.changed {
		return raw, err
	}
	return json.Marshal(v)
}

// isSecret judges a leaf that does not stand under "secrets".
func isSecret(v any, s suspicion) bool {
	if _, sealed := v.(Sealed); sealed {
		return true
	}
	text, is := v.(string)
	if !is || text == "" {
		return false
	}
	if IsSealed(text) {
		return true
	}
	if s == texts {
		_, err := strconv.ParseFloat(text, 64) // TOKEN_LIMIT=8192
		return err != nil
	}
	if !strings.Contains(text, "://") {
		return false
	}
	address, err := url.Parse(text)
	if err != nil || address.User == nil {
		return false
	}
	_, protected := address.User.Password()
	return protected
}

// SealedPrefix begins a text that is a sealed secret.
const SealedPrefix = "sealed:v1:"

// IsSealed reports whether a text has the form of a sealed secret.
func IsSealed(text string) bool { return strings.HasPrefix(text, SealedPrefix) }
