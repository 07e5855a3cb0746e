package offline

import (
	"cmp"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
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
	return t.reminder(strings.TrimSpace(t.start[at[1]:]), at[2] >= 0), true
}

// whenExactly ends the questions for a moment.
const whenExactly = "When exactly?"

// reminder asks for a reminder in the words that follow "remind me", or asks
// the person for the moment.
func (t *talk) reminder(said string, wake bool) answer {
	read, err := t.find(said)
	switch {
	case errors.Is(err, when.ErrNone):
		return answer{text: `Tell me when, as in "remind me in 20 minutes to call mum" or "remind me every Monday at 9 to water the plants".`}
	case err != nil:
		return answer{text: eliza.ErrorMessage(err)}
	}
	what := trimmed(read.What)
	if what == "" && wake {
		what = "wake up"
	}
	return t.callReminder(read.Moment, what)
}

func (t *talk) callReminder(m when.Moment, what string) answer {
	arguments := map[string]string{"text": cmp.Or(what, "the time is up"), "timezone": t.scene.Zone.String(), "when": m.Cron}
	if m.Cron == "" {
		arguments["when"] = m.At.In(t.scene.Zone).Format(time.RFC3339)
	} else {
		arguments["timezone"] = m.Zone.String()
	}
	return t.call("CREATE_REMINDER", arguments)
}

// errNoZone is what a person hears where the setting for the time zone names
// none.
var errNoZone = eliza.Errorf(eliza.CodeInvalidRequest, `The time zone in my settings is none that I know, so I cannot tell when that is. Tell me yours, as in "my time zone is Europe/Berlin".`)

func (t *talk) find(said string) (when.Reading, error) {
	if t.scene.Zone == nil {
		return when.Reading{}, errNoZone
	}
	return when.Find(said, t.scene.Now.Time().In(t.scene.Zone))
}

// moment answers a message that is the moment which the assistant has just
// asked for.
func moment(t *talk) (answer, bool) {
	turns := t.req.Turns
	for n := len(turns) - 2; n > 0 && n > len(turns)-8; n -= 2 {
		if turns[n].Role != model.RoleAssistant || !asksForMoment(turns[n].Text) || turns[n-1].Role != model.RoleUser {
			return answer{}, false
		}
		asked := beginning(unaddressed(ungreeted(strings.TrimSpace(turns[n-1].Text)), t.names))
		at := remindFirst.FindStringSubmatchIndex(asked)
		if at == nil {
			continue // an answer that was not clear either
		}
		read, err := t.find(t.start)
		switch {
		case err == nil && read.What == "":
			return t.callReminder(read.Moment, trimmed(when.Topic(asked[at[1]:]))), true
		case err != nil && !errors.Is(err, when.ErrNone):
			return say(eliza.ErrorMessage(err))
		}
		return answer{}, false
	}
	return answer{}, false
}

func asksForMoment(text string) bool {
	return strings.HasSuffix(text, whenExactly) || strings.HasPrefix(text, "Tell me when, ")
}
