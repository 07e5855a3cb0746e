package mcp

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNamesAreUniqueAndStable has tools whose names would be written alike.
func TestNamesAreUniqueAndStable(t *testing.T) {
	long := "create_page_with_attachments_and_permissions_in_the_space_of_team_"
	n := &names{servers: []string{"t", "my-files", "my_files", "send", "a", "a_b", "1st", "天気"}, reserved: map[string]bool{"sendmessage": true, "ttide": true}}
	for _, c := range []struct {
		server string
		tools  []string
		plain  []string // these have a name without digits at the end
	}{
		{"t", []string{"read_file", "Météo"}, []string{"T_READ_FILE", "T_METEO"}},
		{"t", []string{"天気", "時刻", "ветер", "волна"}, nil},
		{"t", []string{"get-high", "get_high", "getHigh", "low"}, []string{"T_LOW"}},
		{"t", []string{long + "north", long + "south"}, nil},
		{"t", []string{"tide", "tides"}, []string{"T_TIDES"}},
		{"my-files", []string{"read"}, nil},
		{"my_files", []string{"read"}, nil},
		{"send", []string{"message", "mail"}, []string{"SEND_MAIL"}},
		{"a", []string{"b_c", "c"}, []string{"A_C"}},
		{"a_b", []string{"c"}, []string{"A_B_C"}},
		{"1st", []string{"go"}, []string{"MCP_1ST_GO"}},
		{"天気", []string{"now", ""}, nil},
	} {
		got := n.of(c.server, c.tools)
		seen := map[string]bool{}
		for i, name := range got {
			if !actionPattern.MatchString(name) || seen[folded(name)] || n.reserved[folded(name)] {
				t.Errorf("%s of %s is %q of %v", c.tools[i], c.server, name, got)
			}
			seen[folded(name)] = true
			if plain := !digitsPattern.MatchString(name); plain != slices.Contains(c.plain, name) {
				t.Errorf("%s of %s is %s, plain are %v", c.tools[i], c.server, name, c.plain)
			}
		}
		backwards := slices.Clone(c.tools)
		slices.Reverse(backwards)
		again := n.of(c.server, backwards)
		slices.Reverse(again)
		if !slices.Equal(got, again) {
			t.Errorf("in another order %s has %v, not %v", c.server, again, got)
		}
	}
	if a, b := n.of("my-files", []string{"read"}), n.of("my_files", []string{"read"}); a[0] == b[0] {
		t.Errorf("two servers have %s", a[0])
	}
}

var (
	actionPattern = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{0,63}$`)
	digitsPattern = regexp.MustCompile(`_[0-9A-F]{6,}$`)
)

func FuzzNames(f *testing.F) {
	f.Add("everything", "get-sum", "get_sum")
	f.Add("", "", "\xff")
	f.Add("ä", strings.Repeat("x", 100), strings.Repeat("x", 101))
	f.Add("7", "天", "気")
	f.Fuzz(func(t *testing.T, server, one, other string) {
		if one == other {
			return
		}
		n := &names{servers: []string{server, one}, reserved: map[string]bool{"sendmessage": true}}
		got := n.of(server, []string{one, other})
		for _, name := range got {
			if !actionPattern.MatchString(name) {
				t.Errorf("%q", name)
			}
		}
		if folded(got[0]) == folded(got[1]) {
			t.Errorf("%q and %q of %q are both %s", one, other, server, got[0])
		}
	})
}
