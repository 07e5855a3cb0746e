package config

import (
	"errors"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// errNotAllowed is all that a value says of its refusal; the setting's own
// words about what is allowed follow it.
var errNotAllowed = errors.New("not allowed")

// UnmarshalText reads what time.ParseDuration understands.
func (d *Duration) UnmarshalText(b []byte) error {
	parsed, err := time.ParseDuration(string(b))
	if err != nil || parsed <= 0 {
		return errNotAllowed
	}
	*d = Duration(parsed)
	return nil
}

// Size is a number of bytes.
type Size int64

var units = []struct {
	suffix string
	bytes  float64
}{{"gb", 1 << 30}, {"mb", 1 << 20}, {"kb", 1 << 10}, {"b", 1}, {"", 1}}

// UnmarshalText reads a number with a unit, in the form of the bytes package
// of npm that Express uses: 2mb, 100kb, 1.5MB, 4096.
func (s *Size) UnmarshalText(b []byte) error {
	text := strings.ToLower(strings.TrimSpace(string(b)))
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(n*u.bytes >= 1) || n*u.bytes >= math.MaxInt64 {
			return errNotAllowed
		}
		*s = Size(n * u.bytes)
		return nil
	}
	return errNotAllowed
}

// Level is the least severity that is logged.
type Level slog.Level

// UnmarshalText reads a level, by the names of slog or of ElizaOS's logger.
func (l *Level) UnmarshalText(b []byte) error {
	switch strings.ToLower(strings.TrimSpace(string(b))) {
	case "trace", "verbose", "debug":
		*l = Level(slog.LevelDebug)
	case "info", "success", "progress", "log":
		*l = Level(slog.LevelInfo)
	case "warn", "warning":
		*l = Level(slog.LevelWarn)
	case "error", "fatal":
		*l = Level(slog.LevelError)
	default:
		return errNotAllowed
	}
	return nil
}

// LogFormat is the form of log lines.
type LogFormat string

// Log lines are JSON objects, or for reading.
const (
	JSON   LogFormat = "json"
	Pretty LogFormat = "pretty"
)

// UnmarshalText reads a form; true and false are what LOG_JSON_FORMAT says.
func (f *LogFormat) UnmarshalText(b []byte) error {
	switch strings.ToLower(strings.TrimSpace(string(b))) {
	case "json", "true":
		*f = JSON
	case "pretty", "simple", "text", "false":
		*f = Pretty
	default:
		return errNotAllowed
	}
	return nil
}
