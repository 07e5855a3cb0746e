package knowledge

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestChunksEndAtBorders(t *testing.T) {
	var b strings.Builder
	for range 40 {
		b.WriteString("The harbour master notes every ship. She writes the hour beside it.\n\n")
	}
	all := Chunks("a.txt", b.String())
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
	for i, c := range Chunks("a.txt", strings.Repeat("港の管理人は毎日すべての船を記録します。時刻も書きます。", 40)) {
		if len(c.Text) > chunkBytes || !strings.HasSuffix(c.Text, "。") || !strings.HasPrefix(c.Text, "港") && !strings.HasPrefix(c.Text, "時") {
			t.Errorf("Japanese chunk %d: %q", i, c.Text)
		}
	}
	if got := Chunks("a.txt", "  \n "); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestChunksSayWhereTheyAre(t *testing.T) {
	long := strings.Repeat("The harbour master notes every ship. ", 40)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a.md", "Before.\n# Ropes #\n\n## Kinds\nHemp.\n```\n# no heading\n```\n## Lights\nGreen.\n", []string{"", "Kinds", "Lights"}},
		{"a.md", "# Ships\n" + long, []string{"Ships", "Ships", "Ships", "Ships"}},
		{"a.txt", "# Ropes\nHemp.\n# Lights\nGreen.", []string{""}},
		{"a.pdf", "One.\n\f\n\fThree.\n", []string{"page 1", "page 3"}},
		{"a.csv", "Row 2. Name: Anna;\nRow 3. Name: Bert;\n", []string{"rows 2 to 3"}},
		{"a.csv", "Row 2. Name: Anna;\n", []string{"row 2"}},
	} {
		var got []string
		for _, chunk := range Chunks(c.name, c.text) {
			got = append(got, chunk.Place)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %.20q: %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

// FuzzChunks cuts any text: every word of it is in a chunk, where the chunk
// says, and it ends.
func FuzzChunks(f *testing.F) {
	f.Add("a.txt", "a b c", 1)
	f.Add("a.md", strings.Repeat("wörter ohne ende", 10), 20)
	f.Add("a.md", "# A\n## B ##\ntext\n```\n# no\n```\n", 30)
	f.Add("a.pdf", "one\n\ftwo\n", 9)
	f.Add("a.csv", "Row 2. A: b;\n", 90)
	f.Add("a.txt", "\xff\n\v\u00a0\n\n. ", 400)
	f.Fuzz(func(t *testing.T, name, text string, times int) {
		text = strings.ToValidUTF8(strings.Repeat(text, min(max(times, 1), 200)), "\uFFFD")
		all, covered := Chunks(name, text), 0
		for _, c := range all {
			if !utf8.ValidString(c.Text) || !utf8.ValidString(c.Place) || len(c.Place) > 100 || !strings.HasPrefix(text[c.Start:], c.Text) || len(c.Text) > chunkBytes {
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
