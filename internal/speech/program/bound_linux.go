package program

import "golang.org/x/sys/unix"

// bound limits the memory of a process that has just begun. One that has
// ended already needs no limit.
func bound(pid int) {
	_ = unix.Prlimit(pid, unix.RLIMIT_AS, &unix.Rlimit{Cur: maxMemory, Max: maxMemory}, nil)
}
