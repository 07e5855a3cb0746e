package packfile

import (
	"bytes"
	"crypto/sha256"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	source = sha256.Sum256([]byte("weights"))
	pieces = []Piece{{Text: "�"}, {Text: "▁the", Score: -3.5}}
	table  = []float32{1, -0.5, 0.25, 0, 0, 0, 100, -127, 3}
)

func sample(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	err := Write(&b, source, pieces, []Tensor{
		{Name: "bias", Rows: 1, Cols: 2, Values: []float32{0.1, -2}, Vector: true},
		{Name: "weight", Rows: 3, Cols: 3, Values: table},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	b := sample(t)
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if f.Source != source {
		t.Error("another source")
	}
	if diff := cmp.Diff(pieces, f.Pieces); diff != "" {
		t.Error(diff)
	}
	bias, err := f.Vector("bias", 2)
	if diff := cmp.Diff([]float32{0.1, -2}, bias); diff != "" || err != nil {
		t.Error(diff, err)
	}
	m, err := f.Matrix("weight", 3, 3)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]byte, 7) // two rows and a rest
	for _, part := range []struct{ first, rows int }{{0, 2}, {1, 2}, {2, 1}} {
		n, err := m.ReadRows(rows, part.first)
		if n != part.rows || err != nil {
			t.Fatalf("read %d rows from %d on: %v", n, part.first, err)
		}
		for i := range n * 3 {
			scale := m.Scales[part.first+i/3]
			got, want := float32(int8(rows[i]))*scale, table[part.first*3+i]
			if math.Abs(float64(got-want)) > float64(scale)/2 {
				t.Errorf("row %d: %g, want %g", part.first+i/3, got, want)
			}
		}
	}
}

func TestOtherShapesAreRefused(t *testing.T) {
	b := sample(t)
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Vector("bias", 3); err == nil {
		t.Error("a vector of another length was given")
	}
	if _, err := f.Matrix("weight", 9, 1); err == nil {
		t.Error("a matrix of another shape was given")
	}
	if err := Write(&bytes.Buffer{}, source, nil, []Tensor{{Name: "x", Rows: 2, Cols: 2, Values: table}}); err == nil {
		t.Error("nine values were written as 2 x 2")
	}
}

func TestADamagedFileIsRefused(t *testing.T) {
	whole := sample(t)
	for n := range whole {
		if _, err := Open(bytes.NewReader(whole[:n]), int64(n)); err == nil {
			t.Errorf("the first %d of %d bytes were accepted", n, len(whole))
		}
	}
	longer := append(bytes.Clone(whole), 0)
	if _, err := Open(bytes.NewReader(longer), int64(len(longer))); err == nil {
		t.Error("a longer file was accepted")
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(sample(f))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for name, m := range file.matrices {
			buf := make([]byte, m.Cols)
			for r := range m.Rows {
				if n, err := m.ReadRows(buf, r); n != 1 || err != nil {
					t.Fatalf("matrix %s was accepted, but row %d is not there: %v", name, r, err)
				}
			}
		}
	})
}
