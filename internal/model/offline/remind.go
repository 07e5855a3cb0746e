package offline

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/when"
)

var (
	remindFirst  = regexp.MustCompile(politeness + `(?:remind\s+me|set\s+(?:a|an|the|me\s+a)\s+(?:reminder|alarm|timer)|(wake)\s+me(?:\s+up)?)\b`)
	remindList   = regexp.MustCompile(politeness + `(?:list|show(?:\s+me)?|tell\s+me|what\s+are|which\s+are|what|which|do\s+i\s+have)\s+(?:all\s+)?(?:my\s+|the\s+|any\s+)?reminders(?:\s+do\s+i\s+have|\s+are\s+there|\s+have\s+i)?[?.! ]*$`)
	remindCancel = regexp.MustCompile(politeness + `(?:cancel|delete|remove|take\s+back|stop)\s+(all\s+)?(?:of\s+)?(?:my\s+|the\s+)?(?:reminders?|alarms?|timers?)(?:\s+(?:to|about|of|for|that)\s+(.+?))?[?.! ]*$`)
)

// remind asks for a reminder at the moment that the message names, tells which
// there are, or takes some back. What became of it is said by the action.
func remind(t *talk) (answer, bool) {
	if !t.contains("remind", "alarm", "timer", "wake me") {
		return answer{}, false
	}
	if remindList.MatchString(t.start) {
		return t.call("LIST_REMINDERS", nil), true
	}
	if m := remindCancel.FindStringSubmatch(t.start); m != nil {
		query := trimmed(m[2])
		if m[1] != "" && query == "" {
			query = "all"
		}
		if query == "" {
			return t.call("CANCEL_REMINDER", nil), true
		}
		return t.call("CANCEL_REMINDER", map[string]string{"query": query}), true
	}
	at := remindFirst.FindStringSubmatchIndex(t.start)
	if at == nil {
		return answer{}, false
	}
	zone, err := t.zone()
	if err != nil {
		return say("The time zone in my settings is none that I know, so that I cannot tell when that is.")
	}
	moment, what, ok := findMoment(t.start[at[1]:], t.scene.Now.Time().In(zone))
	if !ok {
		return say(`Tell me when, as in "remind me in 20 minutes to call mum" or "remind me every Monday at 9 to water the plants".`)
	}
	if what == "" && at[2] >= 0 {
		what = "wake up"
	}
	arguments := map[string]string{"text": cmp.Or(what, "the time is up"), "timezone": zone.String()}
	if moment.Cron != "" {
		arguments["cron"] = moment.Cron
	} else {
		arguments["at"] = moment.At.Format(time.RFC3339)
	}
	return t.call("CREATE_REMINDER", arguments), true
}

// zone is the time zone in which people speak of moments.
func (t *talk) zone() (*time.Location, error) {
	if c := t.scene.Character; c != nil {
		return when.Zone(c.Setting("TIMEZONE"))
	}
	return time.UTC, nil
}

// findMoment splits what follows "remind me" into a moment and a text.
func findMoment(text string, now time.Time) (m when.Moment, what string, ok bool) {
	text = strings.TrimSpace(text)
	tries := []string{text}
	if rest, is := cutPrefixFold(text, "for "); is {
		tries = []string{text, "in " + rest, "at " + rest}
	}
	for _, try := range tries {
		if m, what, ok = when.Find(try, now); ok {
			break
		}
	}
	if !ok {
		return m, "", false
	}
	for _, word := range []string{"that i have to ", "that ", "to ", "about ", "of ", "for "} {
		if rest, cut := cutPrefixFold(what, word); cut {
			what = rest
			break
		}
	}
	for _, left := range []string{" to", " for", " that"} { // "to call mum at 9" leaves nothing behind, "of it for tomorrow" does
		what, _ = cutSuffixFold(what, left)
	}
	return m, trimmed(what), true
}
