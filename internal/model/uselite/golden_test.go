package uselite

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// golden is one text as the published model sees it.
type golden struct {
	text   string
	ids    []int32
	vector []float32
}

func readGolden(t *testing.T) []golden {
	t.Helper()
	f, err := os.Open("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []golden
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), " ")
		switch key {
		case "text":
			var g golden
			if err := json.Unmarshal([]byte(value), &g.text); err != nil {
				t.Fatal(err)
			}
			all = append(all, g)
		case "ids":
			for field := range strings.FieldsSeq(value) {
				id, err := strconv.ParseInt(field, 10, 32)
				if err != nil {
					t.Fatal(err)
				}
				all[len(all)-1].ids = append(all[len(all)-1].ids, int32(id))
			}
		case "vector":
			b, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				t.Fatal(err)
			}
			v := make([]float32, len(b)/4)
			for i := range v {
				v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
			}
			all[len(all)-1].vector = v
		}
	}
	if lines.Err() != nil || len(all) != 5 {
		t.Fatalf("%d golden texts: %v", len(all), lines.Err())
	}
	return all
}

func TestVectorsAreThoseOfThePublishedModel(t *testing.T) {
	e := encoder(t)
	for _, g := range readGolden(t) {
		v := make([]float32, width)
		if err := e.network.run(new(scratch), g.ids, v); err != nil {
			t.Fatal(err)
		}
		cosine := dot(v, g.vector)
		t.Logf("%q: %.5f", g.text, cosine)
		if cosine < 0.999 {
			t.Errorf("%q: cosine %.5f to the published model's vector", g.text, cosine)
		}
	}
}

func TestTokensAreThoseOfThePublishedModel(t *testing.T) {
	e := encoder(t)
	for _, g := range readGolden(t) {
		if got := e.tokenizer.tokenize(g.text); !slices.Equal(got, g.ids) {
			t.Errorf("%q: tokens %v, want %v", g.text, got, g.ids)
		}
	}
}
