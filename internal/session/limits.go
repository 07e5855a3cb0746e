package session

import (
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// Wish is what a client asks of a session's limits; nil leaves one as it is.
type Wish struct {
	TimeoutMinutes     *float64
	AutoRenew          *bool
	MaxDurationMinutes *float64
	WarningMinutes     *float64
}

// Settings of a character that stand between the server's limits and those
// that a session asks for.
const (
	TimeoutSetting     = "SESSION_TIMEOUT_MINUTES"
	AutoRenewSetting   = "SESSION_AUTO_RENEW"
	MaxDurationSetting = "SESSION_MAX_DURATION_MINUTES"
	WarningSetting     = "SESSION_WARNING_THRESHOLD_MINUTES"
)

// defaults are the limits of an agent's sessions. A setting that is no number
// counts as absent.
func (s *Service) defaults(c *eliza.Character) eliza.SessionLimits {
	var set Wish
	number := func(key string) *float64 {
		n, err := strconv.ParseFloat(strings.TrimSpace(c.Setting(key)), 64)
		if err != nil || n != n {
			return nil
		}
		return &n
	}
	set.TimeoutMinutes, set.MaxDurationMinutes, set.WarningMinutes = number(TimeoutSetting), number(MaxDurationSetting), number(WarningSetting)
	if renew, err := strconv.ParseBool(strings.TrimSpace(c.Setting(AutoRenewSetting))); err == nil {
		set.AutoRenew = &renew
	}
	return s.apply(s.options.Defaults, set)
}

// apply puts what is wished over limits, within the bounds of the server: the
// timeout between its least and its greatest, the whole duration between the
// timeout and twice the greatest timeout, the warning from a minute.
func (s *Service) apply(l eliza.SessionLimits, w Wish) eliza.SessionLimits {
	least, greatest := s.options.MinTimeout, s.options.MaxTimeout
	if w.TimeoutMinutes != nil {
		l.TimeoutMinutes = clamp(*w.TimeoutMinutes, least, greatest)
	}
	if w.AutoRenew != nil {
		l.AutoRenew = *w.AutoRenew
	}
	if w.MaxDurationMinutes != nil {
		l.MaxDurationMinutes = clamp(*w.MaxDurationMinutes, l.TimeoutMinutes, 2*greatest)
	}
	if w.WarningMinutes != nil {
		l.WarningMinutes = clamp(*w.WarningMinutes, 1, 2*greatest)
	}
	return l
}

// clamp bounds a number before it becomes whole, so that none overflows.
func clamp(n float64, least, greatest int) int {
	return int(max(float64(least), min(n, float64(greatest))))
}

// check refuses a timeout that a session could not have. Error code:
// VALIDATION_ERROR.
func (s *Service) check(w Wish) error {
	if t := w.TimeoutMinutes; t != nil && (*t < float64(s.options.MinTimeout) || *t > float64(s.options.MaxTimeout)) {
		return eliza.Errorf(eliza.CodeSessionInvalid, "Invalid timeout configuration: Timeout must be between %d and %d minutes", s.options.MinTimeout, s.options.MaxTimeout)
	}
	return nil
}
