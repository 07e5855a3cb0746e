package command

import (
	"io"
	"log/slog"

	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/logs"
)

// newLog writes to w in the form that cfg asks for. What an attribute's name
// calls a secret is masked, and so is every secret of the settings wherever
// it turns up.
func newLog(cfg *config.Config, w io.Writer) *slog.Logger {
	mask := logs.NewMask(cfg.Confidential())
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
