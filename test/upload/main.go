// Command upload tells how much memory the built server takes for large
// uploads: 64 files of 50 MB, eight at a time.
//
//	go run ./test/upload -server bin/elizad
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	files    = 64
	parallel = 8
	size     = 50 << 20
	agent    = "11111111-1111-4111-8111-111111111111"
)

func main() {
	server := flag.String("server", "bin/elizad", "the built server")
	flag.Parse()
	if err := run(*server); err != nil {
		fmt.Fprintln(os.Stderr, "upload:", err)
		os.Exit(1)
	}
}

func run(server string) (err error) {
	dir, err := os.MkdirTemp("", "elizad-upload-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	server, err = filepath.Abs(server)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, server, "start", "--port", "0")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ELIZA_RATE_LIMIT=off", "LOG_LEVEL=warn"}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Signal(os.Interrupt))
		err = errors.Join(err, cmd.Wait())
	}()
	address := ""
	for lines, ready := bufio.NewScanner(out), false; !ready && lines.Scan(); {
		address, ready = strings.CutPrefix(lines.Text(), "elizad is ready at ")
	}
	return measure(ctx, address, cmd.Process.Pid)
}

func measure(ctx context.Context, address string, pid int) error {
	if err := send(ctx, address, 1<<10); err != nil { // what the first upload loads is not what uploads take
		return err
	}
	before, err := resident(pid)
	if err != nil {
		return err
	}
	begun := time.Now()
	errs := make([]error, parallel)
	var group sync.WaitGroup
	for i := range parallel {
		group.Go(func() {
			for range files / parallel {
				errs[i] = errors.Join(errs[i], send(ctx, address, size))
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	most, tick := before, time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		case <-tick.C:
		}
		now, err := resident(pid)
		if err != nil {
			return err
		}
		most = max(most, now)
	}
	took := time.Since(begun)
	fmt.Printf("%d uploads of %d MB, %d at a time, in %.1f s (%.0f MB/s)\nmemory: %.1f MB before, %.1f MB at most: it rose by %.1f MB\n",
		files, size>>20, parallel, took.Seconds(), float64(files*size>>20)/took.Seconds(), mb(before), mb(most), mb(most-before))
	return errors.Join(errs...)
}

func mb(bytes int) float64 { return float64(bytes) / (1 << 20) }

// send uploads a text of so many bytes.
func send(ctx context.Context, address string, bytes int64) error {
	const begin = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n"
	const end = "\r\n--b--\r\n"
	body := io.MultiReader(strings.NewReader(begin), io.LimitReader(letters{}, bytes), strings.NewReader(end))
	req, err := http.NewRequestWithContext(ctx, "POST", address+"/api/media/agents/"+agent+"/upload", body)
	if err != nil {
		return err
	}
	req.ContentLength = int64(len(begin)) + bytes + int64(len(end))
	req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%d %s", res.StatusCode, answer)
	}
	return err
}

// letters is text without an end.
type letters struct{}

func (letters) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return len(b), nil
}

var line = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

func resident(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	found := line.FindSubmatch(status)
	if found == nil {
		return 0, errors.New("the system does not tell the server's memory")
	}
	kb, err := strconv.Atoi(string(found[1]))
	return kb << 10, err
}
