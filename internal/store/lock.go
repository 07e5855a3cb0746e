package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrInUse says that another server is using the data folder.
var ErrInUse = errors.New("another server is using the data folder")

// dirLock keeps other servers out of a data folder. The system lets go of it
// when the process ends, however it ends.
type dirLock struct{ file *os.File }

func lockDir(dir string) (*dirLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "eliza.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if err := lockFile(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("%w %s: %w", ErrInUse, dir, err)
	}
	return &dirLock{file}, nil
}

func (l *dirLock) release() error { return l.file.Close() }
