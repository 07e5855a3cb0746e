package when_test

import (
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/when"
)

func TestZoneOf(t *testing.T) {
	for said, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "europe/berlin": "Europe/Berlin", "america/new_york": "America/New_York", "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires",
		"Asia/Tokyo time": "Asia/Tokyo", "UTC": "UTC", "GMT": "UTC", "utc time": "UTC", "UTC+2": "Etc/GMT-2", "GMT-5": "Etc/GMT+5", "UTC+05:30": "Asia/Kolkata", "UTC−3": "Etc/GMT+3",
		"Berlin": "Europe/Berlin", "berlin time": "Europe/Berlin", "New York": "America/New_York", "New York time": "America/New_York", "the Pacific time zone": "America/Los_Angeles", "San Francisco": "America/Los_Angeles",
		"Tokyo": "Asia/Tokyo", "tokyo time": "Asia/Tokyo", "Munich": "Europe/Berlin", "Mumbai time": "Asia/Kolkata", "PST": "America/Los_Angeles", "pst": "America/Los_Angeles", "Eastern": "America/New_York",
		"Eastern Standard Time": "America/New_York", "Pacific Daylight Time": "America/Los_Angeles", "Central European Summer Time": "Europe/Paris", "CET": "Europe/Paris", "London local time": "Europe/London", "Ho Chi Minh": "Asia/Ho_Chi_Minh",
		"Sydney": "Australia/Sydney", "Auckland timezone": "Pacific/Auckland",
	} {
		if zone, err := when.ZoneOf(said); err != nil || zone.String() != want {
			t.Errorf("%q is %v, %v; want %s", said, zone, err, want)
		}
	}
	for _, said := range []string{"", "time", "Narnia", "Narnia time", "IST", "UTC+27", "UTC+2:17", "Local", "../etc/passwd", "Europe/../Europe/Berlin", "here", "a hurry", "Berlin or Paris"} {
		if zone, err := when.ZoneOf(said); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("%q is %v, %v", said, zone, err)
		}
	}
}

func TestMachineZoneHasAName(t *testing.T) {
	for tz, want := range map[string]string{"Asia/Tokyo": "Asia/Tokyo", ":Europe/Berlin": "Europe/Berlin", "": "UTC", "Nowhere/Land": "UTC"} {
		t.Setenv("TZ", tz)
		if got := when.MachineZone().String(); got != want {
			t.Errorf("TZ=%q is %s, want %s", tz, got, want)
		}
	}
}

// TestAPhraseMeansTheClocksOfItsZone says the same words in several zones and
// on days on which clocks are changed.
func TestAPhraseMeansTheClocksOfItsZone(t *testing.T) {
	for _, c := range []struct{ now, zone, phrase, want string }{
		{"2026-11-24T14:30:00Z", "UTC", "tomorrow at 9 to x", "2026-11-25T09:00:00Z"},
		{"2026-11-24T14:30:00Z", "Asia/Tokyo", "tomorrow at 9 to x", "2026-11-25T00:00:00Z"},
		{"2026-11-24T15:30:00Z", "Asia/Tokyo", "tomorrow at 9 to x", "2026-11-26T00:00:00Z"},
		{"2026-11-24T15:30:00Z", "America/Los_Angeles", "at 9 to x", "2026-11-24T17:00:00Z"},
		{"2026-11-24T15:30:00Z", "Asia/Kolkata", "at noon to x", "2026-11-25T06:30:00Z"},
		{"2026-11-25T06:00:00Z", "America/Los_Angeles", "tomorrow at 9am Berlin time to x", "2026-11-25T08:00:00Z"}, // it is Tuesday there
		{"2026-03-28T12:00:00Z", "Europe/Berlin", "tomorrow at 3:30 to x", "2026-03-29T01:30:00Z"},
		{"2026-03-28T12:00:00Z", "Europe/Berlin", "tomorrow at 9 to x", "2026-03-29T07:00:00Z"},
		{"2026-03-28T12:00:00Z", "Europe/Berlin", "in a day to x", "2026-03-29T11:00:00Z"},
		{"2026-03-28T12:00:00Z", "Europe/Berlin", "in 24 hours to x", "2026-03-29T12:00:00Z"},
		{"2026-10-24T12:00:00Z", "Europe/Berlin", "tomorrow at 2:30 to x", "2026-10-25T00:30:00Z"}, // shown twice: the first
		{"2026-01-31T12:00:00Z", "UTC", "in a month to x", "2026-02-28T12:00:00Z"},
		{"2026-12-31T23:30:00Z", "UTC", "tomorrow to x", "2027-01-01T09:00:00Z"},
		{"2026-12-01T08:00:00Z", "UTC", "on the 1st at 9 to x", "2026-12-01T09:00:00Z"},
		{"2026-12-01T10:00:00Z", "UTC", "on the 1st at 9 to x", "2027-01-01T09:00:00Z"},
		{"2026-12-01T10:00:00Z", "UTC", "on December 1 at 9 to x", "2027-12-01T09:00:00Z"},
		{"2026-11-29T10:00:00Z", "UTC", "next Tuesday to x", "2026-12-01T09:00:00Z"}, // said on a Sunday
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		got, err := when.Find(c.phrase, now.In(zone(t, c.zone)))
		if err != nil || got.At.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%q at %s in %s is %s, %v; want %s", c.phrase, c.now, c.zone, got.At.UTC().Format(time.RFC3339), err, c.want)
		}
	}
	night := time.Date(2026, 3, 28, 12, 0, 0, 0, zone(t, "Europe/Berlin"))
	if got, err := when.Find("tomorrow at 2:30 to x", night); err == nil {
		t.Errorf("a time that the clocks leap over is %s", got.At)
	}
}

// BenchmarkFindAmongPlaces gives the reader what it has to look up
// most.
func BenchmarkFindAmongPlaces(b *testing.B) {
	text := strings.Repeat("9am in Abc Def Ghi time ", 80)
	for b.Loop() {
		if _, err := when.Find(text, berlinAfternoon); err == nil {
			b.Fatal("it was understood")
		}
	}
}
