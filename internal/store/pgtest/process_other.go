//go:build !linux

package pgtest

import (
	"os"
	"os/exec"
	"syscall"
)

func account(string) (*syscall.SysProcAttr, error) { return nil, nil }

func run(server *exec.Cmd) (stop func() error, err error) {
	if err := server.Start(); err != nil {
		return func() error { return nil }, err
	}
	return func() error {
		err := server.Process.Signal(os.Interrupt)
		_ = server.Wait()
		return err
	}, nil
}
