package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of processor time in /proc, the same on every Linux.
const tick = 10 * time.Millisecond

// cpuTime is the processor time that a process has used, in user mode and in
// the kernel.
func cpuTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is the program's name in brackets and may hold spaces.
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	var sum time.Duration
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

// resident is the memory of a process that is in RAM, in bytes.
func resident(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, found := bytes.Cut(b, []byte("\nVmRSS:"))
	line, _, _ := bytes.Cut(rest, []byte(" kB"))
	kb, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
	if !found || err != nil {
		return 0, fmt.Errorf("/proc/%d/status tells no VmRSS", pid)
	}
	return kb << 10, nil
}

// usage is the processor time of everybody who takes part.
type usage struct{ server, load, model time.Duration }

// meter reads the processor time that server, load and model use.
type meter struct {
	server, model int // process ids; model 0: none takes part
}

func (m meter) read() (u usage, err error) {
	if u.server, err = cpuTime(m.server); err != nil {
		return u, err
	}
	if u.load, err = cpuTime(os.Getpid()); err != nil {
		return u, err
	}
	if m.model != 0 {
		u.model, err = cpuTime(m.model)
	}
	return u, err
}

func (u usage) since(before usage) usage {
	return usage{u.server - before.server, u.load - before.load, u.model - before.model}
}
