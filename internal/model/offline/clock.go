package offline

import (
	"strings"
	"time"

	"github.com/elizad/elizad/internal/when"
)

var (
	timePhrases = phrases("what time is it", "what is the time", "tell me the time", "what time do you have", "time", "the time", "do you know what time it is", "do you know the time",
		"what is the current time", "current time", "can you tell me the time", "could you tell me the time", "what time is it now", "how late is it", "what is the local time")
	datePhrases = phrases("what date is it", "what is the date", "what is the date today", "what is today's date", "today's date", "what day is it", "what day is today", "what day is it today",
		"what is today", "date", "the date", "which day is it", "which day is today", "what year is it", "which year is it", "what month is it", "what is the current date", "tell me the date",
		"what is the day today", "what weekday is it", "what date is today", "what date is it today")
)

// clock tells time and date by the speaker's clock, or by that of a place that
// the question names.
func clock(t *talk) (answer, bool) {
	asked := strings.TrimSuffix(strings.TrimSuffix(t.plain, " right now"), " now")
	zone := t.scene.Zone
	if before, place, ok := strings.Cut(asked, " in "); ok && (timePhrases[before] || datePhrases[before]) {
		there, err := when.ZoneOf(place)
		if err != nil {
			return say("I do not know the time zone of " + quote(place) + ".")
		}
		asked, zone = before, there
	}
	if zone == nil {
		zone = time.UTC
	}
	now := t.scene.Now.Time().In(zone)
	switch {
	case timePhrases[asked]:
		return say("It is " + now.Format("15:04") + " " + when.Abbreviation(now) + ".")
	case datePhrases[asked]:
		return say("It is " + now.Format("Monday, 2 January 2006") + " (" + when.Abbreviation(now) + ").")
	}
	return answer{}, false
}
