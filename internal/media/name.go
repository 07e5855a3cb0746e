package media

import (
	"crypto/rand"
	"math/big"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const longestName = 255 // bytes

// plain reports whether a name can be that of a kept file: letters, digits,
// points, dashes and underlines, and no two points in a row.
func plain(name string) bool {
	if name == "" || len(name) > longestName || name[0] == '.' || strings.Contains(name, "..") {
		return false
	}
	for _, c := range []byte(name) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// clean makes of a client's file name one that is safe to show: the last part
// of its path, without the characters that mean something to a file system.
func clean(name string) string {
	name = strings.ToValidUTF8(name, "_")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`:*?"<>|`, r):
			return '_'
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // control characters, and what turns the direction of text
			return -1
		}
		return r
	}, name)
	for strings.Contains(name, "..") {
		name = strings.ReplaceAll(name, "..", ".")
	}
	name = strings.Trim(name, " .")
	if len(name) > longestName {
		extension := path.Ext(name)
		if len(extension) > 16 {
			extension = ""
		}
		name = name[:longestName-len(extension)]
		for !utf8.ValidString(name) {
			name = name[:len(name)-1]
		}
		name += extension
	}
	if name == "" {
		return "unnamed"
	}
	return name
}

// newName is {unix ms}-{random to 1e9}{extension}, as ElizaOS names files.
func newName(extension string) (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1e9))
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(time.Now().UnixMilli(), 10) + "-" + n.String() + extension, nil
}
