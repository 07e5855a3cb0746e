package task

import (
	"context"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/when"
)

const (
	// ZoneSetting is the character setting that names the time zone in which
	// people speak to an agent.
	ZoneSetting = "TIMEZONE"
	// ZoneKey is the key of an entity's metadata for the time zone that the
	// person named.
	ZoneKey = "timezone"
)

// Zone is the time zone in which somebody speaks to an agent: the one that the
// person named, else the agent's setting TIMEZONE, else the server's. Error
// codes: INVALID_REQUEST when the setting names none, DB_ERROR.
func (s *Service) Zone(ctx context.Context, agent *eliza.Agent, entity eliza.ID) (*time.Location, error) {
	if entity != eliza.NoID {
		e, err := s.store.Entity(ctx, agent.ID, entity)
		if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
			return nil, err
		}
		if named, _ := e.Metadata[ZoneKey].(string); named != "" {
			if zone, err := when.ZoneOf(named); err == nil {
				return zone, nil
			}
		}
	}
	if named := agent.Character.Setting(ZoneSetting); named != "" {
		zone, err := when.ZoneOf(named)
		if err != nil {
			return nil, eliza.Errorf(eliza.CodeInvalidRequest, "The setting %s of %s is %q, which is no time zone I know; a name of the IANA database such as Europe/Berlin is", ZoneSetting, agent.Name, named)
		}
		return zone, nil
	}
	return s.options.Zone, nil
}

// setZone gives a schedule by the clock the zone in which it is meant, so that
// a later change of a setting does not move it.
func (s *Service) setZone(ctx context.Context, agent *eliza.Agent, t *eliza.Task) error {
	if t.MetaText(MetaCron) == "" || t.MetaText(MetaZone) != "" {
		return nil
	}
	zone, err := s.Zone(ctx, agent, t.EntityID)
	if err == nil {
		t.Metadata[MetaZone] = zone.String()
	}
	return err
}
