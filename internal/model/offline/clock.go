package offline

import "strings"

var (
	timePhrases = phrases("what time is it", "what is the time", "tell me the time", "what time do you have", "time", "the time", "do you know what time it is", "do you know the time",
		"what is the current time", "current time", "can you tell me the time", "could you tell me the time", "what time is it now", "how late is it")
	datePhrases = phrases("what date is it", "what is the date", "what is the date today", "what is today's date", "today's date", "what day is it", "what day is today", "what day is it today",
		"what is today", "date", "the date", "which day is it", "which day is today", "what year is it", "which year is it", "what month is it", "what is the current date", "tell me the date",
		"what is the day today", "what weekday is it", "what date is today", "what date is it today")
)

// clock tells time and date, in UTC: it does not know where anybody is.
func clock(t *talk) (answer, bool) {
	asked := strings.TrimSuffix(strings.TrimSuffix(t.plain, " right now"), " now")
	now := t.scene.Now.Time()
	if before, place, ok := strings.Cut(asked, " in "); ok && timePhrases[before] && place != "utc" {
		return say("It is " + now.Format("15:04") + " UTC. I know no other time zones.")
	}
	asked = strings.TrimSuffix(asked, " in utc")
	switch {
	case timePhrases[asked]:
		return say("It is " + now.Format("15:04") + " UTC.")
	case datePhrases[asked]:
		return say("It is " + now.Format("Monday, 2 January 2006") + " (UTC).")
	}
	return answer{}, false
}
