package uselite

import (
	"testing"

	"github.com/elizad/elizad/internal/model/modeltest"
)

func TestContract(t *testing.T) { modeltest.Embedder(t, Embedder()) }
