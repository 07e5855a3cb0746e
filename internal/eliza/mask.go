package eliza

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Masked stands where a secret stood.
const Masked = "[REDACTED]"

// minSecretLook is the shortest text that may look like a secret by itself.
const minSecretLook = 16

var (
	addressPattern = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s"'<>\x60]+`)
	// schemePattern are the credentials of an Authorization header.
	schemePattern = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}`)
	// pairPattern is a name with its value, as in environments, queries and JSON.
	pairPattern = regexp.MustCompile(`([A-Za-z0-9_-]+)("?\s*[=:]\s*"?)([^\s"'&,;]{4,})`)
	// issuedPattern are secrets whose beginning tells who issued them.
	issuedPattern = regexp.MustCompile(`\b(sk-|sk_|pk_|rk_|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abprs]-|AKIA|AIza|eyJ)[A-Za-z0-9_.-]{12,}`)
)

// MaskSecrets replaces in a text what is plainly a secret: of addresses, the
// password, the values of the query and parts of the path that are named or
// look like secrets; credentials of HTTP; values under names of secrets; what
// has the form of a known issuer's keys.
func MaskSecrets(text string) string {
	if strings.Contains(text, "://") {
		text = addressPattern.ReplaceAllStringFunc(text, maskAddress)
	}
	text = schemePattern.ReplaceAllString(text, "$1 "+Masked)
	if strings.ContainsAny(text, "=:") {
		text = pairPattern.ReplaceAllStringFunc(text, maskPair)
	}
	return issuedPattern.ReplaceAllString(text, Masked)
}

func maskPair(pair string) string {
	m := pairPattern.FindStringSubmatch(pair)
	said := !strings.ContainsAny(m[2], `="`) // "token: expired" is a sentence
	if !SecretName(m[1]) || strings.HasPrefix(m[3], "[") || said && !LooksSecret(m[3]) {
		return pair
	}
	return m[1] + m[2] + Masked
}

// maskAddress masks the secrets of one address.
func maskAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		scheme, _, _ := strings.Cut(address, "://")
		return scheme + "://" + Masked
	}
	masked := u.Scheme + "://"
	if u.User != nil {
		masked += Masked + "@"
	}
	masked += u.Host
	for i, part := range strings.Split(u.EscapedPath(), "/") {
		if i > 0 {
			masked += "/"
		}
		if LooksSecret(part) {
			part = Masked
		}
		masked += part
	}
	if u.RawQuery != "" {
		masked += "?" + maskQuery(u.RawQuery)
	}
	if u.Fragment != "" {
		masked += "#" + maskQuery(u.EscapedFragment())
	}
	return masked
}

func maskQuery(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, value, found := strings.Cut(part, "=")
		switch {
		case found && (SecretName(name) || LooksSecret(value)):
			parts[i] = name + "=" + Masked
		case !found && LooksSecret(part):
			parts[i] = Masked
		}
	}
	return strings.Join(parts, "&")
}

// LooksSecret reports whether a word is too long and too mixed to be one that
// people chose: 16 letters or more, with digits among them.
func LooksSecret(word string) bool {
	if len(word) < minSecretLook {
		return false
	}
	letters, digits := 0, 0
	for _, r := range word {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		case !strings.ContainsRune("-_.~+/=%", r):
			return false
		}
	}
	return letters > 0 && digits > 2
}
