package config

import (
	"strings"
	"testing"
)

func TestSessionSettings(t *testing.T) {
	c, err := parse(t, nil)
	if want := (Sessions{30, 5, 1440, 720, 5, 5, false}); err != nil || c.Sessions != want {
		t.Errorf("%+v, %v", c.Sessions, err)
	}
	c, err = parse(t, []string{"SESSION_DEFAULT_TIMEOUT_MINUTES=2", "SESSION_MIN_TIMEOUT_MINUTES=1", "CLEAR_SESSIONS_ON_SHUTDOWN=true"}, "--session-max-duration", "60")
	if want := (Sessions{2, 1, 1440, 60, 5, 5, true}); err != nil || c.Sessions != want {
		t.Errorf("%+v, %v", c.Sessions, err)
	}
	for given, says := range map[string]string{
		"SESSION_DEFAULT_TIMEOUT_MINUTES=2":         "SESSION_DEFAULT_TIMEOUT_MINUTES=2: allowed is minutes from 5 to 1440",
		"SESSION_MIN_TIMEOUT_MINUTES=0":             "allowed is minutes from 1 to 60",
		"SESSION_MAX_TIMEOUT_MINUTES=59":            "allowed is minutes from 60 to 10080",
		"SESSION_MAX_DURATION_MINUTES=99999":        "allowed is minutes from 60 to 20160",
		"SESSION_WARNING_THRESHOLD_MINUTES=soon":    "SESSION_WARNING_THRESHOLD_MINUTES=soon: allowed is minutes from 1 to 60",
		"SESSION_CLEANUP_INTERVAL_MINUTES=-5":       "allowed is minutes from 1 to 60",
		"CLEAR_SESSIONS_ON_SHUTDOWN=perhaps":        "CLEAR_SESSIONS_ON_SHUTDOWN=perhaps: allowed is true or false",
		"SESSION_DEFAULT_TIMEOUT_MINUTES=100000000": "allowed is minutes from 1 to 10080",
	} {
		if _, err := parse(t, []string{given}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", given, err)
		}
	}
}
