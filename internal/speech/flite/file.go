package flite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// Where flite finds the one file that it writes.
const (
	mount    = "/out/"
	fileName = "speech.wav"
)

// maxFile bounds what one sentence may sound, in bytes: four minutes.
const maxFile = 8 << 20

// folder is a file system with one file, in memory. wazero finds out by itself
// that the file can be written and that it has places.
type folder struct{ file *file }

// Open opens the file, whatever for, and the folder itself.
func (f folder) Open(name string) (fs.File, error) {
	switch name {
	case fileName:
		f.file.at = 0
		return f.file, nil
	case ".":
		return root{}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// root is the open folder.
type root struct{}

func (root) Stat() (fs.FileInfo, error) { return info{folder: true}, nil }
func (root) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (root) Close() error               { return nil }

// file is the file that flite writes, first its head and then one sentence
// after the other, going back to the head each time.
type file struct {
	data []byte
	at   int64
}

func (f *file) Stat() (fs.FileInfo, error) { return info{size: int64(len(f.data))}, nil }
func (f *file) Close() error               { return nil }

func (f *file) Read(p []byte) (int, error) {
	if f.at >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.data[f.at:])
	f.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (f *file) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += int64(len(f.data))
	}
	if offset < 0 || offset > maxFile {
		return 0, fmt.Errorf("seek to %d: %w", offset, fs.ErrInvalid)
	}
	f.at = offset
	return offset, nil
}

func (f *file) Write(p []byte) (int, error) {
	end := f.at + int64(len(p))
	if end > maxFile {
		return 0, errors.New("the speech is too long")
	}
	if end > int64(len(f.data)) {
		f.data = append(f.data, make([]byte, end-int64(len(f.data)))...)
	}
	copy(f.data[f.at:], p)
	f.at = end
	return len(p), nil
}

// info tells of the file or of the folder.
type info struct {
	folder bool
	size   int64
}

func (i info) Name() string       { return fileName }
func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.folder }
func (i info) Sys() any           { return nil }
func (i info) Mode() fs.FileMode {
	if i.folder {
		return fs.ModeDir | 0o700
	}
	return 0o600
}
