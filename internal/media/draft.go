package media

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"sync"

	"github.com/elizad/elizad/internal/eliza"
)

// Draft is a file on its way into the library: it is on the disk, but nobody
// sees it. Either Keep or Discard must follow.
type Draft struct {
	library   *Library
	temp      string // its path
	file      *os.File
	format    *Format
	extension string
	original  string
	size      int64
}

var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 64<<10) }}

// Draft takes a file in, whatever its size in the same little memory. name is
// the client's. Error codes: INVALID_REQUEST for an empty file,
// UNSUPPORTED_MEDIA_TYPE, FILE_TOO_LARGE, STORAGE_FULL, UPLOAD_ERROR; an error
// of from is returned as it is.
func (l *Library) Draft(name string, from io.Reader) (*Draft, error) {
	if l.full(0) {
		return nil, errFull
	}
	d := &Draft{library: l, original: clean(name), temp: path.Join(incoming, eliza.NewID().String())}
	if err := d.write(name, from); err != nil {
		d.Discard()
		return nil, err
	}
	return d, nil
}

func (d *Draft) write(name string, from io.Reader) (err error) {
	begin := make([]byte, opening)
	n, err := io.ReadFull(from, begin)
	begin = begin[:n]
	switch {
	case n == 0 && err == io.EOF:
		return eliza.Errorf(eliza.CodeInvalidRequest, "file: it is empty")
	case err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	// A form that is cut off ends with the same error as a short file; the
	// next read tells which it was.
	if d.format, d.extension, err = recognize(begin, clean(name)); err != nil {
		return err
	}
	d.file, err = d.library.root.OpenFile(d.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return uploadError("make a file", err)
	}
	to := &diskWriter{file: d.file}
	w := buffers.Get().(*bufio.Writer)
	w.Reset(to)
	defer func() { w.Reset(nil); buffers.Put(w) }()
	_, _ = w.Write(begin)
	chunk := io.LimitedReader{R: from, N: MaxBytes + 1 - int64(n)}
	more, err := io.CopyBuffer(struct{ io.Writer }{w}, &chunk, make([]byte, 8<<10))
	if err == nil {
		err = w.Flush()
	}
	d.size = int64(n) + more
	switch {
	case to.err != nil:
		return uploadError("write a file", to.err)
	case err != nil:
		return err
	case d.size > MaxBytes:
		return eliza.Errorf(eliza.CodeFileTooLarge, "The file is larger than %d MB", MaxBytes>>20)
	}
	return nil
}

// diskWriter keeps the errors of the disk apart from those of the client.
type diskWriter struct {
	file *os.File
	err  error
}

func (w *diskWriter) Write(b []byte) (n int, err error) {
	n, err = w.file.Write(b)
	w.err = err
	return n, err
}

func uploadError(doing string, err error) error {
	return &eliza.Error{Code: eliza.CodeUpload, Message: "The file could not be stored", Err: fmt.Errorf("%s: %w", doing, err)}
}

var errFull = eliza.Errorf(eliza.CodeStorageFull, "The media folder is full")

// full reports whether so many bytes more are too many.
func (l *Library) full(more int64) bool {
	return l.Quota > 0 && l.used.Load()+more >= l.Quota
}

// Keep gives a file its place. declared is what Declared returned; it must
// agree with what the file is. Error codes: UNSUPPORTED_MEDIA_TYPE,
// STORAGE_FULL, UPLOAD_ERROR.
func (d *Draft) Keep(p Place, declared string) (*File, error) {
	file, err := d.keep(p, declared)
	if err != nil {
		d.Discard()
	}
	return file, err
}

func (d *Draft) keep(p Place, declared string) (*File, error) {
	l := d.library
	switch {
	case declared == "":
		return nil, unsupported(unstated)
	case !slices.Contains(d.format.Declared, declared):
		return nil, eliza.Errorf(eliza.CodeUnsupportedMedia, "Unsupported media file: it is declared as %s, but holds %s", declared, d.format.Declared[0])
	}
	name, err := newName(d.extension)
	if err != nil {
		return nil, uploadError("name a file", err)
	}
	if l.Quota > 0 && l.used.Add(d.size) > l.Quota {
		l.used.Add(-d.size)
		return nil, errFull
	}
	if err := d.place(p, name); err != nil {
		if l.Quota > 0 {
			l.used.Add(-d.size)
		}
		return nil, err
	}
	f := &File{Place: p, Name: name, Original: d.original, Type: declared, Size: d.size}
	return f, nil
}

// place makes the file whole on the disk before it can be seen, and sees to
// it that its name is there after a power cut.
func (d *Draft) place(p Place, name string) error {
	root := d.library.root
	err := errors.Join(d.file.Sync(), d.file.Close())
	d.file = nil
	if err != nil {
		return uploadError("write a file to the disk", err)
	}
	if err := root.MkdirAll(p.folder(), 0o700); err != nil {
		return uploadError("make the folder of a file", err)
	}
	if folder, err := root.Lstat(p.folder()); err != nil || !folder.IsDir() {
		return uploadError("make the folder of a file", errors.Join(err, errors.New("it is no folder")))
	}
	if err := root.Rename(d.temp, path.Join(p.folder(), name)); err != nil {
		return uploadError("name a file", err)
	}
	folder, err := root.Open(p.folder())
	if err != nil {
		return uploadError("open the folder of a file", err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return uploadError("write a name to the disk", err)
	}
	return nil
}

// Discard removes the draft. It does nothing to one that is kept.
func (d *Draft) Discard() {
	if d.file != nil {
		d.file.Close()
		d.file = nil
	}
	// What cannot be removed now is removed when the library opens again.
	_ = d.library.root.Remove(d.temp)
}
