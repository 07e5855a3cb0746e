package eliza

import (
	"fmt"
	"runtime"
	"strings"
)

// Recovered words what recover returned as an error that names the function
// that panicked, for the log. It holds no stack and no file. Call it in the
// deferred function itself.
func Recovered(p any) error {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	site, panicking := "an unknown function", false
	for {
		f, more := frames.Next()
		runtimes := strings.HasPrefix(f.Function, "runtime.")
		if panicking && !runtimes {
			site = f.Function[strings.LastIndexByte(f.Function, '/')+1:]
			break
		}
		panicking = panicking || f.Function == "runtime.gopanic"
		if !more {
			break
		}
	}
	return fmt.Errorf("panic in %s: %v", site, p)
}
