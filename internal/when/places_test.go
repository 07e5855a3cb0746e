package when

import (
	"strings"
	"testing"
	"time"
)

// TestEveryPlaceHasAZone loads every zone that the tables name.
func TestEveryPlaceHasAZone(t *testing.T) {
	for _, table := range []map[string]string{abbreviations, zoneNames, placesAt, zonesByName()} {
		for place, name := range table {
			if _, err := Zone(name); err != nil || place != strings.ToLower(place) {
				t.Errorf("%s: %s: %v", place, name, err)
			}
		}
	}
	for minutes, name := range fixedZones {
		zone, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, offset := time.Date(2026, 7, 1, 0, 0, 0, 0, zone).Zone(); offset != minutes*60 {
			t.Errorf("%s is %d seconds from UTC, not %d minutes", name, offset, minutes)
		}
	}
}
