package logs

import (
	"log/slog"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

const redacted = eliza.Masked

// minSecret is the shortest secret that is looked for inside of texts: a
// shorter one would mask ordinary words.
const minSecret = 6

// Mask replaces what is secret in an attribute of the log. It fits
// slog.HandlerOptions.ReplaceAttr.
type Mask func(groups []string, a slog.Attr) slog.Attr

// NewMask masks what an attribute's name calls a secret, these secrets wherever
// they turn up, and what eliza.MaskSecrets takes for one.
func NewMask(secrets []string) Mask {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= minSecret {
			pairs = append(pairs, s, redacted)
		}
	}
	replacer := strings.NewReplacer(pairs...)
	return func(_ []string, a slog.Attr) slog.Attr {
		if eliza.SecretName(a.Key) {
			return slog.String(a.Key, redacted)
		}
		switch v := a.Value.Any().(type) {
		case string:
			a.Value = slog.StringValue(eliza.MaskSecrets(replacer.Replace(v)))
		case error:
			a.Value = slog.StringValue(eliza.MaskSecrets(replacer.Replace(v.Error())))
		}
		return a
	}
}
