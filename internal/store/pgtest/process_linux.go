package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"syscall"
)

// account chooses who runs PostgreSQL, which refuses to be root: the user
// "postgres" of its package then, to whom the folder is given.
func account(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root and its user is not here: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, uid, gid)
}

// run starts a server that dies with this process, and returns how to stop it.
// The system ties its life to the thread that started it, which is therefore
// kept.
func run(server *exec.Cmd) (stop func() error, err error) {
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := server.Start()
		started <- err
		if err == nil {
			_ = server.Wait() // a server that ends early is noticed by who talks to it
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		return func() error { return nil }, err
	}
	return func() error {
		err := server.Process.Signal(syscall.SIGINT)
		<-ended
		return err
	}, nil
}
