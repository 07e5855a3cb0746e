// Package dotenv reads and changes a file of NAME=value lines. A change
// touches the lines of its names alone: comments, order and everything else
// stay as a person wrote them.
package dotenv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/joho/godotenv"
)

// ErrMalformed says that the file is not a list of NAME=value lines. It never
// quotes the file, which may hold keys.
var ErrMalformed = errors.New("not a list of NAME=value lines")

// Read returns the variables of a file, none when there is no such file.
func Read(path string) (map[string]string, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	return parse(path, text)
}

func read(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read variables: %w", err)
	}
	return string(b), nil
}

func parse(path, text string) (map[string]string, error) {
	variables, err := godotenv.Unmarshal(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, ErrMalformed)
	}
	if variables == nil {
		variables = map[string]string{}
	}
	return variables, nil
}

// writing keeps two changes of a file apart.
var writing sync.Mutex

var name = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// IsName reports whether a text can name a variable.
func IsName(s string) bool { return len(s) <= 256 && name.MatchString(s) }

// Change gives variables of a file new values; a nil value removes one. The
// file is made when there is none, for its owner alone, and is replaced in one
// step: whoever reads it sees all of the change or nothing. Names must be
// valid, and values hold no NUL. It returns the variables as they are then.
func Change(path string, values map[string]*string) (map[string]string, error) {
	writing.Lock()
	defer writing.Unlock()
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	before, err := parse(path, text)
	if err != nil {
		return nil, err
	}
	text = changed(text, values)
	after, err := parse(path, text)
	if err != nil {
		return nil, err
	}
	if err := verify(before, after, values); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return after, replace(path, text)
}

// changed returns a file's text with other values.
func changed(text string, values map[string]*string) string {
	left := make(map[string]*string, len(values))
	for n, v := range values {
		left[n] = v
	}
	var b strings.Builder
	for _, s := range statements(text) {
		value, ours := values[s.name]
		switch _, first := left[s.name]; {
		case !ours:
			b.WriteString(s.text)
		case value != nil && first:
			b.WriteString(line(s.name, *value))
		}
		delete(left, s.name)
	}
	names := make([]string, 0, len(left))
	for n, v := range left {
		if v != nil {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	if len(names) > 0 && b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
		b.WriteByte('\n')
	}
	for _, n := range names {
		b.WriteString(line(n, *values[n]))
	}
	return b.String()
}

// verify makes sure that a change did what it should and no more.
func verify(before, after map[string]string, values map[string]*string) error {
	for n, v := range values {
		if got, there := after[n]; there != (v != nil) || v != nil && got != *v {
			return fmt.Errorf("the value of %s cannot be written", n)
		}
	}
	for n, v := range before {
		if _, ours := values[n]; !ours && after[n] != v {
			return fmt.Errorf("the change would touch %s too", n)
		}
	}
	return nil
}

// replace writes a file anew, with the rights that it has.
func replace(path, text string) error {
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".env-*")
	if err != nil {
		return fmt.Errorf("write variables: %w", err)
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write variables: %w", err), os.Remove(f.Name()))
	}
	return nil
}
