// Package program runs a helper program on bytes: what it reads comes through
// a pipe, what it writes goes through one, and nothing of it is a shell's. Its
// time, its output and, on Linux, its memory are bounded, and so is how many
// run at once.
package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Limits of one run.
const (
	maxMemory = 2 << 30 // bytes of address space, on Linux
	grace     = time.Second
)

// ErrTooMuch says that a program wrote more than it may.
var ErrTooMuch = errors.New("the program wrote too much")

// runs bounds how many programs [Run] has running.
var runs = make(Slots, 4)

// Find returns where a program is, "" when it is not installed.
func Find(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// Command makes a command with little of the environment. The caller starts
// it and waits for it; [Start] bounds its memory.
func Command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + os.TempDir()}
	cmd.WaitDelay = grace
	return cmd
}

// Start starts a command under the limit of memory.
func Start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	bound(cmd.Process.Pid)
	return nil
}

// Slots bounds how many do something at once.
type Slots chan struct{}

// Enter takes a slot; leave gives it back.
func (s Slots) Enter(ctx context.Context) (leave func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Run gives a program its input and returns what it writes, most bytes of it.
func Run(ctx context.Context, most int, input []byte, path string, args ...string) ([]byte, error) {
	leave, err := runs.Enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	cmd := Command(ctx, path, args...)
	cmd.Stdin = bytes.NewReader(input)
	out := &bounded{left: most}
	complaint := &bounded{left: 4 << 10, drop: true}
	cmd.Stdout, cmd.Stderr = out, complaint
	if err := Start(cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case out.over:
		return nil, ErrTooMuch
	case err != nil:
		return nil, fmt.Errorf("%s: %w: %s", path, err, strings.TrimSpace(complaint.buffer.String()))
	}
	return out.buffer.Bytes(), nil
}

// bounded keeps so many bytes; what is more is an error, or dropped.
type bounded struct {
	buffer bytes.Buffer
	left   int
	drop   bool
	over   bool
}

func (b *bounded) Write(p []byte) (int, error) {
	take := min(len(p), b.left)
	b.buffer.Write(p[:take])
	b.left -= take
	if take < len(p) {
		b.over = true
		if !b.drop {
			return take, ErrTooMuch
		}
	}
	return len(p), nil
}
