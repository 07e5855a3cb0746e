//go:build linux || darwin || freebsd

package server

import "golang.org/x/sys/unix"

// freeSpace returns the bytes that may still be written in a folder.
func freeSpace(dir string) (bytes uint64, known bool) {
	var fs unix.Statfs_t
	if unix.Statfs(dir, &fs) != nil {
		return 0, false
	}
	return uint64(fs.Bavail) * uint64(fs.Bsize), true
}
