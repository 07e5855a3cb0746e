package eliza

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// secretWords are what names of secrets are made of.
var secretWords = []string{"key", "keys", "apikey", "apikeys", "token", "password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets",
	"authorization", "cookie", "jwt", "credential", "credentials", "mnemonic"}

// SecretName reports whether one of the words of a name is that of a secret:
// apiKey, auth_token, DB-PASSWORD, but not monkey, not tokens and not
// publicKey.
func SecretName(name string) bool {
	found := false
	for word := range words(name) {
		if word == "public" {
			return false
		}
		found = found || slices.Contains(secretWords, word)
	}
	return found
}

// secretSigns are in the text of every character that holds a secret: parts of
// secretWords, of an address and of what is sealed.
var secretSigns = [][]byte{[]byte("key"), []byte("token"), []byte("pass"), []byte("pwd"), []byte("secret"), []byte("authorization"), []byte("cookie"),
	[]byte("jwt"), []byte("credential"), []byte("mnemonic"), []byte("://"), []byte(SealedPrefix), []byte(`\u`)}

// MayHoldSecrets reports whether a character, as JSON, may hold what
// MapSecrets finds. It is a hundred times faster than looking for it.
func MayHoldSecrets(character []byte) bool {
	text := bytes.ToLower(character)
	return slices.ContainsFunc(secretSigns, func(sign []byte) bool { return bytes.Contains(text, sign) })
}

// words are the words of a name in lower case, parted by what is no letter and
// where a small letter is followed by a capital.
func words(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start, lower := 0, false
		for i, r := range name + " " {
			letter := unicode.IsLetter(r)
			if !letter || unicode.IsUpper(r) && lower {
				if start < i && !yield(strings.ToLower(name[start:i])) {
					return
				}
				if start = i; !letter {
					start = i + len(string(r))
				}
			}
			lower = unicode.IsLower(r)
		}
	}
}
