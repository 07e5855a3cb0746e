package when

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // so that every zone is known on every machine

	"github.com/elizad/elizad/internal/eliza"
)

// maxZone bounds the name of a time zone, in bytes.
const maxZone = 100

// Zone finds a time zone by its name in the IANA database; the empty name is
// UTC. Error code: INVALID_REQUEST.
func Zone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" || len(name) > maxZone {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "timezone: not a name of the IANA time zone database, such as Europe/Berlin")
	}
	return zone, nil
}

// ZoneOf finds the time zone that people mean: a name of the IANA database in
// any case, a city ("Berlin", "San Francisco"), an abbreviation ("PST"), a
// name such as "Pacific", or a distance from UTC ("UTC+2"); "time" or "time
// zone" may follow. Its String is a name of the IANA database. Error code:
// INVALID_REQUEST.
func ZoneOf(said string) (*time.Location, error) {
	said = strings.TrimSpace(said)
	if len(said) <= maxZone {
		words := tokens(tokenize(said))
		for _, end := range [][]string{{"time", "zone"}, {"timezone"}, {"time"}} {
			if n := len(words) - len(end); n > 0 && words.is(n, end...) {
				words = words[:n]
				break
			}
		}
		words = words[words.skip(0, "the"):]
		if zone, next, ok := words.zone(0, true); ok && next == len(words) {
			return zone, nil
		}
	}
	return nil, eliza.Errorf(eliza.CodeInvalidRequest, "I do not know the time zone %q; name a city, or a zone of the IANA database such as Europe/Berlin", said)
}

