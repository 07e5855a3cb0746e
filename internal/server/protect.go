package server

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/internal/config"
)

// sealAgents encrypts the secrets of agents that are not encrypted yet, or
// with an older key, and tells of those that no key here opens.
func (s *Server) sealAgents(ctx context.Context) error {
	amiss, err := s.store.SealAgents(ctx)
	if err != nil {
		return fmt.Errorf("encrypt the secrets of agents: %w", err)
	}
	for agent, seals := range amiss {
		if seals.Stale > 0 {
			s.log.Info("secrets of an agent were encrypted", "agent", agent, "number", seals.Stale)
		}
		if len(seals.Closed) > 0 {
			s.log.Warn("secrets of an agent cannot be read: they were encrypted with another key; put back SECRET_SALT or secret.key, or set them anew",
				"agent", agent, "where", seals.Closed)
		}
	}
	closed, err := s.store.SealWebhooks(ctx)
	if err != nil {
		return fmt.Errorf("encrypt the secrets of webhooks: %w", err)
	}
	if closed > 0 {
		s.log.Warn("secrets of webhooks cannot be read: they were encrypted with another key; put back SECRET_SALT or secret.key, or set them anew", "number", closed)
	}
	return nil
}

func limitsOf(c *config.Limits) api.Limits {
	if !c.Enabled {
		return api.Limits{}
	}
	return api.Limits{
		General: api.Rate(c.General), Files: api.Rate(c.Files), Uploads: api.Rate(c.Uploads), ChannelIDs: api.Rate(c.ChannelIDs),
		ChannelMedia: api.Rate(c.ChannelMedia), Keys: api.Rate(c.Keys), Sockets: int(c.Sockets),
	}
}

func prefixesOf(of []config.Prefix) []netip.Prefix {
	list := make([]netip.Prefix, len(of))
	for i, p := range of {
		list[i] = netip.Prefix(p)
	}
	return list
}
