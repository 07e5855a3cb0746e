// Package secret encrypts what agents keep secret before it is written to the
// database. A [Keyring] seals with one key and opens with every key it has, so
// that a change of key is a matter of reading and writing again.
//
// The key follows from SECRET_SALT where that is set, else it lies in the file
// secret.key of the data folder, which is made at the first start. A secret is
// encrypted with AES-256-GCM; whose it is and where it stands are
// authenticated with it, so a sealed secret is of no use in another place.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/elizad/elizad/internal/eliza"
)

// ErrNoKey says that a secret was sealed with a key that the ring has not.
var ErrNoKey = errors.New("the secret was sealed with another key")

// Source says where the keys of a ring come from.
type Source struct {
	DataDir  string // folder of secret.key
	Salt     string // SECRET_SALT; seals when it is set
	Previous string // what SECRET_SALT was before; opens only
}

// Keyring seals and opens secrets. Its methods may be called from many
// goroutines. The keys are made when they are first needed: a server whose
// agents have no secrets spends no time on them.
type Keyring struct {
	load func() (*keys, error)
}

type keys struct {
	seals *key
	opens map[string]*key // by id
}

type key struct {
	id   string // the beginning of its hash, 8 hex digits
	aead cipher.AEAD
}

// New makes a ring. Nothing is read or written yet.
func New(s Source) *Keyring {
	return &Keyring{load: sync.OnceValues(func() (*keys, error) { return s.keys() })}
}

const (
	fileName  = "secret.key"
	keyBytes  = 32
	rounds    = 600_000 // of PBKDF2 with SHA-256, OWASP's advice of 2023
	derivedBy = "elizad secrets, version 1"
)

func (s Source) keys() (*keys, error) {
	all := &keys{opens: map[string]*key{}}
	for _, salt := range []string{s.Salt, s.Previous} {
		if salt == "" {
			continue
		}
		raw, err := pbkdf2.Key(sha256.New, salt, []byte(derivedBy), rounds, keyBytes)
		if err != nil {
			return nil, fmt.Errorf("derive a key: %w", err)
		}
		if err := all.add(raw); err != nil {
			return nil, err
		}
	}
	raw, err := s.file(s.Salt == "")
	if err != nil {
		return nil, err
	}
	if raw != nil {
		err = all.add(raw)
	}
	if s.Salt == "" && err == nil {
		all.seals = all.opens[keyID(raw)]
	}
	return all, err
}

// add takes a key in; the first one seals.
func (k *keys) add(raw []byte) error {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return fmt.Errorf("use a key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return fmt.Errorf("use a key: %w", err)
	}
	one := &key{keyID(raw), aead}
	k.opens[one.id] = one
	if k.seals == nil {
		k.seals = one
	}
	return nil
}

func keyID(raw []byte) string {
	sum := sha256.Sum256(append([]byte("id of "), raw...))
	return hex.EncodeToString(sum[:4])
}

// file reads the key file, and makes it if it must be there.
func (s Source) file(must bool) ([]byte, error) {
	path := filepath.Join(s.DataDir, fileName)
	raw, err := readKey(path)
	if !must || !errors.Is(err, fs.ErrNotExist) {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return raw, err
	}
	raw = make([]byte, keyBytes)
	rand.Read(raw)
	// It comes into being whole: a half written key would lock secrets away.
	temporary, err := os.CreateTemp(s.DataDir, fileName+".*")
	if err != nil {
		return nil, fmt.Errorf("make the key of secrets: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // it is another name of the file, or of none
	_, err = temporary.WriteString(hex.EncodeToString(raw) + "\n")
	if err == nil {
		err = temporary.Sync()
	}
	if err = errors.Join(err, temporary.Close()); err != nil {
		return nil, fmt.Errorf("make the key of secrets: %w", err)
	}
	// CreateTemp's mode is 0600. Link, unlike Rename, leaves another's alone.
	if err := os.Link(temporary.Name(), path); errors.Is(err, fs.ErrExist) {
		return readKey(path)
	} else if err != nil {
		if err := os.Rename(temporary.Name(), path); err != nil { // a file system without links
			return nil, fmt.Errorf("make the key of secrets: %w", err)
		}
	}
	return raw, nil
}

func readKey(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key of secrets: %w", err)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(raw) != keyBytes {
		return nil, fmt.Errorf("%s is not a key: 64 hex digits are expected; put back the file that was there", path)
	}
	return raw, nil
}

// Seal encrypts a text that belongs to an agent and stands at a path of its
// character. What was sealed with a key that is not in the ring stays as it is.
func (r *Keyring) Seal(agent eliza.ID, path, plain string) (string, error) {
	all, err := r.load()
	if err != nil {
		return "", err
	}
	if id, _, is := split(plain); is && all.opens[id] == nil {
		return plain, nil
	}
	nonce := make([]byte, all.seals.aead.NonceSize(), all.seals.aead.NonceSize()+len(plain)+all.seals.aead.Overhead())
	rand.Read(nonce)
	box := all.seals.aead.Seal(nonce, nonce, []byte(plain), place(agent, path))
	return eliza.SealedPrefix + all.seals.id + ":" + base64.RawStdEncoding.EncodeToString(box), nil
}

// Open decrypts what Seal returned for the same agent and path. current is
// false when it was sealed with a key that no longer seals. The error is
// ErrNoKey when the key is not in the ring, and another when the text was
// changed or stood elsewhere.
func (r *Keyring) Open(agent eliza.ID, path, sealed string) (plain string, current bool, err error) {
	all, err := r.load()
	if err != nil {
		return "", false, err
	}
	id, box, ok := split(sealed)
	if !ok {
		return "", false, errors.New("not a sealed secret")
	}
	k := all.opens[id]
	if k == nil {
		return "", false, ErrNoKey
	}
	if len(box) < k.aead.NonceSize() {
		return "", false, errors.New("not a sealed secret")
	}
	b, err := k.aead.Open(nil, box[:k.aead.NonceSize()], box[k.aead.NonceSize():], place(agent, path))
	if err != nil {
		return "", false, fmt.Errorf("open a secret: %w", err)
	}
	return string(b), k == all.seals, nil
}

func split(sealed string) (id string, box []byte, ok bool) {
	rest, ok := strings.CutPrefix(sealed, eliza.SealedPrefix)
	id, text, found := strings.Cut(rest, ":")
	if !ok || !found || len(id) != 8 {
		return "", nil, false
	}
	box, err := base64.RawStdEncoding.DecodeString(text)
	return id, box, err == nil
}

func place(agent eliza.ID, path string) []byte { return append(agent[:], path...) }
