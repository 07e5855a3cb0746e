package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// beginProfile has perf sample the server during the last run, when that was
// asked for, and returns what ends it. `perf report -i FILE` shows the file.
func (s *session) beginProfile(ctx context.Context, run, pid int) (end func() error, err error) {
	if s.profile == "" || run != s.runs-1 {
		return func() error { return nil }, nil
	}
	cmd := exec.Command("perf", "record", "-q", "-F", "499", "-g", "-p", strconv.Itoa(pid), "-o", s.profile)
	cmd.Stderr = os.Stderr
	perf, err := spawn(ctx, "perf", cmd)
	if err != nil {
		return nil, fmt.Errorf("-profile needs perf (Debian: apt-get install linux-perf): %w", err)
	}
	return func() error {
		if err := perf.cmd.Process.Signal(syscall.SIGINT); err != nil {
			return fmt.Errorf("end perf: %w", err)
		}
		<-perf.ended // perf repeats the signal as its exit status
		info, err := os.Stat(s.profile)
		if err != nil || info.Size() == 0 {
			return fmt.Errorf("perf wrote no samples to %s", s.profile)
		}
		return nil
	}, nil
}
