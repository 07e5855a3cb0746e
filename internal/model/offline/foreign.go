package offline

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/analysis"
)

// What is not written in Latin letters has no rules of its own here. Questions
// are known by their marks and words, and answered by what has the same words.

const (
	maxForeignTerms = 24
	// maxAsking is how long a text without a question mark may be to be a
	// question because of a word in it, in characters.
	maxAsking = 60
)

// askWordsOf ask in languages that need no question mark.
var askWordsOf = pattern(
	// Japanese
	`何時`, `何`, `なに`, `なぜ`, `なんで`, `誰`, `だれ`, `どこ`, `いつ`, `いくら`, `いくつ`, `どれくらい`, `どのくらい`, `どれ`, `どの`, `どう`, `どんな`, `教えて`,
	// Chinese
	`什么时候`, `什么`, `什麼`, `甚麼`, `谁`, `哪里`, `哪裡`, `哪`, `几`, `幾`, `多少`, `怎么`, `怎麼`, `为什么`, `為什麼`, `如何`, `吗`, `嗎`, `呢`,
	// Korean, with what is attached to them
	`(?:무엇|무슨|뭐|누구|어디|언제|어떻게|어느|얼마|왜)\p{Hangul}*`, `(?:있|인|하)(?:나요|가요)`, `입니까`, `습니까`,
	// Thai
	`อะไร`, `ใคร`, `ที่ไหน`, `ไหน`, `เมื่อไหร่`, `เมื่อไร`, `ทำไม`, `อย่างไร`, `ยังไง`, `ไหม`, `เท่าไหร่`, `เท่าไร`, `กี่`, `หรือเปล่า`,
	// Lao, Khmer, Burmese
	`ຫຍັງ`, `ໃຜ`, `ໃສ`, `ເມື່ອໃດ`, `ເທົ່າໃດ`, `អ្វី`, `នរណា`, `ប៉ុន្មាន`, `ហេតុអ្វី`, `ဘာ`, `ဘယ်`, `လား`, `လဲ`,
)

// askTerms are the words of questions in languages with spaces, as terms.
var askTerms = analysis.Words(`как что кто где когда куда откуда почему зачем сколько какой какая какое какие чей як що хто де коли чому
	τι ποιος ποια ποιο πού πότε πώς γιατί πόσο πόσα ما من أين متى لماذا كيف كم هل ماذا چه چی کجا چرا چگونه מה מי איפה מתי למה איך כמה
	क्या कौन कहाँ कब क्यों कैसे कितना कितने`)

// asksAtEnd are the ends of questions in Japanese and Korean.
var asksAtEnd = regexp.MustCompile(`(?:か|かな|でしょうか|까|까요|나요|니)$`)

func pattern(words ...string) *regexp.Regexp {
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return regexp.MustCompile(strings.Join(words, "|"))
}

// endsAsking reports whether a text ends with a question mark of any script.
func endsAsking(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune("?؟\u037e՞፧⁇", last)
}

// asksInOtherScript reports whether one sentence in other than Latin letters
// asks for something.
func asksInOtherScript(text string) bool {
	text = strings.TrimRight(text, " 。.!…」』\"")
	if endsAsking(text) {
		return true
	}
	if !hasOtherScript(text) || utf8.RuneCountInString(text) > maxAsking || strings.ContainsAny(text, "。!\n") {
		return false
	}
	return askWordsOf.MatchString(text) || asksAtEnd.MatchString(text)
}

func hasOtherScript(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return r >= utf8.RuneSelf && unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Common, unicode.Inherited)
	}) >= 0
}

// foreignSubject returns what a question is about: its words without those that
// ask. These and words of hiragana alone, which are mostly endings, count where
// there are no others.
func foreignSubject(question string) []string {
	words := analysis.Terms(askWordsOf.ReplaceAllString(question, " "), maxForeignTerms)
	telling := slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return slices.Contains(askTerms, w) || strings.IndexFunc(w, func(r rune) bool { return !unicode.Is(unicode.Hiragana, r) }) < 0
	})
	if len(telling) > 0 {
		return telling
	}
	return words
}
