package config

import "fmt"

// Sessions are the limits of sessions, in minutes. Names, defaults and bounds
// are those of ElizaOS's server 1.7.2.
type Sessions struct {
	Timeout     int  `name:"session-timeout" env:"SESSION_DEFAULT_TIMEOUT_MINUTES" default:"30" group:"Sessions" allowed:"minutes from 1 to 10080" help:"How long a session lasts without activity, where neither it nor its agent says. An agent's settings SESSION_TIMEOUT_MINUTES, SESSION_AUTO_RENEW, SESSION_MAX_DURATION_MINUTES and SESSION_WARNING_THRESHOLD_MINUTES override the server's."`
	MinTimeout  int  `name:"session-min-timeout" env:"SESSION_MIN_TIMEOUT_MINUTES" default:"5" group:"Sessions" allowed:"minutes from 1 to 60" help:"The least timeout that a session may ask for."`
	MaxTimeout  int  `name:"session-max-timeout" env:"SESSION_MAX_TIMEOUT_MINUTES" default:"1440" group:"Sessions" allowed:"minutes from 60 to 10080" help:"The greatest timeout that a session may ask for."`
	MaxDuration int  `name:"session-max-duration" env:"SESSION_MAX_DURATION_MINUTES" default:"720" group:"Sessions" allowed:"minutes from 60 to 20160" help:"How long a session lasts in all, however often it is renewed."`
	Warning     int  `name:"session-warning" env:"SESSION_WARNING_THRESHOLD_MINUTES" default:"5" group:"Sessions" allowed:"minutes from 1 to 60" help:"How long before its end a session's clients are warned."`
	Cleanup     int  `name:"session-cleanup" env:"SESSION_CLEANUP_INTERVAL_MINUTES" default:"5" group:"Sessions" allowed:"minutes from 1 to 60" help:"For how long an expired session is answered with 410; then it is forgotten, and answered with 404."`
	Clear       bool `name:"clear-sessions" env:"CLEAR_SESSIONS_ON_SHUTDOWN" default:"false" group:"Sessions" allowed:"true or false" help:"End every session when the server stops. Without it they go on when it starts again."`
}

func (s *Sessions) check() error {
	for _, limit := range []struct {
		name                   string
		value, least, greatest int
	}{
		{"SESSION_DEFAULT_TIMEOUT_MINUTES", s.Timeout, 1, 10080}, {"SESSION_MIN_TIMEOUT_MINUTES", s.MinTimeout, 1, 60},
		{"SESSION_MAX_TIMEOUT_MINUTES", s.MaxTimeout, 60, 10080}, {"SESSION_MAX_DURATION_MINUTES", s.MaxDuration, 60, 20160},
		{"SESSION_WARNING_THRESHOLD_MINUTES", s.Warning, 1, 60}, {"SESSION_CLEANUP_INTERVAL_MINUTES", s.Cleanup, 1, 60},
		{"SESSION_DEFAULT_TIMEOUT_MINUTES", s.Timeout, s.MinTimeout, s.MaxTimeout},
	} {
		if limit.value < limit.least || limit.value > limit.greatest {
			return &SettingError{Name: limit.name, Value: fmt.Sprint(limit.value), Allowed: fmt.Sprintf("allowed is minutes from %d to %d", limit.least, limit.greatest)}
		}
	}
	return nil
}
