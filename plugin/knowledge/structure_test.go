package knowledge

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTablesAndJSONSayWhatTheirValuesAre(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"a table":            {"ships.csv", "ship,berth\nThistle,4\n\"Heron, the old\",\n", "Row 2. ship: Thistle; berth: 4;\nRow 3. ship: Heron, the old;\n"},
		"semicolons":         {"Ships.CSV", "ship;berth\nThistle;4,5\n", "Row 2. ship: Thistle; berth: 4,5;\n"},
		"tabs":               {"ships.tsv", "ship\tberth\nThistle\t4\n", "Row 2. ship: Thistle; berth: 4;\n"},
		"a longer row":       {"ships.csv", "ship\nThistle,4\n", "Row 2. ship: Thistle; 4;\n"},
		"values by path":     {"ships.json", `{"ships":[{"name":"Thistle","berth":4},{"name":"Heron","tags":["old",null]}]}`, "ships[0].name: Thistle\nships[0].berth: 4\nships[1].name: Heron\nships[1].tags[0]: old\n"},
		"broken JSON":        {"ships.json", `{"ships":`, `{"ships":`},
		"two values of JSON": {"ships.json", `1 2`, `1 2`},
		"deep JSON":          {"ships.json", strings.Repeat("[", 200) + strings.Repeat("]", 200), strings.Repeat("[", 200) + strings.Repeat("]", 200)},
		"neither":            {"ships.txt", "ship,berth\nThistle,4\n", "ship,berth\nThistle,4\n"},
	} {
		if got := legible(c.file, c.text); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzLegible(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", `{"a":[1,{"b":"c"}]}`, "a;b\n\"1;2", `[[[[1]]]]`, `{"":{"":""}}`, "\xff,\x00\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\uFFFD")
		for _, name := range []string{"x.csv", "x.json"} {
			got := legible(name, text)
			if !utf8.ValidString(got) || len(got) > 4*len(text)+1<<20 {
				t.Errorf("%s: %d bytes of %d", name, len(got), len(text))
			}
		}
	})
}
