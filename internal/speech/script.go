package speech

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// script is a way of writing, and the languages that are written in it.
type script struct {
	name      string // of the first language, for a person
	tables    []*unicode.RangeTable
	languages []string // those of ISO 639; the first is meant when nobody says which
	// signs are letters that only another of the languages uses; the first
	// that a sentence has decides.
	signs []sign
}

type sign struct {
	letters  string
	language string
	name     string
}

// scripts are those besides Latin, which nearly every voice reads.
var scripts = []script{
	{"Chinese", []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo}, []string{"zh", "ja", "yue", "cmn", "hak", "nan", "wuu"}, nil},
	{"Korean", []*unicode.RangeTable{unicode.Hangul}, []string{"ko"}, nil},
	{"Russian", []*unicode.RangeTable{unicode.Cyrillic}, []string{"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tt", "ba", "cv", "mn", "tg", "uz"}, []sign{
		{"іїєґІЇЄҐ", "uk", "Ukrainian"}, {"ўЎ", "be", "Belarusian"}, {"ђћЂЋ", "sr", "Serbian"}, {"ѓќѕЃЌЅ", "mk", "Macedonian"}, {"љњџјЉЊЏЈ", "sr", "Serbian"}, {"ұқғҰҚҒ", "kk", "Kazakh"},
	}},
	{"Arabic", []*unicode.RangeTable{unicode.Arabic}, []string{"ar", "fa", "ur", "ug", "sd", "ps", "ku", "ckb"}, []sign{{"ٹڈڑےں", "ur", "Urdu"}, {"پچژگکی", "fa", "Persian"}}},
	{"Hebrew", []*unicode.RangeTable{unicode.Hebrew}, []string{"he", "yi"}, nil},
	{"Greek", []*unicode.RangeTable{unicode.Greek}, []string{"el", "grc"}, nil},
	{"Hindi", []*unicode.RangeTable{unicode.Devanagari}, []string{"hi", "mr", "ne", "kok", "sa", "bpy"}, nil},
	{"Bengali", []*unicode.RangeTable{unicode.Bengali}, []string{"bn", "as"}, nil},
	{"Punjabi", []*unicode.RangeTable{unicode.Gurmukhi}, []string{"pa"}, nil},
	{"Gujarati", []*unicode.RangeTable{unicode.Gujarati}, []string{"gu"}, nil},
	{"Odia", []*unicode.RangeTable{unicode.Oriya}, []string{"or"}, nil},
	{"Tamil", []*unicode.RangeTable{unicode.Tamil}, []string{"ta"}, nil},
	{"Telugu", []*unicode.RangeTable{unicode.Telugu}, []string{"te"}, nil},
	{"Kannada", []*unicode.RangeTable{unicode.Kannada}, []string{"kn"}, nil},
	{"Malayalam", []*unicode.RangeTable{unicode.Malayalam}, []string{"ml"}, nil},
	{"Sinhala", []*unicode.RangeTable{unicode.Sinhala}, []string{"si"}, nil},
	{"Thai", []*unicode.RangeTable{unicode.Thai}, []string{"th"}, nil},
	{"Lao", []*unicode.RangeTable{unicode.Lao}, []string{"lo"}, nil},
	{"Khmer", []*unicode.RangeTable{unicode.Khmer}, []string{"km"}, nil},
	{"Burmese", []*unicode.RangeTable{unicode.Myanmar}, []string{"my", "shn"}, nil},
	{"Tibetan", []*unicode.RangeTable{unicode.Tibetan}, []string{"bo", "dz"}, nil},
	{"Georgian", []*unicode.RangeTable{unicode.Georgian}, []string{"ka"}, nil},
	{"Armenian", []*unicode.RangeTable{unicode.Armenian}, []string{"hy", "hyw"}, nil},
	{"Amharic", []*unicode.RangeTable{unicode.Ethiopic}, []string{"am", "ti"}, nil},
	{"Mongolian", []*unicode.RangeTable{unicode.Mongolian}, []string{"mn"}, nil},
	{"Cherokee", []*unicode.RangeTable{unicode.Cherokee}, []string{"chr"}, nil},
}

// unnamed is every script that is not listed.
var unnamed = script{name: "this script", languages: []string{"und"}}

// run is a part of a sentence in one script.
type run struct {
	text   string
	script *script // nil for Latin, and for what has no letters
}

// maxRuns is into how many parts a sentence is cut.
const maxRuns = 8

// runs cuts a sentence where its script changes; what is no letter goes with
// what stands before it. One with too many changes stays whole, in the script
// that most of its letters have.
func runs(sentence string) []run {
	var all []run
	count := map[*script]int{}
	from, begun := 0, false
	var current *script
	for i, r := range sentence {
		s, letter := scriptOf(r)
		if !letter {
			continue
		}
		count[s]++
		if begun && s != current {
			all = append(all, run{sentence[from:i], current})
			from = i
		}
		current, begun = s, true
	}
	all = append(all, run{sentence[from:], current})
	if len(all) <= maxRuns {
		return all
	}
	most := current
	for s, n := range count {
		if n > count[most] {
			most = s
		}
	}
	return []run{{sentence, most}}
}

// scriptOf returns the script of a letter, nil for Latin.
func scriptOf(r rune) (s *script, letter bool) {
	if r < 0x80 || !unicode.IsLetter(r) || unicode.In(r, unicode.Latin, unicode.Common) {
		return nil, unicode.IsLetter(r) && unicode.Is(unicode.Latin, r)
	}
	for i := range scripts {
		if unicode.In(r, scripts[i].tables...) {
			return &scripts[i], true
		}
	}
	return &unnamed, true
}

// languageOf is the language in which a part of a sentence is spoken, and what
// it is called: the one that is wished, where it is written so, else what the
// letters of the sentence say. "" leaves it to the voice.
func (r run) languageOf(wish, sentence string) (code, name string) {
	if r.script == nil {
		return wish, namedLanguage(wish)
	}
	if base := baseOf(wish); base != "" && slices.Contains(r.script.languages, base) {
		return wish, namedLanguage(wish)
	}
	if r.script.languages[0] == "zh" && strings.ContainsFunc(sentence, func(c rune) bool { return unicode.In(c, unicode.Hiragana, unicode.Katakana) }) {
		return "ja", "Japanese"
	}
	for _, s := range r.script.signs {
		if strings.ContainsAny(r.text, s.letters) {
			return s.language, s.name
		}
	}
	return r.script.languages[0], r.script.name
}

// namedLanguage is what a language is called in a message.
func namedLanguage(code string) string {
	for i := range scripts {
		if scripts[i].languages[0] == baseOf(code) {
			return scripts[i].name
		}
	}
	return `the language "` + code + `"`
}

// baseOf is the language of a tag such as pt-BR, zh_Hans or ENG, as ISO 639
// writes it in its shortest form; "" when there is no such language.
func baseOf(tag string) string {
	t, err := language.Parse(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"))
	if err != nil || tag == "" {
		return ""
	}
	base, _, _ := t.Raw()
	if base.String() == "und" {
		return ""
	}
	return base.String()
}
