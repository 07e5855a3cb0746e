package apart_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/apart"
	"github.com/elizad/elizad/internal/eliza"
)

func TestNothingOfItGetsOut(t *testing.T) {
	own := errors.New("no")
	release := make(chan struct{})
	defer close(release)
	for name, c := range map[string]struct {
		do   func(context.Context) (int, error)
		want func(int, error) bool
	}{
		"an answer": {func(context.Context) (int, error) { return 7, nil }, func(n int, err error) bool { return n == 7 && err == nil }},
		"an error":  {func(context.Context) (int, error) { return 0, own }, func(_ int, err error) bool { return errors.Is(err, own) }},
		"a panic": {func(context.Context) (int, error) { panic("boo") }, func(_ int, err error) bool {
			return err != nil && strings.Contains(err.Error(), "the test") && eliza.ErrorCode(err) == eliza.CodeInternal
		}},
		"a goroutine that ends": {func(context.Context) (int, error) { runtime.Goexit(); return 0, nil }, func(_ int, err error) bool { return err != nil }},
		"hanging": {func(context.Context) (int, error) { <-release; return 0, nil }, func(_ int, err error) bool {
			return eliza.ErrorCode(err) == eliza.CodeTimeout
		}},
	} {
		within := time.Minute
		if name == "hanging" {
			within = time.Millisecond
		}
		if n, err := apart.Do(t.Context(), within, "the test", c.do); !c.want(n, err) {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
}
