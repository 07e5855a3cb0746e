// Package check holds what tests of many packages ask for.
package check

import (
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

// OK ends a test in which something failed.
func OK(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Code ends a test in which something did not fail as it should.
func Code(t testing.TB, err error, code eliza.Code) {
	t.Helper()
	if eliza.ErrorCode(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}
