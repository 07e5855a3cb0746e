package flite_test

import (
	"testing"

	"github.com/elizad/elizad/internal/speech/flite"
	"github.com/elizad/elizad/internal/speech/speechtest"
)

func TestContract(t *testing.T) {
	if !flite.Available() {
		t.Fatal(flite.MissingReason)
	}
	speechtest.Voice(t, flite.New(t.TempDir()))
}
