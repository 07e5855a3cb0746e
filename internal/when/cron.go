package when

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/elizad/elizad/internal/eliza"
)

// maxCron bounds a cron expression, in bytes.
const maxCron = 200

// Cron is a schedule that repeats by the clock on a wall.
type Cron struct {
	spec    *cron.SpecSchedule
	zone    *time.Location
	elapses bool // it goes on every hour, so that it follows time, not the clock
}

// five fields, and names such as @daily.
var fields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// ParseCron reads an expression of five fields (minute, hour, day of the
// month, month, day of the week) or a name such as @daily, for a time zone of
// the IANA database; an empty one is UTC. Error code: INVALID_REQUEST.
func ParseCron(expression, zone string) (*Cron, error) {
	at, err := Zone(zone)
	if err != nil {
		return nil, err
	}
	expression = strings.TrimSpace(expression)
	if expression == "" || len(expression) > maxCron || strings.ContainsAny(expression, "=\x00") {
		return nil, badCron()
	}
	parsed, err := fields.Parse(expression)
	spec, is := parsed.(*cron.SpecSchedule)
	if err != nil || !is {
		return nil, badCron()
	}
	// Read as UTC: Next walks over the times of a wall clock that never jumps.
	spec.Location = time.UTC
	const everyHour = 1<<24 - 1
	c := &Cron{spec: spec, zone: at, elapses: spec.Hour&everyHour == everyHour}
	if c.Next(time.Unix(0, 0)).IsZero() {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "cron: that day never comes")
	}
	return c, nil
}

func badCron() error {
	return eliza.Errorf(eliza.CodeInvalidRequest, `cron: five fields (minute hour day month weekday), such as "0 9 * * 1", or a name such as @daily`)
}

// Next is the first moment of the schedule after another; zero when there is
// none within five years. A moment that the clock leaps over comes as much
// later as it leaps; one that the clock shows twice comes the first time. A
// schedule of every hour simply goes on with the time.
func (c *Cron) Next(after time.Time) time.Time {
	after = after.In(c.zone)
	if c.elapses {
		spec := *c.spec
		spec.Location = c.zone
		return spec.Next(after)
	}
	// Three hours before is in front of every jump that may be near.
	for wall := wallOf(after).Add(-3 * time.Hour); ; {
		wall = c.spec.Next(wall)
		if wall.IsZero() {
			return wall
		}
		if at := on(wall, c.zone); at.After(after) {
			return at
		}
	}
}

// wallOf is what the clock on the wall shows, as if in UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// on is the first moment at which the clocks of a zone show the time; when
// they leap over it, the moment at which they would have shown it.
func on(wall time.Time, zone *time.Location) time.Time {
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone()
	_, after := wall.Add(26 * time.Hour).In(zone).Zone()
	first := wall.Add(-time.Duration(before) * time.Second).In(zone)
	second := wall.Add(-time.Duration(after) * time.Second).In(zone)
	if !wallOf(first).Equal(wall) && wallOf(second).Equal(wall) {
		return second
	}
	return first
}
