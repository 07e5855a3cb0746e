package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/model"
)

// Check completes the settings that follow from others and refuses those that
// do not go together. Its errors are *SettingError.
func (c *Config) Check() error {
	c.Host = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(c.Host), "["), "]")
	if c.Host == "" {
		c.Host = "127.0.0.1"
		if c.Key != "" {
			c.Host = "0.0.0.0"
		}
	}
	if c.Key == "" && !loopback(c.Host) {
		return &SettingError{
			Name: "SERVER_HOST", Value: c.Host,
			Allowed: "others could reach the server and no key protects it; set ELIZA_SERVER_AUTH_TOKEN, or leave SERVER_HOST out to serve this machine alone",
		}
	}
	for _, limit := range []struct {
		name  string
		value int64
	}{
		{"ELIZA_AGENT_HOPS", int64(c.AgentHops)}, {"ELIZA_AGENT_TURNS_PER_MINUTE", int64(c.AgentTurns)}, {"MODEL_ATTEMPTS", int64(c.Model.Attempts)},
		{"MODEL_CALL_TIMEOUT", int64(c.Model.CallTimeout)}, {"MODEL_STALL_TIMEOUT", int64(c.Model.StallTimeout)},
	} {
		if limit.value < 1 {
			return &SettingError{Name: limit.name, Allowed: "allowed is what is greater than zero"}
		}
	}
	if n := c.Model.ContextTokens; n != 0 && (n < model.LeastContext || n > model.MostContext) {
		return &SettingError{Name: "MODEL_CONTEXT_TOKENS", Value: strconv.Itoa(n), Allowed: fmt.Sprintf("allowed is a number of tokens from %d to %d", model.LeastContext, model.MostContext)}
	}
	switch c.Model.Provider {
	case "", "openai", "anthropic", "ollama", "embedded":
	default:
		return &SettingError{Name: "MODEL_PROVIDER", Value: c.Model.Provider, Allowed: "allowed is openai, anthropic, ollama or embedded"}
	}
	if name, value, allowed := c.Speech.Check(); name != "" {
		return &SettingError{Name: name, Value: value, Allowed: allowed}
	}
	if err := c.Budgets.check(); err != nil {
		return err
	}
	return c.Sessions.check()
}

// Address is where the server listens, as host:port.
func (c *Config) Address() string {
	return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
}

// Confidential lists the secrets that the settings hold, for masking.
func (c *Config) Confidential() []string {
	all := append([]string{c.Key, c.SecretSalt, c.SecretSaltPrevious, c.PostgresURL, c.Model.OpenAIKey, c.Model.AnthropicKey}, c.Speech.Confidential()...)
	if address, err := url.Parse(c.PostgresURL); err == nil && address.User != nil {
		password, _ := address.User.Password()
		all = append(all, password)
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
