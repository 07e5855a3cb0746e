// Package sphinx hears English through CMU's pocketsphinx, where it is
// installed (Debian packages pocketsphinx and pocketsphinx-en-us). It is
// basic: clear speech of a single person comes out well, noise and accents do
// not. A program stays a minute with its model loaded, so that the next
// recording is heard several times faster than it was spoken.
package sphinx

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/program"
)

const (
	rate        = 16000 // of the model
	maxLength   = 2 * time.Minute
	hearTime    = 90 * time.Second
	keepTime    = time.Minute
	maxPrograms = 2
)

// modelFolders are where distributions put the English model.
var modelFolders = []string{"/usr/share/pocketsphinx/model/en-us", "/usr/local/share/pocketsphinx/model/en-us", "/opt/homebrew/share/pocketsphinx/model/en-us"}

// Engine is a [speech.Ear]. It is safe for concurrent use; two recordings are
// heard at once, others wait.
type Engine struct {
	path, model string
	slots       program.Slots

	mu   sync.Mutex
	idle []*decoder
}

// Find returns an engine, nil when the program or its model is not installed.
func Find() *Engine {
	path := program.Find("pocketsphinx_batch")
	if path == "" {
		return nil
	}
	for _, folder := range modelFolders {
		if _, err := os.Stat(filepath.Join(folder, "en-us.lm.bin")); err == nil {
			return &Engine{path: path, model: folder, slots: make(program.Slots, maxPrograms)}
		}
	}
	return nil
}

// Hear implements speech.Ear. Error codes: INVALID_FILE_TYPE,
// FILE_TOO_LARGE for what lasts longer than two minutes, INVALID_REQUEST for
// another language than English, TIMEOUT.
func (e *Engine) Hear(parent context.Context, r speech.Recording) (string, error) {
	if r.Language != "" && !strings.HasPrefix(strings.ToLower(r.Language), "en") {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "language: pocketsphinx hears English only")
	}
	clip, err := r.Clip(parent)
	if err != nil {
		return "", err
	}
	if clip.Duration() > maxLength {
		return "", eliza.Errorf(eliza.CodeFileTooLarge, "The recording lasts longer than the %d minutes that pocketsphinx hears at once", int(maxLength.Minutes()))
	}
	if clip.Duration() < 100*time.Millisecond {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(parent, hearTime)
	defer cancel()
	leave, err := e.slots.Enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	d, err := e.take()
	if err != nil {
		return "", err
	}
	text, err := d.hear(ctx, withNoise(clip.At(rate)).PCM())
	if err != nil {
		d.close()
		if ctx.Err() != nil && parent.Err() == nil {
			return "", eliza.Errorf(eliza.CodeTimeout, "pocketsphinx did not understand the recording within %d seconds", int(hearTime.Seconds()))
		}
		return "", err
	}
	e.put(d)
	return text, nil
}

func (e *Engine) take() (*decoder, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.idle); n > 0 {
		d := e.idle[n-1]
		e.idle = e.idle[:n-1]
		d.rest.Stop()
		return d, nil
	}
	return start(e.path, e.model)
}

func (e *Engine) put(d *decoder) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.idle = append(e.idle, d)
	d.rest = time.AfterFunc(keepTime, func() { e.dismiss(d) })
}

// dismiss ends a program that nobody needed for a while.
func (e *Engine) dismiss(d *decoder) {
	e.mu.Lock()
	found := false
	for i, other := range e.idle {
		if other == d {
			e.idle = append(e.idle[:i], e.idle[i+1:]...)
			found = true
			break
		}
	}
	e.mu.Unlock()
	if found {
		d.close()
	}
}

// Close ends the programs that wait.
func (e *Engine) Close() {
	e.mu.Lock()
	idle := e.idle
	e.idle = nil
	e.mu.Unlock()
	for _, d := range idle {
		d.rest.Stop()
		d.close()
	}
}

// decoder is one running program. It reads the names of recordings from its
// input and writes a line for each, which ends with the name in brackets.
type decoder struct {
	folder string
	cmd    *exec.Cmd
	names  io.WriteCloser
	lines  chan string // closed when the program has ended
	rest   *time.Timer
	count  int
}

func start(path, model string) (*decoder, error) {
	folder, err := os.MkdirTemp("", "elizad-hears-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for pocketsphinx: %w", err)
	}
	// The program outlives the request that started it.
	cmd := program.Command(context.Background(), path,
		"-hmm", filepath.Join(model, "en-us"), "-lm", filepath.Join(model, "en-us.lm.bin"), "-dict", filepath.Join(model, "cmudict-en-us.dict"),
		"-adcin", "yes", "-adchdr", "0", "-cepdir", folder, "-cepext", ".raw", "-ctl", "/dev/stdin", "-hyp", "/dev/stdout", "-logfn", os.DevNull)
	d := &decoder{folder: folder, cmd: cmd, lines: make(chan string, 1)}
	var out io.ReadCloser
	if d.names, err = cmd.StdinPipe(); err == nil {
		if out, err = cmd.StdoutPipe(); err == nil {
			err = program.Start(cmd)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start pocketsphinx: %w", err), os.RemoveAll(folder))
	}
	go d.read(out)
	return d, nil
}

func (d *decoder) read(out io.Reader) {
	defer close(d.lines)
	for scan := bufio.NewScanner(out); scan.Scan(); {
		d.lines <- scan.Text()
	}
}

// hear gives the program one recording and waits for its line.
func (d *decoder) hear(ctx context.Context, pcm []byte) (string, error) {
	d.count++
	name := fmt.Sprintf("u%d", d.count)
	file := filepath.Join(d.folder, name+".raw")
	if err := os.WriteFile(file, pcm, 0o600); err != nil {
		return "", fmt.Errorf("hand a recording to pocketsphinx: %w", err)
	}
	defer func() { _ = os.Remove(file) }() // the whole folder goes with the program
	if _, err := io.WriteString(d.names, name+"\n"); err != nil {
		return "", fmt.Errorf("hand a recording to pocketsphinx: %w", err)
	}
	select {
	case line, running := <-d.lines:
		text, ours := cutName(line, name)
		if !running || !ours {
			return "", errors.New("pocketsphinx ended or answered something else")
		}
		return text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// cutName takes the words from a line such as "good morning (u1 -4711)".
func cutName(line, name string) (text string, ours bool) {
	i := strings.LastIndex(line, "("+name)
	if i < 0 {
		return "", false
	}
	return strings.TrimSpace(line[:i]), true
}

// close ends the program and removes what it worked on.
func (d *decoder) close() {
	_ = d.names.Close()
	_ = d.cmd.Process.Kill()
	for range d.lines { // its reader must be done before Wait
	}
	_ = d.cmd.Wait()
	_ = os.RemoveAll(d.folder)
}
