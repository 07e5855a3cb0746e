package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// What is read of a directory.
const (
	maxFiles = 1000
	maxDepth = 10
)

// file is one to read. Its name is what people see: the path with what can be
// printed.
type file struct {
	path, name string
	shared     bool
}

// find lists the files of a source, each once. It reports whether that is all
// of them.
func (r *reading) find() (all []file, whole bool) {
	whole = true
	seen := map[string]bool{}
	add := func(at string, shared bool) {
		if !seen[at] && !slices.Contains(r.of.Except, at) {
			seen[at] = true
			all = append(all, file{at, strings.ToValidUTF8(printable(at), ""), shared})
		}
	}
	for _, e := range r.of.Entries {
		at := path.Clean(filepath.ToSlash(e.Path))
		switch {
		case !fs.ValidPath(at):
			r.pass(printable(path.Base(at)), errors.New("it is outside of the folder"))
		case !e.Directory:
			add(at, e.Shared)
		case !r.directory(at, func(at string) { add(at, e.Shared) }):
			whole = false
		}
	}
	return all, whole
}

// directory lists what is in a directory and below, without what is hidden,
// and reports whether that is all. Links to directories are not followed.
func (r *reading) directory(top string, add func(string)) (whole bool) {
	whole = true
	n, above := 0, strings.Count(top, "/")
	if top == "." {
		above = -1
	}
	leave := func(at string, err error) {
		whole = false
		r.pass(printable(at), err)
	}
	// The only errors are those that the function returns, and it returns none.
	_ = fs.WalkDir(r.root.FS(), top, func(at string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			leave(at, err)
			return fs.SkipDir
		case at != top && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
			if at != top && strings.Count(at, "/")-above > maxDepth {
				leave(at, fmt.Errorf("it is deeper than %d directories", maxDepth))
				return fs.SkipDir
			}
		case n == maxFiles:
			leave(top, fmt.Errorf("it has more than %d files", maxFiles))
			return fs.SkipAll
		default:
			n++
			add(at)
		}
		return nil
	})
	return whole
}
