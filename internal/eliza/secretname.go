package eliza

import (
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
