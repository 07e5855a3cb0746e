package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// parse reads the settings as the program does.
func parse(t *testing.T, environ []string, args ...string) (Config, error) {
	t.Helper()
	given, err := Environment(t.TempDir(), environ)
	if err != nil {
		return Config{}, err
	}
	var c Config
	k, err := kong.New(&c, Options(given)...)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := k.Parse(args)
	if err == nil {
		err = Secrets(parsed)
	}
	if err == nil {
		err = c.Check()
	}
	return c, err
}

func TestDefaults(t *testing.T) {
	c, err := parse(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Address() != "127.0.0.1:3000" || c.DataDir != ".eliza" || c.MaxPayload != 2<<20 || c.WaitingMessages != "each" ||
		c.TurnTimeout.Std() != 2*time.Minute || c.AgentHops != 8 || c.AgentTurns != 30 || c.ShutdownGrace.Std() != 10*time.Second ||
		c.LogFormat != Pretty || c.Model.CallTimeout != 4*time.Minute || c.Model.Attempts != 4 {
		t.Errorf("%+v", c)
	}
}

func TestFlagWinsOverEnvironment(t *testing.T) {
	c, err := parse(t, []string{"SERVER_PORT=4000", "ELIZA_DATA_DIR=there", "CORS_ORIGIN=https://a.example,https://b.example"}, "--port", "5000")
	if err != nil {
		t.Fatal(err)
	}
	if c.Port != 5000 || c.DataDir != "there" {
		t.Errorf("port %d, folder %q", c.Port, c.DataDir)
	}
	if diff := cmp.Diff([]string{"https://a.example", "https://b.example"}, c.Origins); diff != "" {
		t.Error(diff)
	}
}

func TestOtherNames(t *testing.T) {
	c, err := parse(t, []string{"PORT=4001", "SERVER_API_KEY=older", "LOG_JSON_FORMAT=true", "OPENAI_LARGE_MODEL=big", "SERVER_HOST="})
	if err != nil {
		t.Fatal(err)
	}
	if c.Port != 4001 || c.Key != "older" || c.LogFormat != JSON || c.Model.OpenAIModel != "big" {
		t.Errorf("%+v", c)
	}
	c, err = parse(t, []string{"PORT=4001", "SERVER_PORT=4002", "SERVER_API_KEY=older", "ELIZA_SERVER_AUTH_TOKEN=newer"})
	if err != nil || c.Port != 4002 || c.Key != "newer" {
		t.Errorf("port %d, key %q, %v", c.Port, c.Key, err)
	}
}

func TestProcessEnvironmentIsNotRead(t *testing.T) {
	t.Setenv("SERVER_PORT", "4003")
	c, err := parse(t, nil)
	if err != nil || c.Port != 3000 {
		t.Errorf("port %d, %v", c.Port, err)
	}
}

func TestDotEnv(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("# mine\nSERVER_PORT=4004\nexport LOG_LEVEL='warn'\nEMPTY=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	given, err := Environment(dir, []string{"SERVER_PORT=4005", "LOG_LEVEL="})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"SERVER_PORT": "4005", "LOG_LEVEL": "warn"}, given); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenDotEnvShowsNoSecret(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("OPENAI_API_KEY sk-canary-4711\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Environment(dir, nil)
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

func TestHostFollowsKey(t *testing.T) {
	for _, tt := range []struct {
		name    string
		environ []string
		host    string
		refused bool
	}{
		{"no key", nil, "127.0.0.1", false},
		{"key", []string{"ELIZA_SERVER_AUTH_TOKEN=k"}, "0.0.0.0", false},
		{"key but loopback", []string{"ELIZA_SERVER_AUTH_TOKEN=k", "SERVER_HOST=127.0.0.1"}, "127.0.0.1", false},
		{"loopback of version 6", []string{"SERVER_HOST=[::1]"}, "::1", false},
		{"another loopback address", []string{"SERVER_HOST=127.8.8.8"}, "127.8.8.8", false},
		{"mapped loopback", []string{"SERVER_HOST=::ffff:127.0.0.1"}, "::ffff:127.0.0.1", false},
		{"localhost", []string{"SERVER_HOST=localhost"}, "localhost", false},
		{"all, no key", []string{"SERVER_HOST=0.0.0.0"}, "", true},
		{"all of version 6, no key", []string{"SERVER_HOST=::"}, "", true},
		{"a name, no key", []string{"SERVER_HOST=example.org"}, "", true},
		{"not quite localhost", []string{"SERVER_HOST=127.0.0.1.example.org"}, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := parse(t, tt.environ)
			if tt.refused {
				if err == nil || !strings.Contains(err.Error(), "ELIZA_SERVER_AUTH_TOKEN") {
					t.Errorf("not refused: %v", err)
				}
				return
			}
			if err != nil || c.Host != tt.host {
				t.Errorf("host %q, %v", c.Host, err)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		environ string
		args    []string
		says    string
	}{
		{environ: "SERVER_PORT=70000", says: "SERVER_PORT=70000: allowed is a number from 0 to 65535"},
		{environ: "PORT=x", says: "PORT=x: allowed is"},
		{args: []string{"--port", "x"}, says: "--port=x: allowed is"},
		{environ: "LOG_LEVEL=loud", says: "LOG_LEVEL=loud: allowed is debug, info, warn or error"},
		{environ: "LOG_FORMAT=xml", says: "LOG_FORMAT=xml: allowed is json or pretty"},
		{environ: "ELIZA_WAITING_MESSAGES=drop", says: "ELIZA_WAITING_MESSAGES=drop: allowed is each, fold, newest"},
		{environ: "EXPRESS_MAX_PAYLOAD=0", says: "EXPRESS_MAX_PAYLOAD=0: allowed is bytes"},
		{environ: "ELIZA_TURN_TIMEOUT=0s", says: "ELIZA_TURN_TIMEOUT=0s: allowed is a time"},
		{environ: "ELIZA_SOCKETS_PER_ADDRESS=-1", says: "ELIZA_SOCKETS_PER_ADDRESS"},
		{environ: "ELIZA_AGENT_HOPS=0", says: "ELIZA_AGENT_HOPS: allowed is"},
		{environ: "MODEL_CONTEXT_TOKENS=100", says: "MODEL_CONTEXT_TOKENS=100: allowed is a number of tokens from 1024"},
		{environ: "MODEL_CONTEXT_TOKENS=-1", says: "MODEL_CONTEXT_TOKENS=-1: allowed is"},
		{environ: "OLLAMA_AUTODETECT=maybe", says: "OLLAMA_AUTODETECT=maybe: allowed is on, off"},
		{environ: "ELIZA_MODEL_PRICES=gpt-4o=2.50", says: "ELIZA_MODEL_PRICES=gpt-4o=2.50: allowed is model=input/output"},
		{environ: "ELIZA_MODEL_PRICES=gpt-4o=-1/1", says: "ELIZA_MODEL_PRICES=gpt-4o=-1/1: allowed is"},
		{environ: "ELIZA_MODEL_PRICES=@no/such/file", says: "ELIZA_MODEL_PRICES=@no/such/file: allowed is"},
		{environ: "MODEL_PROVIDER=oracle", says: "MODEL_PROVIDER=oracle: allowed is openai, anthropic, ollama or embedded"},
		{environ: "MODEL_CALL_TIMEOUT=soon", says: "MODEL_CALL_TIMEOUT=soon: allowed is a time"},
		{args: []string{"--openai-api-key", "sk-canary"}, says: "--openai-api-key: a secret does not belong on a command line; set OPENAI_API_KEY"},
	} {
		t.Run(tt.says, func(t *testing.T) {
			_, err := parse(t, []string{tt.environ}, tt.args...)
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"4096": 4096, "100kb": 100 << 10, "2mb": 2 << 20, "1.5 MB": 3 << 19, "1gb": 1 << 30, "7b": 7} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%q: %d, %v", text, s, err)
		}
	}
}

func FuzzSize(f *testing.F) {
	for _, seed := range []string{"2mb", "-1", "1e300gb", "nan", "0.1b", "mb", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err == nil && s < 1 {
			t.Errorf("%q is taken for %d bytes", text, s)
		}
	})
}

func TestConfidential(t *testing.T) {
	c, err := parse(t, []string{"POSTGRES_URL=postgres://me:hush@db/x", "OPENAI_API_KEY=sk-1"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"postgres://me:hush@db/x", "sk-1", "hush"}, c.Confidential()); diff != "" {
		t.Error(diff)
	}
}

func TestDocumentTellsEverySetting(t *testing.T) {
	text, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SERVER_PORT", "ELIZA_SERVER_AUTH_TOKEN", "POSTGRES_URL", "ELIZA_WAITING_MESSAGES", "MODEL_STALL_TIMEOUT", "--openai-base-url"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| `") && strings.Contains(line, "|  |\n") {
			t.Errorf("a setting without its meaning: %s", line)
		}
	}
}
