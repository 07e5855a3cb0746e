package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Signer makes addresses that need no key for a while: expires tells until
// when, in Unix seconds, and signature that we said so, for this path alone.
type Signer struct{ secret [sha256.Size]byte }

// NewSigner makes the signer of all servers with the same key.
func NewSigner(key string) *Signer {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte("media addresses"))
	return &Signer{[sha256.Size]byte(h.Sum(nil))}
}

// Sign returns the address with what lets it be read until the given moment.
func (s *Signer) Sign(path string, until time.Time) string {
	return fmt.Sprintf("%s?expires=%d&signature=%s", path, until.Unix(), base64.RawURLEncoding.EncodeToString(s.sum(path, until.Unix())))
}

// Fits reports whether a request for path with such a query was signed and
// has not expired.
func (s *Signer) Fits(path string, query url.Values, now time.Time) bool {
	expires, err := strconv.ParseInt(query.Get("expires"), 10, 64)
	if err != nil || now.Unix() >= expires {
		return false
	}
	given, err := base64.RawURLEncoding.DecodeString(query.Get("signature"))
	return err == nil && hmac.Equal(given, s.sum(path, expires))
}

// sum does not tell apart the two paths of a file.
func (s *Signer) sum(path string, expires int64) []byte {
	h := hmac.New(sha256.New, s.secret[:])
	fmt.Fprintf(h, "%d %s", expires, strings.TrimPrefix(path, "/api"))
	return h.Sum(nil)
}
