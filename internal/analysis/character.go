package analysis

import (
	"unicode"
	"unicode/utf8"
)

// kind is what a character is to the words around it.
type kind uint8

const (
	outside       kind = iota // belongs to no word
	letter                    // of a script that puts spaces between words
	hangul                    // has spaces, but words end in particles
	han                       // this and the following have no spaces
	hiragana                  //
	katakana                  //
	complexScript             // Thai, Lao, Khmer, Burmese and their like
)

// unspaced reports whether the script leaves the borders of words unmarked.
func (k kind) unspaced() bool { return k >= han }

// complexScripts are those for which Unicode's line breaking needs a
// dictionary.
var complexScripts = []*unicode.RangeTable{unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tai_Le,
	unicode.New_Tai_Lue, unicode.Tai_Tham, unicode.Tai_Viet, unicode.Ahom}

// kindOf classifies a character of a text that was folded.
func kindOf(r rune) kind {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return letter
	case r < utf8.RuneSelf:
		return outside
	case r < 0x0e00: // before Thai
		return letterOrOutside(r)
	case r == 'ー', unicode.Is(unicode.Katakana, r):
		return katakana
	case unicode.Is(unicode.Hiragana, r), r == '\u3099', r == '\u309a': // the voicing marks, where they stand alone
		return hiragana
	case unicode.Is(unicode.Han, r), unicode.Is(unicode.Bopomofo, r), unicode.Is(unicode.Yi, r):
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return han
		}
		return outside
	case unicode.Is(unicode.Hangul, r):
		return hangul
	case unicode.In(r, complexScripts...):
		if letterOrOutside(r) == outside {
			return outside
		}
		return complexScript
	}
	return letterOrOutside(r)
}

func letterOrOutside(r rune) kind {
	if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
		return letter
	}
	return outside
}

// invisible reports whether a character only tells how others are shown: soft
// hyphens, joiners, directions, variations, fillers and byte order marks.
func invisible(r rune) bool {
	return r == 0xad || r > 0x2ff && (unicode.Is(unicode.Cf, r) || unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point))
}

// isAccent reports whether a mark may be left out when people write: accents,
// Hebrew points, Arabic vowels and the Devanagari nukta. The marks of most
// other scripts are letters to those who write them, as are the voicing marks
// of kana.
func isAccent(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r < 0x370:
		return true
	case !unicode.In(r, unicode.Mn, unicode.Me):
		return false
	case r == 0x3099, r == 0x309a:
		return false
	case r == 0x93c:
		return true
	}
	return unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic, unicode.Syriac)
}

// isApostrophe reports whether phones, typesetters or other keyboards write a
// character for '. The spacing accents are among them because no word has one;
// Unicode would make them a space.
func isApostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', '’', '‘', '‛', '′', '＇', '｀', // signs
		'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˊ', 'ˋ', // letters that modify others
		'՚', '׳', 'ߴ', 'ߵ', 'ꞌ', // Armenian, Hebrew, N'Ko, saltillo
		'᾽', '᾿', '\u1fef', '\u1ffd': // Greek
		return true
	}
	return false
}

// spellings are what letters are written as that Unicode does not decompose,
// and letters of which one language writes two forms. They are in lower case.
var spellings = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ŧ': "t", 'ı': "i", 'ŋ': "n",
	'ĸ': "k", 'ƀ': "b", 'ƒ': "f", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ƴ': "y", 'ɨ': "i", 'ʉ': "u", 'ȷ': "j", 'ꝏ': "oo",
	'ς': "σ",
	// Arabic and what Persian and Urdu write for the same letters.
	'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه", 'ہ': "ه", 'ۀ': "ه", 'ھ': "ه", 'ٱ': "ا", 'ـ': "",
}

// shortI is a letter of its own to the rules for Russian endings, and is
// folded after them.
const shortI, plainI = "й", "и"

// digitOf returns the digit that a character of any script stands for.
func digitOf(r rune) (byte, bool) {
	for _, in := range unicode.Nd.R16 {
		if uint16(r) >= in.Lo && rune(in.Hi) >= r && r <= 0xffff {
			return '0' + byte((uint16(r)-in.Lo)%10), true
		}
	}
	for _, in := range unicode.Nd.R32 {
		if uint32(r) >= in.Lo && uint32(r) <= in.Hi {
			return '0' + byte((uint32(r)-in.Lo)%10), true
		}
	}
	return 0, false
}
