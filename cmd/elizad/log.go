package main

import (
	"io"
	"log/slog"
	"slices"
	"strings"
	"unicode"

	"github.com/elizad/elizad/internal/config"
)

const redacted = "[REDACTED]"

// newLog writes to w in the form that cfg asks for. What an attribute's name
// calls a secret is masked, and so is every secret of the settings wherever
// it turns up.
func newLog(cfg *config.Config, w io.Writer) *slog.Logger {
	mask := masker(cfg.Confidential())
	options := &slog.HandlerOptions{Level: slog.Level(cfg.LogLevel), ReplaceAttr: mask}
	if cfg.LogFormat == config.JSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	options.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.String(slog.TimeKey, a.Value.Time().Format("15:04:05.000"))
		}
		return mask(groups, a)
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// minSecret is the shortest secret that is looked for inside of texts: a
// shorter one would mask ordinary words.
const minSecret = 6

func masker(secrets []string) func([]string, slog.Attr) slog.Attr {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= minSecret {
			pairs = append(pairs, s, redacted)
		}
	}
	replacer := strings.NewReplacer(pairs...)
	return func(_ []string, a slog.Attr) slog.Attr {
		if secretName(a.Key) {
			return slog.String(a.Key, redacted)
		}
		switch v := a.Value.Any().(type) {
		case string:
			a.Value = slog.StringValue(replacer.Replace(v))
		case error:
			a.Value = slog.StringValue(replacer.Replace(v.Error()))
		}
		return a
	}
}

var secretWords = []string{"key", "apikey", "token", "password", "passwd", "secret", "secrets", "authorization", "cookie", "jwt", "credential", "credentials"}

// secretName reports whether one of the words of a name is that of a secret:
// apiKey, auth_token, DB-PASSWORD, but not monkey and not tokens.
func secretName(name string) bool {
	start := 0
	lower := false
	for i, r := range name + " " {
		ends := !unicode.IsLetter(r) || unicode.IsUpper(r) && lower
		if ends {
			if slices.Contains(secretWords, strings.ToLower(name[start:i])) {
				return true
			}
			start = i
			if !unicode.IsLetter(r) {
				start = i + 1
			}
		}
		lower = unicode.IsLower(r)
	}
	return false
}
