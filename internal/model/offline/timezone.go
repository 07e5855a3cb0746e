package offline

import (
	"regexp"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/when"
)

// Only a statement about a time zone or a time counts: where somebody lives or
// is says nothing of the clock that is meant.
var (
	zoneIs     = regexp.MustCompile(`(?is)^(?:(?:and|so|by the way|fyi|note|remember|remember that|please note|please remember|please note that|please remember that)[,: ]+)*(?:my|our) (?:current |local |own )?time ?zone (?:is|’s|'s) (?:now |actually |called )?(.+)$`)
	zoneSet    = regexp.MustCompile(politeness + `(?:set|change|switch|update|make) my time ?zone (?:to|as|=) (.+)$`)
	zoneOfTime = regexp.MustCompile(`(?is)^(?:i live|i am|i'm|i’m|i work|we are|we're|we live|please use|use|go by|please go by|i go by) (?:in|on|by)? ?(?:the )?(.+? (?:time|time ?zone))(?: for me| please| from now on)*$`)
	zoneForget = regexp.MustCompile(politeness + `(?:forget|reset|remove|delete|clear) my time ?zone$`)
	zoneAsked  = phrases("what is my time zone", "what is my timezone", "which time zone am i in", "what time zone am i in", "which timezone am i in", "what timezone am i in", "which time zone do you use", "what time zone do you use", "what time zone do i have", "do you know my time zone", "do you know my timezone")
)

// timezone keeps the time zone that a person names, or tells it.
func timezone(t *talk) (answer, bool) {
	if !t.contains("time") {
		return answer{}, false
	}
	if zoneAsked[t.plain] {
		if t.scene.Zone == nil {
			return say(eliza.ErrorMessage(errNoZone))
		}
		now := t.scene.Now.Time().In(t.scene.Zone)
		return say("I go by the time zone " + t.scene.Zone.String() + " for you: it is " + now.Format("15:04") + " " + when.Abbreviation(now) + ".")
	}
	text := strings.TrimRight(t.start, " .!")
	if zoneForget.MatchString(text) {
		return t.call("SET_TIMEZONE", map[string]string{"timezone": "default"}), true
	}
	for _, form := range []*regexp.Regexp{zoneIs, zoneSet} {
		if m := form.FindStringSubmatch(text); m != nil && !strings.HasSuffix(text, "?") {
			if _, err := when.ZoneOf(m[1]); err != nil {
				return say("I do not know the time zone " + quote(m[1]) + `. Name a city or a zone of the IANA database, as in "my time zone is Europe/Berlin".`)
			}
			return t.call("SET_TIMEZONE", map[string]string{"timezone": m[1]}), true
		}
	}
	if m := zoneOfTime.FindStringSubmatch(text); m != nil {
		if _, err := when.ZoneOf(m[1]); err == nil {
			return t.call("SET_TIMEZONE", map[string]string{"timezone": m[1]}), true
		}
	}
	return answer{}, false
}
