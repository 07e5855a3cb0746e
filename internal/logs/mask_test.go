package logs

import "testing"

func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"key": true, "apiKey": true, "OPENAI_API_KEY": true, "auth_token": true, "X-API-KEY": true, "clientSecret": true, "password": true, "authorization": true,
		"monkey": false, "keyboard": false, "tokens": false, "promptTokens": false, "agent": false, "": false, "turkeyKind": false,
	} {
		if got := SecretName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
