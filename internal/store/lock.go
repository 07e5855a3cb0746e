package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
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
		who := holder(file)
		file.Close()
		return nil, fmt.Errorf("%w %s%s; stop it, or choose another folder with ELIZA_DATA_DIR", ErrInUse, dir, who)
	}
	// Who holds the lock is told to those who want it too; a failure to write
	// that down harms nobody.
	_ = file.Truncate(0)
	_, _ = file.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return &dirLock{file}, nil
}

// holder says which process holds a lock, as far as it is known.
func holder(file *os.File) string {
	b := make([]byte, 20)
	n, _ := file.ReadAt(b, 0)
	pid, err := strconv.Atoi(string(b[:n]))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}

func (l *dirLock) release() error { return l.file.Close() }
