package mcp

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	grace     = 3 * time.Second // for a program to end once nothing more is asked of it
	maxLine   = 500             // bytes of a line that a program writes beside its messages
	lastLines = 3               // that are told when it fails
	lineRate  = 1               // lines a second that are written to the log
	lineBurst = 20
)

// inherited is what a program has of this server's environment: what programs
// expect to find anywhere, and where npx and uvx keep what they download.
var inherited = []string{"PATH", "HOME", "LOGNAME", "SHELL", "TERM", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
	"XDG_CACHE_HOME", "npm_config_cache", "NPM_CONFIG_CACHE", "UV_CACHE_DIR",
	"APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "PROCESSOR_ARCHITECTURE", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "USERNAME", "USERPROFILE"}

func environment(named map[string]string) (all []string) {
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok && !strings.HasPrefix(value, "()") { // a function of a shell
			all = append(all, name+"="+value)
		}
	}
	if os.Getenv("HOME") == "" {
		all = append(all, "HOME="+os.TempDir())
	}
	for name, value := range named {
		all = append(all, name+"="+value)
	}
	return all
}

// program is a server's program; what is written to it goes to its standard
// input, and closing it ends the program.
type program struct {
	io.WriteCloser
	cmd  *exec.Cmd
	out  io.Reader
	once sync.Once

	mu     sync.Mutex
	log    *slog.Logger
	mask   func(string) string
	limit  *rate.Limiter
	unsaid int      // lines that were not written to the log
	part   []byte   // of a line
	last   []string // lines
	killed bool
	ended  string // how it ended by itself
}

// start runs a server's program.
func start(s *Server, log *slog.Logger, mask func(string) string) (*program, error) {
	// It lives as long as its connection, which outlives the call that makes it.
	cmd := exec.CommandContext(context.Background(), s.Command, s.Args...)
	cmd.Dir = s.Cwd
	cmd.Env = environment(s.Env)
	cmd.WaitDelay = grace
	apart(cmd)
	p := &program{cmd: cmd, log: log, mask: mask, limit: rate.NewLimiter(lineRate, lineBurst)}
	cmd.Stderr = (*standardError)(p)
	var err error
	if p.WriteCloser, err = cmd.StdinPipe(); err != nil {
		return nil, unstarted(err)
	}
	if p.out, err = cmd.StdoutPipe(); err != nil {
		return nil, unstarted(err)
	}
	if err := cmd.Start(); err != nil {
		return nil, unstarted(err)
	}
	return p, nil
}

func unstarted(err error) error {
	return &eliza.Error{Code: eliza.CodeUnavailable, Message: "its command cannot be started", Err: err}
}

// SetWriteDeadline bounds the writing where the system can.
func (p *program) SetWriteDeadline(at time.Time) error {
	if pipe, ok := p.WriteCloser.(interface{ SetWriteDeadline(time.Time) error }); ok {
		return pipe.SetWriteDeadline(at)
	}
	return os.ErrNoDeadline
}

// Close lets the program end, and ends it when it does not.
func (p *program) Close() error {
	p.once.Do(func() {
		_ = p.WriteCloser.Close() // it may have ended already
		timer := time.AfterFunc(grace, func() {
			p.mu.Lock()
			p.killed = true
			p.mu.Unlock()
			kill(p.cmd)
		})
		defer timer.Stop()
		_ = p.cmd.Wait() // how it ends is told by its state
		kill(p.cmd)      // and what it has started with it
		p.mu.Lock()
		defer p.mu.Unlock()
		if state := p.cmd.ProcessState; state != nil && !p.killed && !state.Success() {
			p.ended = fmt.Sprintf("its program ended (%s)", state)
		}
	})
	return nil
}

// words say how the program ended and what it said last, if there is anything
// to say.
func (p *program) words(why string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != "" {
		why = p.ended
	}
	if len(p.last) > 0 {
		why += "; it said last: " + strings.Join(p.last, " / ")
	}
	return why
}

// noise is told of what the program says on its standard output and is no
// message.
func (p *program) noise(line string) { p.say(slog.LevelDebug, "standard output", line) }

// say writes a line to the log, not too often.
func (p *program) say(level slog.Level, where, line string) {
	line = strings.TrimSpace(strings.ToValidUTF8(line, "?"))
	if line == "" {
		return
	}
	line = p.mask(line[:min(len(line), maxLine)])
	p.mu.Lock()
	unsaid, allowed := p.unsaid, p.limit.Allow()
	if p.unsaid = 0; !allowed {
		p.unsaid = unsaid + 1
	}
	p.mu.Unlock()
	if allowed {
		p.log.Log(context.Background(), level, "an MCP server says", "on", where, "line", line, "linesLeftOut", unsaid)
	}
}

// standardError takes in what a program writes there.
type standardError program

// Write implements io.Writer.
func (e *standardError) Write(b []byte) (int, error) {
	p := (*program)(e)
	p.mu.Lock()
	p.part = append(p.part, b...)
	lines := strings.Split(string(p.part), "\n")
	p.part = []byte(lines[len(lines)-1])
	if len(p.part) > maxLine {
		lines, p.part = append(lines, ""), nil
	}
	p.mu.Unlock()
	for _, line := range lines[:len(lines)-1] {
		p.say(slog.LevelInfo, "standard error", line)
		p.remember(line)
	}
	return len(b), nil
}

// framePattern are lines of a stack trace.
var framePattern = regexp.MustCompile(`^\s*(at |File "|goroutine |\.\.\. |\^|node:|Node\.js v)`)

// pathPattern are paths of folders.
var pathPattern = regexp.MustCompile(`(/[\w.@+-]+)+/`)

// remember keeps a line to be told when the program fails; frames of a stack
// trace and folders are left out.
func (p *program) remember(line string) {
	if framePattern.MatchString(line) || strings.TrimSpace(line) == "" {
		return
	}
	line = pathPattern.ReplaceAllString(p.mask(strings.ToValidUTF8(line[:min(len(line), maxLine)], "?")), ".../")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = append(p.last, strings.TrimSpace(line))
	p.last = p.last[max(0, len(p.last)-lastLines):]
}
