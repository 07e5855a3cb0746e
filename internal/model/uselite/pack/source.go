package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/elizad/elizad/internal/model/uselite/packfile"
)

// source is the published model: a manifest that names the tensors in the
// order in which the joined weight files hold them, and a vocabulary.
type source struct {
	sum     [sha256.Size]byte // of the joined weight files
	pieces  []packfile.Piece
	weights map[string][]float32
}

// manifest is the part of a TensorFlow.js model.json that tells where the
// weights are.
type manifest struct {
	WeightsManifest []struct {
		Paths   []string `json:"paths"`
		Weights []struct {
			Name  string `json:"name"`
			Shape []int  `json:"shape"`
		} `json:"weights"`
	} `json:"weightsManifest"`
}

func readSource(dir string) (*source, error) {
	s := &source{weights: map[string][]float32{}}
	var m manifest
	if err := readJSON(filepath.Join(dir, "model.json"), &m); err != nil {
		return nil, err
	}
	if len(m.WeightsManifest) != 1 {
		return nil, fmt.Errorf("model.json lists %d groups of weights, not 1", len(m.WeightsManifest))
	}
	group := m.WeightsManifest[0]
	var joined []byte
	for _, path := range group.Paths {
		b, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return nil, err
		}
		joined = append(joined, b...)
	}
	s.sum = sha256.Sum256(joined)
	for _, w := range group.Weights {
		values := make([]float32, product(w.Shape))
		if len(joined) < 4*len(values) {
			return nil, fmt.Errorf("the weight files end within %s", w.Name)
		}
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(joined[4*i:]))
		}
		joined = joined[4*len(values):]
		s.weights[w.Name] = values
	}
	var vocabulary [][2]any
	if err := readJSON(filepath.Join(dir, "vocab.json"), &vocabulary); err != nil {
		return nil, err
	}
	for _, entry := range vocabulary {
		text, _ := entry[0].(string)
		score, _ := entry[1].(float64) // null means 0
		s.pieces = append(s.pieces, packfile.Piece{Text: text, Score: float32(score)})
	}
	return s, nil
}

func readJSON(file string, v any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return nil
}

func product(shape []int) int {
	n := 1
	for _, side := range shape {
		n *= side
	}
	return n
}
