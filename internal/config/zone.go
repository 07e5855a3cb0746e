package config

import (
	"time"

	"github.com/elizad/elizad/internal/when"
)

// Zone is a time zone by its name; the zero Zone is that of this machine.
type Zone struct{ location *time.Location }

// UnmarshalText reads what people call a time zone.
func (z *Zone) UnmarshalText(b []byte) error {
	location, err := when.ZoneOf(string(b))
	if err != nil {
		return errNotAllowed
	}
	z.location = location
	return nil
}

// Location is the zone as the standard library has it.
func (z Zone) Location() *time.Location {
	if z.location == nil {
		return when.MachineZone()
	}
	return z.location
}
