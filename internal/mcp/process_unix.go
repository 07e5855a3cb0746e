//go:build unix

package mcp

import (
	"os/exec"
	"syscall"
)

// apart gives a program a group of its own, so that what it starts ends with
// it.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// kill ends a program with all that it started.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
