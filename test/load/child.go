package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// stopTime is how long a process may take to end after SIGTERM.
const stopTime = 20 * time.Second

// child is a process that this program has started.
type child struct {
	name  string
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended; then err says how
	err   error
}

func spawn(ctx context.Context, name string, cmd *exec.Cmd) (*child, error) {
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c := &child{name: name, cmd: cmd, ended: make(chan struct{})}
	unhook := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	go func() {
		c.err = cmd.Wait()
		unhook()
		close(c.ended)
	}()
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop asks the process to end and returns how it did.
func (c *child) stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", c.name, err)
	}
	select {
	case <-c.ended:
		if c.err != nil {
			return fmt.Errorf("%s ended badly: %w", c.name, c.err)
		}
		return nil
	case <-time.After(stopTime):
		c.kill()
		return fmt.Errorf("%s did not stop within %s", c.name, stopTime)
	}
}

// kill ends a process that has nothing to lose, or has ended already.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// startPrinting starts a program that prints its address as its first line.
func startPrinting(ctx context.Context, name, program string, args ...string) (*child, string, error) {
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	c, err := spawn(ctx, name, cmd)
	if err != nil {
		return nil, "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		c.kill()
		return nil, "", fmt.Errorf("%s says no address: %w", name, err)
	}
	return c, line[:len(line)-1], nil
}

// build compiles a package of this module into dir.
func build(ctx context.Context, dir, pkg string) (string, error) {
	out := filepath.Join(dir, filepath.Base(pkg))
	cmd := exec.CommandContext(ctx, "go", "build", "-o", out, pkg)
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build %s: %w", pkg, err)
	}
	return out, nil
}