// MachineZone is the zone of this machine's clock by its name in the IANA
// database: that of TZ or of /etc/localtime, else UTC.
func MachineZone() *time.Location {
	name := strings.TrimPrefix(os.Getenv("TZ"), ":")
	if _, set := os.LookupEnv("TZ"); !set {
		if path, err := filepath.EvalSymlinks("/etc/localtime"); err == nil {
			_, name, _ = strings.Cut(filepath.ToSlash(path), "/zoneinfo/")
		}
	}
	zone, err := Zone(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// zone reads the name of a time zone. alone tells that it is known to be one;
// else short names count only in capitals.
func (t tokens) zone(i int, alone bool) (zone *time.Location, next int, ok bool) {
	if zone, next, ok = t.offset(i, false); ok {
		return zone, next, true
	}
	if zone, next, ok = t.ianaZone(i); ok {
		return zone, next, true
	}
	k := t.at(i)
	if k.kind != wordToken {
		return nil, i, false
	}
	for n := 4; n > 0; n-- { // the longest name first
		name, end := t.name(i, n)
		if end != i+n {
			continue
		}
		if at := abbreviations[name]; at != "" && n == 1 && (alone || k.raw == strings.ToUpper(k.raw)) {
			return load(at), t.skip(end, "time"), true
		}
		if coast := zoneNames[name]; coast != "" && n == 1 && k.raw != k.text && strings.HasPrefix(coast, "America/") {
			return load(coast), t.skip(end, "time"), true // "9am Pacific"
		}
		for _, season := range []string{" standard", " daylight", " summer", " winter", " local", ""} {
			place, is := strings.CutSuffix(name, season)
			if timed := t.skip(end, "time"); is && (alone || timed > end) {
				if at := cmp.Or(zoneNames[place], placesAt[place], zonesByName()[place]); at != "" {
					return load(at), timed, true
				}
			}
		}
	}
	return nil, i, false
}

// name joins n words, or as many as there are.
func (t tokens) name(i, n int) (string, int) {
	var b strings.Builder
	end := i
	for ; end < i+n && t.at(end).kind == wordToken; end++ {
		if end > i {
			b.WriteByte(' ')
		}
		b.WriteString(strings.ReplaceAll(t[end].text, "'", ""))
	}
	return b.String(), end
}

// ianaZone reads a name such as Europe/Berlin, in any case.
func (t tokens) ianaZone(i int) (zone *time.Location, next int, ok bool) {
	if t.at(i).kind != wordToken || !t.is(i+1, "/") || !t.at(i+1).glued {
		return nil, i, false
	}
	var b strings.Builder
	b.WriteString(t[i].raw)
	for next = i + 1; t.at(next).glued && (t[next].kind != markToken || strings.Contains("/_-+", t[next].text)) && b.Len() < maxZone; next++ {
		b.WriteString(t[next].raw)
	}
	name := b.String()
	if known := zonesByName()[strings.ToLower(name)]; known != "" {
		name = known
	}
	at, err := Zone(name)
	return at, t.skip(next, "time"), err == nil
}

func load(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // a test tries every name that is written here
	}
	return zone
}

// offset reads UTC, GMT, UTC+2, and with iso also Z and +02:00.
func (t tokens) offset(i int, iso bool) (zone *time.Location, next int, ok bool) {
	next = t.skip(i, "utc", "gmt", "coordinated universal", "universal", "greenwich mean", "zulu")
	if iso && next == i {
		next = t.skip(i, "z")
	}
	named := next > i
	if named {
		next = t.skip(next, "time")
	}
	sign := t.at(next)
	if !named && !iso || sign.text != "+" && sign.text != "-" && sign.text != "−" || t.at(next+1).kind != numberToken || !t.at(next+1).glued {
		return time.UTC, next, named
	}
	digits := t.at(next + 1).text
	hours, _ := strconv.Atoi(digits)
	minutes := 0
	next += 2
	switch {
	case len(digits) == 4:
		hours, minutes = hours/100, hours%100
	case len(digits) > 2:
		return nil, i, false
	case t.is(next, ":") && t.at(next).glued && len(t.at(next+1).text) == 2 && t.at(next+1).kind == numberToken:
		minutes, _ = strconv.Atoi(t.at(next + 1).text)
		next += 2
	}
	total := hours*60 + minutes
	if sign.text != "+" {
		total = -total
	}
	name, known := fixedZones[total]
	if minutes == 0 && hours <= 12 || minutes == 0 && total > 0 && hours <= 14 {
		// The signs of these names are turned around, as POSIX has it.
		if name, known = "Etc/GMT"+strconv.Itoa(hours), true; total > 0 {
			name = "Etc/GMT-" + strconv.Itoa(hours)
		} else if total < 0 {
			name = "Etc/GMT+" + strconv.Itoa(hours)
		}
	}
	if !known {
		return nil, i, false
	}
	return load(name), next, true
}

// zoneAfterTime reads a zone behind a time: "9am Berlin time", "9 UTC", "9:00
// (PST)". What may be a place or a zone, as in "9am in New York", is a
// problem.
func (t tokens) zoneAfterTime(i int) (zone *time.Location, next int, problem string, ok bool) {
	start := t.skip(i, ", (", "(", ", in", "in", ",")
	if after := t.skip(start, "local time", "my time", "our time", "my local time"); after > start {
		return nil, t.skip(after, ")"), "", true
	}
	iso := start == i && t.at(i).glued && t.isOneOf(i, "z", "+", "-")
	if iso {
		if zone, next, ok = t.offset(i, true); ok {
			return zone, next, "", true
		}
	}
	if zone, next, ok = t.zone(start, false); ok {
		return zone, t.skip(next, ")"), "", true
	}
	k := t.at(start)
	if k.kind != wordToken || k.raw == k.text {
		return nil, i, "", false
	}
	if ambiguous := ambiguousZones[k.text]; ambiguous != "" && k.raw == strings.ToUpper(k.raw) {
		return nil, t.skip(start+1, "time"), "it could be the time of " + ambiguous, true
	}
	for n := 1; n <= 3; n++ {
		name, end := t.name(start, n)
		if end != start+n {
			break
		}
		if t.is(end, "time") {
			return nil, end + 1, "I do not know that time zone", true
		}
		if t.is(start-1, "in") && (placesAt[name] != "" || zonesByName()[name] != "") {
			return nil, end, "it could be by the clocks there or by yours", true
		}
	}
	return nil, i, "", false
}
