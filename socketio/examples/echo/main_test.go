package main

import (
	"bufio"
	"net"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/elizad/elizad/socketio/internal/conform"
)

var suites = map[string]func(*testing.T, string){"engine": conform.Engine, "socket": conform.Socket}

func TestHandler(t *testing.T) {
	for protocol, suite := range suites {
		t.Run(protocol, func(t *testing.T) {
			handler, err := newHandler(protocol)
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			suite(t, server.URL)
		})
	}
}

func TestUnknownProtocol(t *testing.T) {
	if _, err := newHandler("smoke signals"); err == nil {
		t.Error("accepted")
	}
}

// TestProgram tests the program as it is built and started by its users.
func TestProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "echo")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for protocol, suite := range suites {
		t.Run(protocol, func(t *testing.T) {
			addr := freeAddr(t)
			cmd := exec.Command(program, "-addr", addr, "-protocol", protocol)
			stderr, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				cmd.Process.Kill()
				cmd.Wait()
			})
			go func() {
				for lines := bufio.NewScanner(stderr); lines.Scan(); {
					t.Log(lines.Text())
				}
			}()
			awaitListener(t, addr)
			suite(t, "http://"+addr)
		})
	}
}

func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func awaitListener(t *testing.T, addr string) {
	deadline := time.Now().Add(10 * time.Second)
	for tick := time.NewTicker(10 * time.Millisecond); ; <-tick.C {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not served: %v", addr, err)
		}
	}
}
