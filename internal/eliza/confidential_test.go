package eliza

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"key": true, "apiKey": true, "OPENAI_API_KEY": true, "auth_token": true, "X-API-KEY": true, "clientSecret": true, "password": true, "authorization": true,
		"privateKey": true, "APIKEY": true, "apiKeys": true, "DB-PASSWORD": true, "cléKey": true,
		"monkey": false, "keyboard": false, "tokens": false, "promptTokens": false, "agent": false, "": false, "turkeyKind": false, "publicKey": false, "SOLANA_PUBLIC_KEY": false,
	} {
		if got := SecretName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestSecretsOfACharacter(t *testing.T) {
	const given = `{"name":"A","bio":["b"],
		"secrets":{"A":"s1","n":{"deep":["s2",3,true,null]}},
		"settings":{"model":"gpt","secrets":{"B":"s4"},"apiKey":"s5","clients":{"x":{"auth_token":"s6","name":"y"}},"apiKeys":["s7"],
			"POSTGRES_URL":"postgres://u:s8@host/db","site":"https://example.com/a:b@c","tokenLimit":"8192","maxTokens":5,"password":"","credentials":{"user":"s9","n":1}},
		"plain":{"a":1.50,"z":"q"},"discord":{"botToken":"s10","big":12345678901234567890}}`
	var c Character
	if err := json.Unmarshal([]byte(given), &c); err != nil {
		t.Fatal(err)
	}
	hidden := map[string]any{}
	got, err := c.MapSecrets(func(path string, v any) (any, error) {
		hidden[path] = v
		return "*", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{
		"secrets.A": "s1", "secrets.n.deep.0": "s2", "secrets.n.deep.1": 3.0, "secrets.n.deep.2": true, "settings.secrets.B": "s4", "settings.apiKey": "s5",
		"settings.clients.x.auth_token": "s6", "settings.apiKeys.0": "s7", "settings.POSTGRES_URL": "postgres://u:s8@host/db", "settings.credentials.user": "s9",
		"discord.botToken": "s10",
	}, hidden); diff != "" {
		t.Error(diff)
	}
	if string(got.Extra["plain"]) != `{"a":1.50,"z":"q"}` || string(got.Extra["discord"]) != `{"big":12345678901234567890,"botToken":"*"}` {
		t.Errorf("extra: %s", got.Extra)
	}
	if got.Setting("apiKey") != "*" || c.Setting("apiKey") != "s5" || got.Setting("model") != "gpt" {
		t.Error("the copy is not one")
	}
	broken := errors.New("broken")
	if _, err := c.MapSecrets(func(string, any) (any, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	c.Settings = map[string]any{"x": Sealed("sealed:v1:00")}
	if c.Setting("x") != "" {
		t.Error("a secret that cannot be read is used")
	}
}

func TestRights(t *testing.T) {
	for _, c := range []struct {
		have, need Right
		want       bool
	}{
		{RightRead, RightRead, true}, {RightRead, RightWrite, false}, {RightWrite, RightRead, true}, {RightAdmin, RightWrite, true}, {RightWrite, RightAdmin, false},
		{"", RightRead, false}, {"", "", false}, {RightAdmin, "", false}, {RightAdmin, "root", false},
	} {
		if got := c.have.Covers(c.need); got != c.want {
			t.Errorf("%q covers %q: %v", c.have, c.need, got)
		}
	}
}
