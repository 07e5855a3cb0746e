package api

import "strings"

// A path that is longer than these is compared with none.
const (
	maxSegments     = 12
	maxSegmentBytes = 64
)

// learnPaths remembers every operation's path for those who mistype one.
func (a *API) learnPaths() {
	for _, p := range a.policies {
		if p.Method != socketEvent && p.Method != anyMethod {
			a.known = append(a.known, append([]string{p.Method}, segments(p.Path)...))
		}
	}
}

func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// nearest returns the method and path of the operation that a request most
// probably meant; "" for a path that resembles none.
func (a *API) nearest(method, path string) string {
	asked := segments(path)
	if len(asked) == 0 || len(asked) > maxSegments {
		return ""
	}
	for _, s := range asked {
		if len(s) > maxSegmentBytes {
			return ""
		}
	}
	best, least := "", 1<<30
	for _, known := range a.known {
		d := segmentDistance(asked, known[1:]) * 2
		if known[0] != method {
			d++
		}
		if d < least {
			best, least = known[0]+" /"+strings.Join(known[1:], "/"), d
		}
	}
	if least > 6*len(asked) {
		return ""
	}
	return best
}

// segmentDistance is how many letters must be changed; a segment too many or
// too few counts as four, and a name of the path as fitting whatever stands
// there.
func segmentDistance(asked, known []string) int {
	const missing, filled = 4, 1
	row := make([]int, len(known)+1)
	for j := range row {
		row[j] = j * missing
	}
	for i, a := range asked {
		diagonal := row[0]
		row[0] = (i + 1) * missing
		for j, k := range known {
			cost := filled
			if !strings.HasPrefix(k, "{") {
				cost = min(letters(a, k, 2*missing), 2*missing)
			}
			next := min(diagonal+cost, row[j+1]+missing, row[j]+missing)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(known)]
}

// letters is the distance of Levenshtein, in bytes; most is as good as more.
func letters(a, b string, most int) int {
	if a == b {
		return 0
	}
	if max(len(a), len(b))-min(len(a), len(b)) >= most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(diagonal+cost, row[j+1]+1, row[j]+1)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
