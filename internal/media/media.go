// Package media keeps the files of agents and channels: what people upload
// and what models make. A [Library] is one folder of them:
//
//	library, err := media.Open(".eliza/data", media.Options{})
//	file, err := library.Save(media.Place{Kind: media.Agents, Owner: id}, incoming)
//	content, file, err := library.Open(file.Place, file.Name)
//
// The folder has the layout that ElizaOS documents: uploads/agents/ID,
// uploads/channels/ID and generated/ID. A file grows in the folder incoming
// and is renamed when it is on the disk, so that what can be seen is whole.
// Every access goes through an os.Root and refuses links: no name leads out.
//
// What a file is, its content, its extension and its declared type say
// together (see [Format]); only the documented formats are kept.
package media

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// MaxBytes is the size of the largest file: 50 MB, as ElizaOS documents it.
const MaxBytes = 50 << 20

// Kind says whose files lie in a folder, and is that folder's path.
type Kind string

// The kinds of files.
const (
	Agents    Kind = "uploads/agents"
	Channels  Kind = "uploads/channels"
	Generated Kind = "generated"
)

var kinds = []Kind{Agents, Channels, Generated}

const incoming = "incoming"

// Place is the folder of one agent or channel.
type Place struct {
	Kind  Kind
	Owner eliza.ID
}

func (p Place) folder() string { return path.Join(string(p.Kind), p.Owner.String()) }

// URL is where a file is served, without the host.
func (p Place) URL(name string) string { return "/media/" + p.folder() + "/" + name }

// File is a kept file.
type File struct {
	Place
	Name     string // under which it is kept and served
	Original string // the client's name for it, cleaned; "" when it was not just saved
	Type     string // such as image/png
	Size     int64  // bytes
	Modified time.Time
}

// URL is where the file is served, without the host.
func (f *File) URL() string { return f.Place.URL(f.Name) }

// Class is the first word that ElizaOS has for the type: image, video, audio
// or document.
func (f *File) Class() string { return ClassOf(f.Type) }

// ClassOf is image, video, audio or document.
func ClassOf(mediaType string) string {
	switch class, _, _ := strings.Cut(mediaType, "/"); class {
	case "image", "video", "audio":
		return class
	}
	return "document"
}

// Options bound a library. Zero values bound nothing.
type Options struct {
	Quota  int64         // bytes of all files together
	MaxAge time.Duration // after which a file is removed
}

// Library is a folder of files. It is safe for concurrent use.
type Library struct {
	Options
	root *os.Root
	used atomic.Int64 // bytes, when there is a quota
}

// Open opens the library in a folder, which it makes when it is absent, and
// removes what an earlier process left unfinished.
func Open(dir string, o Options) (*Library, error) {
	for _, folder := range append(kinds, incoming) {
		if err := os.MkdirAll(path.Join(dir, string(folder)), 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of media: %w", err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of media: %w", err)
	}
	l := &Library{Options: o, root: root}
	if err := l.begin(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return l, nil
}

func (l *Library) begin() error {
	unfinished, err := fs.ReadDir(l.root.FS(), incoming)
	if err != nil {
		return fmt.Errorf("look for unfinished files: %w", err)
	}
	for _, f := range unfinished {
		if err := l.root.RemoveAll(path.Join(incoming, f.Name())); err != nil {
			return fmt.Errorf("remove an unfinished file: %w", err)
		}
	}
	if l.Quota > 0 {
		return l.each(func(_ Place, _ string, info fs.FileInfo) error {
			l.used.Add(info.Size())
			return nil
		})
	}
	return nil
}

// Close lets go of the folder.
func (l *Library) Close() error { return l.root.Close() }

// Open opens a file to be read. Error codes: FORBIDDEN for a name that no
// file of a library can have, NOT_FOUND.
func (l *Library) Open(p Place, name string) (*os.File, *File, error) {
	if !plain(name) {
		return nil, nil, eliza.Errorf(eliza.CodeForbidden, "Access denied")
	}
	at := path.Join(p.folder(), name)
	absent := &eliza.Error{Code: eliza.CodeNotFound, Message: "File not found"}
	folder, err := l.root.Lstat(p.folder())
	if err != nil || !folder.IsDir() {
		return nil, nil, absent
	}
	// A link or a pipe is not opened at all: opening may lead away, or block.
	seen, err := l.root.Lstat(at)
	if err != nil || !seen.Mode().IsRegular() {
		return nil, nil, absent
	}
	f, err := l.root.Open(at)
	if err != nil {
		return nil, nil, absent
	}
	info, err := f.Stat()
	if err != nil || !os.SameFile(seen, info) {
		f.Close()
		return nil, nil, absent
	}
	return f, &File{Place: p, Name: name, Type: typeOf(name), Size: info.Size(), Modified: info.ModTime()}, nil
}

// Find returns the place and the name in an address that [File.URL] made,
// with or without /api before it, and whether it is one.
func Find(address string) (Place, string, bool) {
	address = strings.TrimPrefix(address, "/api")
	for _, kind := range kinds {
		rest, is := strings.CutPrefix(address, "/media/"+string(kind)+"/")
		if !is {
			continue
		}
		owner, name, _ := strings.Cut(rest, "/")
		id, err := eliza.ParseID(owner)
		return Place{kind, id}, name, err == nil && plain(name)
	}
	return Place{}, "", false
}

// ETag changes when the file does.
func (f *File) ETag() string {
	return `"` + strconv.FormatInt(f.Modified.UnixNano(), 36) + "-" + strconv.FormatInt(f.Size, 36) + `"`
}
