package command

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/model"
)

func TestLogMasksSecrets(t *testing.T) {
	for _, format := range []config.LogFormat{config.JSON, config.Pretty} {
		var out bytes.Buffer
		cfg := config.Config{LogFormat: format, Key: "canary-key-0815", Model: model.Config{OpenAIKey: "sk-canary-4711"}}
		log := newLog(&cfg, &out).With("apiKey", "canary-in-with")
		log.Info("called with sk-canary-4711", "error", errors.New("refused canary-key-0815"), "url", "http://x/?k=canary-key-0815")
		log.Warn("named", "authorization", "Bearer canary", slog.Group("headers", "X-Auth-Token", "canary", "Cookie", "canary"), "DB_PASSWORD", "canary")
		if strings.Contains(out.String(), "canary") {
			t.Errorf("%s: %s", format, &out)
		}
		if n := strings.Count(out.String(), "[REDACTED]"); n != 9 {
			t.Errorf("%s: %d places are masked:\n%s", format, n, &out)
		}
	}
}

func TestLogLevel(t *testing.T) {
	var out bytes.Buffer
	newLog(&config.Config{LogLevel: config.Level(slog.LevelWarn), LogFormat: config.JSON}, &out).Info("quiet")
	if out.Len() != 0 {
		t.Errorf("logged %s", &out)
	}
}
