package media_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/media"
)

var owner = eliza.NewID()

func open(t testing.TB, dir string, o media.Options) *media.Library {
	t.Helper()
	l, err := media.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func keep(t testing.TB, l *media.Library, p media.Place, content string) *media.File {
	t.Helper()
	d, err := l.Draft("a.txt", strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Keep(p, "text/plain")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatWasUnfinishedIsRemovedAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, media.Options{})
	if _, err := l.Draft("a.txt", strings.NewReader("half")); err != nil {
		t.Fatal(err)
	}
	f := keep(t, l, media.Place{Kind: media.Agents, Owner: owner}, "whole")
	open(t, dir, media.Options{})
	left := 0
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			left++
		}
		return err
	})
	if err != nil || left != 1 {
		t.Errorf("%d files are left, %v", left, err)
	}
	file, found, err := l.Open(f.Place, f.Name)
	if err != nil || found.Size != 5 {
		t.Fatalf("%+v, %v", found, err)
	}
	file.Close()
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, media.Options{MaxAge: 48 * time.Hour, Quota: 1000})
	agent, channel := media.Place{Kind: media.Agents, Owner: owner}, media.Place{Kind: media.Channels, Owner: owner}
	stays, old, orphan := keep(t, l, agent, "stays"), keep(t, l, agent, "old"), keep(t, l, channel, "orphan")
	now := time.Now()
	if err := os.Chtimes(filepath.Join(dir, "uploads", "agents", owner.String(), old.Name), now.Add(-72*time.Hour), now.Add(-72*time.Hour)); err != nil {
		t.Fatal(err)
	}
	sweep := func(at time.Time) {
		t.Helper()
		err := l.Sweep(t.Context(), at, func(_ context.Context, p media.Place) (bool, error) { return p.Kind == media.Agents, nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	there := func(f *media.File) bool {
		file, _, err := l.Open(f.Place, f.Name)
		if err == nil {
			file.Close()
		}
		return err == nil
	}
	sweep(now)
	if !there(stays) || there(old) || !there(orphan) {
		t.Errorf("after an hour: %v %v %v", there(stays), there(old), there(orphan))
	}
	sweep(now.Add(25 * time.Hour))
	if !there(stays) || there(orphan) {
		t.Errorf("after a day: %v %v", there(stays), there(orphan))
	}
	again := open(t, dir, media.Options{Quota: 8})
	if _, err := again.Draft("a.txt", strings.NewReader("x")); err != nil {
		t.Errorf("the quota counts what is gone: %v", err)
	}
}

// FuzzUpload holds every upload to its promise: what is kept has a plain name
// and comes back as it was.
func FuzzUpload(f *testing.F) {
	f.Add("a.txt", "text/plain", []byte("hello"))
	f.Add("../../x.png", "image/png", []byte("\x89PNG\r\n\x1a\n"))
	f.Add("a\x00b", ";;;", []byte{0xff, 0xd8, 0xff})
	f.Add("", "", []byte("<html>"))
	l := open(f, f.TempDir(), media.Options{})
	f.Fuzz(func(t *testing.T, name, kind string, content []byte) {
		declared, err := media.Declared(kind)
		if err != nil {
			return
		}
		d, err := l.Draft(name, bytes.NewReader(content))
		if err != nil {
			return
		}
		kept, err := d.Keep(media.Place{Kind: media.Generated, Owner: owner}, declared)
		if err != nil {
			return
		}
		if strings.ContainsAny(kept.Name+kept.Original, "/\\\x00") || len(kept.Original) > 255 {
			t.Errorf("kept as %q, %q", kept.Name, kept.Original)
		}
		place, found, is := media.Find(kept.URL())
		if !is || place != kept.Place || found != kept.Name {
			t.Errorf("%s is not found again", kept.URL())
		}
		file, _, err := l.Open(place, found)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		back, err := os.ReadFile(file.Name())
		if err == nil && !bytes.Equal(back, content) {
			t.Error("it comes back different")
		}
		if err := l.RemoveAll(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	})
}
