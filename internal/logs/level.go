package logs

import (
	"log/slog"
	"slices"
)

// Levels are ElizaOS's names of levels, the gravest first.
var Levels = []string{"fatal", "error", "warn", "info", "log", "progress", "success", "debug", "trace"}

var numbers = map[string]int{"fatal": 60, "error": 50, "warn": 40, "info": 30, "log": 29, "progress": 28, "success": 27, "debug": 20, "trace": 10, "all": 0}

// Level is the number of a level's name, and whether there is such a level;
// "all" is the one below all.
func Level(name string) (int, bool) {
	n, known := numbers[name]
	return n, known
}

// LevelName is the name of the gravest level that is not above a number.
func LevelName(n int) string {
	i := slices.IndexFunc(Levels, func(name string) bool { return numbers[name] <= n })
	if i < 0 {
		return "trace"
	}
	return Levels[i]
}

// number turns a level of slog into one of ElizaOS.
func number(l slog.Level) int {
	switch {
	case l < slog.LevelDebug:
		return numbers["trace"]
	case l < slog.LevelInfo:
		return numbers["debug"]
	case l < slog.LevelWarn:
		return numbers["info"]
	case l < slog.LevelError:
		return numbers["warn"]
	}
	return numbers["error"]
}
