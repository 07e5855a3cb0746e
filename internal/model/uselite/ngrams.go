package uselite

import (
	"strings"
	"unicode"
)

const ngramWidth = 512

// ngrams adds to out, hashed, the words of a text and the runs of three to
// five characters within them, in any case. Texts that share rare words or
// names are near each other in it, which the network alone does not see.
func ngrams(text string, out []float32) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(cut(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		bump(out, word, 'w')
		runes := []rune("<" + word + ">")
		for size := 3; size <= 5; size++ {
			for i := 0; i+size <= len(runes); i++ {
				bump(out, string(runes[i:i+size]), 'c')
			}
		}
	}
	normalize(out)
}

// bump counts a feature at the place, and with the sign, that its hash
// (FNV-1a) gives it, so that features that meet there cancel out on average.
func bump(out []float32, feature string, kind byte) {
	h := uint64(14695981039346656037)
	h = (h ^ uint64(kind)) * 1099511628211
	for i := range len(feature) {
		h = (h ^ uint64(feature[i])) * 1099511628211
	}
	if h>>63 == 0 {
		out[h>>20%ngramWidth]++
	} else {
		out[h>>20%ngramWidth]--
	}
}
