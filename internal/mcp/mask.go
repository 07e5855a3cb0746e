package mcp

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// minSecret is the shortest secret that is looked for in texts: a shorter one
// would mask ordinary words.
const minSecret = 4

// masker takes a server's own secrets out of a text, and what else looks like
// one.
func (s *Server) masker() func(string) string {
	var secrets []string
	add := func(values ...string) {
		for _, v := range values {
			if len(v) >= minSecret {
				secrets = append(secrets, v)
			}
		}
	}
	for name, value := range s.Env {
		if eliza.SecretName(name) || eliza.LooksSecret(value) {
			add(value)
		}
	}
	for _, value := range s.Headers {
		add(value)
		if _, credentials, ok := strings.Cut(value, " "); ok {
			add(credentials)
		}
	}
	for i, arg := range s.Args {
		name, value, ok := strings.Cut(arg, "=")
		if ok && eliza.SecretName(name) {
			add(value)
		} else if eliza.LooksSecret(arg) || i > 0 && strings.HasPrefix(s.Args[i-1], "-") && eliza.SecretName(s.Args[i-1]) {
			add(arg)
		}
	}
	if u, err := url.Parse(s.URL); err == nil {
		if u.RawQuery != "" {
			add(u.RawQuery)
		}
		for _, values := range u.Query() {
			add(values...)
		}
		for part := range strings.SplitSeq(u.Path, "/") {
			if eliza.LooksSecret(part) {
				add(part)
			}
		}
		if u.Path != "" && u.Path != "/" {
			add(s.URL)
		}
	}
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, secret := range slices.Compact(secrets) {
		pairs = append(pairs, secret, eliza.Masked)
	}
	own := strings.NewReplacer(pairs...)
	return func(text string) string { return eliza.MaskSecrets(own.Replace(text)) }
}
