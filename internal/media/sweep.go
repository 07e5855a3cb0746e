package media

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// orphanage is how long files of an owner that does not exist are kept:
// ElizaOS takes uploads before there is an agent or a channel.
const orphanage = 24 * time.Hour

// RemoveAll removes every file of an agent or a channel.
func (l *Library) RemoveAll(p Place) error {
	if l.Quota > 0 {
		err := l.in(p, func(_ string, info fs.FileInfo) error {
			l.used.Add(-info.Size())
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := l.root.RemoveAll(p.folder()); err != nil {
		return fmt.Errorf("remove the files of %s: %w", p.folder(), err)
	}
	return nil
}

// Sweep removes files older than MaxAge, and those whose agent or channel
// does not exist, a day after the last came.
func (l *Library) Sweep(ctx context.Context, now time.Time, exists func(context.Context, Place) (bool, error)) error {
	return l.places(func(p Place) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		there, err := exists(ctx, p)
		if err != nil {
			return fmt.Errorf("look whose files are in %s: %w", p.folder(), err)
		}
		newest, left := time.Time{}, 0
		err = l.in(p, func(name string, info fs.FileInfo) error {
			if l.MaxAge > 0 && now.Sub(info.ModTime()) > l.MaxAge {
				return l.remove(p, name, info)
			}
			if info.ModTime().After(newest) {
				newest = info.ModTime()
			}
			left++
			return nil
		})
		if err == nil && !there && left > 0 && now.Sub(newest) > orphanage {
			return l.RemoveAll(p)
		}
		return err
	})
}

func (l *Library) remove(p Place, name string, info fs.FileInfo) error {
	if err := l.root.Remove(path.Join(p.folder(), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove an old file: %w", err)
	}
	if l.Quota > 0 {
		l.used.Add(-info.Size())
	}
	return nil
}

// places calls do for the folder of each agent and channel.
func (l *Library) places(do func(Place) error) error {
	for _, kind := range kinds {
		owners, err := fs.ReadDir(l.root.FS(), string(kind))
		if err != nil {
			return fmt.Errorf("look through %s: %w", kind, err)
		}
		for _, owner := range owners {
			id, err := eliza.ParseID(owner.Name())
			if err != nil || !owner.IsDir() {
				continue // not ours
			}
			if err := do(Place{kind, id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// in calls do for each file of an agent or channel.
func (l *Library) in(p Place, do func(name string, info fs.FileInfo) error) error {
	files, err := fs.ReadDir(l.root.FS(), p.folder())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look through %s: %w", p.folder(), err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // gone in the meantime, or not ours
		}
		if err := do(f.Name(), info); err != nil {
			return err
		}
	}
	return nil
}

func (l *Library) each(do func(p Place, name string, info fs.FileInfo) error) error {
	return l.places(func(p Place) error {
		return l.in(p, func(name string, info fs.FileInfo) error { return do(p, name, info) })
	})
}
