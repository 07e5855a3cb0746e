package mcp

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName = 64 // of a function's name, with OpenAI as with Anthropic
	suffix  = 6  // hexadecimal digits that tell names apart
)

// ActionName is the name that a tool of a server would have as an action were
// no other in the way: both names in capitals, what is no letter and no digit
// as an underscore. whole reports whether it says the tool's name without loss;
// a letter that is not Latin is lost, and so is what is too long.
func ActionName(server, tool string) (name string, whole bool) {
	ownServer, wholeServer := slug(server)
	ownTool, wholeTool := slug(tool)
	name = cmp.Or(ownServer, "MCP") + "_" + cmp.Or(ownTool, "TOOL")
	if name[0] >= '0' && name[0] <= '9' {
		name = "MCP_" + name // Gemini takes no digit at the beginning
	}
	return name[:min(len(name), maxName)], wholeServer && wholeTool && len(name) <= maxName
}

// slug writes a name in Latin capitals; letters lose their accents.
func slug(name string) (s string, whole bool) {
	whole = true
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		case r < unicode.MaxASCII:
			return '_'
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		whole = false
		return -1
	}, norm.NFD.String(strings.ToValidUTF8(name, "_")))
	if folded(s) == "" {
		return "", false
	}
	return s, whole
}

// folded is a name as models' calls are compared: without case and underscores.
func folded(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "") }

// suffixed is a name with a few digits that follow from the server and the
// tool alone.
func suffixed(name, server, tool string, digits int) string {
	sum := sha256.Sum256([]byte(server + "\x00" + tool))
	end := "_" + strings.ToUpper(hex.EncodeToString(sum[:]))[:digits]
	return strings.TrimRight(name[:min(len(name), maxName-len(end))], "_") + end
}

// names gives actions their names. Which tool has a plain name follows from
// what the character names and from the tool's own server, not from which
// servers are connected: a name may have to last over a restart. Of tools that
// would share a name, none has it.
type names struct {
	servers  []string        // all that the character names
	reserved map[string]bool // folded
}

// of returns the names of one server's tools, in their order.
func (n *names) of(server string, tools []string) []string {
	count := map[string]int{}
	for _, tool := range tools {
		name, _ := ActionName(server, tool)
		count[folded(name)]++
	}
	all := make([]string, len(tools))
	taken := map[string]bool{}
	shared := n.shared(server)
	for i, tool := range tools {
		name, whole := ActionName(server, tool)
		if key := folded(name); whole && count[key] == 1 && !n.reserved[key] && !shared(key) {
			all[i] = name
			taken[key] = true
		}
	}
	for i, tool := range tools {
		for digits := suffix; all[i] == ""; digits += suffix {
			name, _ := ActionName(server, tool)
			if name = suffixed(name, server, tool, digits); !taken[folded(name)] && !n.reserved[folded(name)] || digits > 40 {
				all[i] = name
				taken[folded(name)] = true
			}
		}
	}
	return all
}

// shared reports whether a tool of another server could have the same name:
// where two servers' names are written alike, or one begins as the other.
func (n *names) shared(server string) func(key string) bool {
	own := begin(server)
	var longer []string
	for _, other := range n.servers {
		begins := begin(other)
		switch {
		case other == server:
		case begins == own:
			return func(string) bool { return true }
		case strings.HasPrefix(begins, own):
			longer = append(longer, begins)
		}
	}
	return func(key string) bool {
		return slices.ContainsFunc(longer, func(begins string) bool { return strings.HasPrefix(key, begins) })
	}
}

// begin is how the names of a server's tools begin, folded.
func begin(server string) string {
	name, _ := ActionName(server, "X")
	return strings.TrimSuffix(folded(name), "x")
}
