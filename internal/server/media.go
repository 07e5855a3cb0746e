package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"path/filepath"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/media"
)

// openMedia opens the files at the place that ElizaOS documents.
func (s *Server) openMedia() (err error) {
	s.media, err = media.Open(filepath.Join(s.cfg.DataDir, "data"), media.Options{Quota: int64(s.cfg.MediaQuota), MaxAge: s.cfg.MediaMaxAge.Std()})
	return err
}

// signingKey is what addresses of files are signed with. Where nothing secret
// is set, addresses are good until the server stops.
func (s *Server) signingKey() string {
	return cmp.Or(s.cfg.Key, s.cfg.SecretSalt, rand.Text())
}

// sweepMedia removes files that are too old, and those of agents and channels
// that are gone.
func (s *Server) sweepMedia(ctx context.Context) error {
	return s.media.Sweep(ctx, time.Now(), func(ctx context.Context, p media.Place) (bool, error) {
		var err error
		if p.Kind == media.Channels {
			_, err = s.store.Channel(ctx, p.Owner)
		} else {
			_, err = s.store.Agent(ctx, p.Owner)
		}
		if eliza.ErrorCode(err) == eliza.CodeNotFound {
			return false, nil
		}
		return err == nil, err
	})
}
