package outbound

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfterIsReadInSecondsAndAsADate(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	const hour = "Sun, 01 Mar 2026 13:00:00 GMT"
	for name, test := range map[string]struct {
		value, date string
		want        time.Duration
	}{
		"absent":                       {"", "", 0},
		"seconds":                      {"120", "", 2 * time.Minute},
		"seconds with spaces":          {" 5 ", "", 5 * time.Second},
		"a fraction":                   {"1.5", "", 1500 * time.Millisecond},
		"zero":                         {"0", "", 0},
		"negative":                     {"-5", "", 0},
		"too many seconds":             {"99999999999999999999", "", longestRetry},
		"infinite":                     {"Inf", "", longestRetry},
		"not a number":                 {"NaN", "", 0},
		"a date":                       {hour, "", time.Hour},
		"a date of RFC 850":            {"Sunday, 01-Mar-26 13:00:00 GMT", "", time.Hour},
		"a date of asctime":            {"Sun Mar  1 13:00:00 2026", "", time.Hour},
		"a date by the sender's clock": {hour, "Sun, 01 Mar 2026 12:59:00 GMT", time.Minute},
		"a date that has passed":       {"Sun, 01 Mar 2026 11:00:00 GMT", "", 0},
		"a date far ahead":             {"Mon, 01 Mar 2066 12:00:00 GMT", "", longestRetry},
		"words":                        {"soon", "", 0},
	} {
		h := http.Header{"Retry-After": {test.value}, "Date": {test.date}}
		if got := retryAfter(h, now); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
