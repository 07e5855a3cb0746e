package knowledge

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestChunksEndAtBorders(t *testing.T) {
	var b strings.Builder
	for range 40 {
		b.WriteString("The harbour master notes every ship. She writes the hour beside it.\n\n")
	}
	all := Chunks(b.String())
	if len(all) < 4 {
		t.Fatalf("%d chunks", len(all))
	}
	for i, c := range all {
		if len(c.Text) > chunkBytes || !strings.HasSuffix(c.Text, ".") || !strings.HasPrefix(c.Text, "The") && !strings.HasPrefix(c.Text, "She") {
			t.Errorf("chunk %d: %q", i, c.Text)
		}
		if i > 0 && c.Start >= all[i-1].Start+len(all[i-1].Text) {
			t.Errorf("chunk %d does not begin with the end of the one before", i)
		}
	}
	if got := Chunks("  \n "); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// FuzzChunks cuts any text: every word of it is in a chunk, where the chunk
// says, and it ends.
func FuzzChunks(f *testing.F) {
	f.Add("a b c", 1)
	f.Add(strings.Repeat("wörter ohne ende", 10), 20)
	f.Add("\xff\n\n\n. ", 400)
	f.Fuzz(func(t *testing.T, text string, times int) {
		text = strings.ToValidUTF8(strings.Repeat(text, min(max(times, 1), 200)), "\uFFFD")
		all, covered := Chunks(text), 0
		for _, c := range all {
			if !utf8.ValidString(c.Text) || !strings.HasPrefix(text[c.Start:], c.Text) || len(c.Text) > chunkBytes {
				t.Fatalf("chunk at %d is %q", c.Start, c.Text)
			}
			if c.Start > covered && strings.TrimSpace(text[covered:c.Start]) != "" {
				t.Fatalf("nothing has %q", text[covered:c.Start])
			}
			covered = max(covered, c.Start+len(c.Text))
		}
		if strings.TrimSpace(text[covered:]) != "" {
			t.Fatalf("nothing has the end %q", text[covered:])
		}
	})
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"a.txt", "../../etc/passwd", `C:\x\y.pdf`, "a\x00b", strings.Repeat("ü", 300), "\u202egpj.exe", ".", ".."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := cleanName(name)
		if strings.ContainsAny(got, "/\\\x00\n") || len(got) > maxName || !utf8.ValidString(got) || got == ".." {
			t.Errorf("%q: %q", name, got)
		}
	})
}
