package when_test

import (
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/when"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := when.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestParse(t *testing.T) {
	now := time.Date(2026, 11, 24, 15, 30, 0, 0, time.UTC)
	for phrase, want := range map[string]string{
		"20 minutes": "2026-11-24T15:50:00Z", "in 20 minutes": "2026-11-24T15:50:00Z", "18:00": "2026-11-24T18:00:00Z", "tomorrow at 9": "2026-11-25T09:00:00Z",
		"2026-12-01T10:00:00+01:00": "2026-12-01T09:00:00Z", "2026-12-01T10:00:00": "2026-12-01T10:00:00Z", "Friday": "2026-11-27T09:00:00Z",
	} {
		if m, err := when.Parse(phrase, now); err != nil || m.At.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q is %v, %v; want %s", phrase, m, err, want)
		}
	}
	if _, err := when.Parse("when the cows come home at 18:00", now); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
		t.Errorf("a sentence: %v", err)
	}
}

func TestCronOverTheJumpsOfTheClock(t *testing.T) {
	for name, c := range map[string]struct {
		cron, zone, from string
		want             []string
	}{
		"a moment that is leapt over comes later":     {"30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", []string{"2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"}},
		"a moment that is shown twice comes once":     {"30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", []string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
		"every second hour":                           {"0 */2 * * *", "Europe/Berlin", "2026-10-24T22:30:00Z", []string{"2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"}},
		"every half hour goes on with the time":       {"*/30 * * * *", "Europe/Berlin", "2026-10-25T00:10:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"}},
		"every half hour over the gap":                {"*/30 * * * *", "Europe/Berlin", "2026-03-29T00:10:00Z", []string{"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"}},
		"after midnight where midnight is leapt over": {"0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", []string{"2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}},
		"Mondays":     {"0 9 * * 1", "", "2026-11-24T00:00:00Z", []string{"2026-11-30T09:00:00Z", "2026-12-07T09:00:00Z"}},
		"daily":       {"@daily", "Asia/Kolkata", "2026-11-24T00:00:00Z", []string{"2026-11-24T18:30:00Z"}},
		"29 February": {"0 0 29 2 *", "", "2026-11-24T00:00:00Z", []string{"2028-02-29T00:00:00Z"}},
	} {
		s, err := when.ParseCron(c.cron, c.zone)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		at, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if at = s.Next(at); at.UTC().Format(time.RFC3339) != want {
				t.Errorf("%s: %s, want %s", name, at.UTC().Format(time.RFC3339), want)
			}
		}
	}
}

// TestEveryDayHasItsMoment walks through years in zones whose clocks jump: a
// daily moment comes once on each day, whatever its hour.
func TestEveryDayHasItsMoment(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata"} {
		for _, at := range []string{"0 0 * * *", "30 1 * * *", "0 2 * * *", "15 2 * * *", "59 2 * * *", "0 3 * * *", "30 23 * * *"} {
			s, err := when.ParseCron(at, name)
			if err != nil {
				t.Fatal(err)
			}
			z := zone(t, name)
			now := time.Date(2025, 1, 1, 0, 0, 0, 0, z).Add(-time.Second)
			for day := range 730 {
				now = s.Next(now)
				if want := time.Date(2025, 1, 1+day, 12, 0, 0, 0, z); now.YearDay() != want.YearDay() {
					t.Fatalf("%s in %s: day %d comes at %s", at, name, day, now)
				}
			}
		}
	}
}

func TestBadCron(t *testing.T) {
	for _, s := range []string{"", "x", "* * * *", "* * * * * *", "60 * * * *", "0 0 31 2 *", "@every 1s", "@reboot", "TZ=UTC * * * * *", "TZ=0", "CRON_TZ=", strings.Repeat("1,", 200) + "1 * * * *"} {
		if _, err := when.ParseCron(s, ""); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("%.30q: %v", s, err)
		}
	}
	for _, z := range []string{"Nowhere", "../etc/passwd", "Local", strings.Repeat("a", 300)} {
		if _, err := when.ParseCron("@daily", z); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("%.30q: %v", z, err)
		}
	}
}

func FuzzCron(f *testing.F) {
	for _, s := range []string{"0 9 * * 1", "*/5 1-3 1,15 * *", "@weekly", "0 0 29 2 *", "TZ=UTC 0 * * * *", "? ? ? ? ?", "1-60/0 * * * *"} {
		f.Add(s, "Europe/Berlin", int64(1_790_000_000))
	}
	f.Fuzz(func(t *testing.T, expression, zone string, at int64) {
		s, err := when.ParseCron(expression, zone)
		if err != nil {
			return
		}
		after := time.Unix(at%4_000_000_000, 0)
		if next := s.Next(after); !next.IsZero() && !next.After(after) {
			t.Errorf("%q after %s is %s", expression, after, next)
		}
	})
}
