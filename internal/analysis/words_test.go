package analysis

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"The dogs were barking at the dog.": "dog bark dog",
		"Don't STOP, O'Brien's here!":       "stop obrien",
		"Don’t STOP, O’Brienʼs here!":       "stop obrien",
		"Reykjavík naïve Straße":            "reykjavik naiv strass",
		"user_name@example.com 1985-12-24":  "user name exampl com 1985 12 24",
		"l’école d'été":                     "ecol ete",
		"thé the":                           "the",
		"東京タワー":                             "東 東京 京 タワ ワー",
		"go東b京c":                            "go 東 b 京 c",
		"犬が好き":                              "犬 好",
		"집에 고양이가":                           "집 집에 고양 양이 이가",
		"\x00\xff'''":                       "",
		strings.Repeat("x", 60):             strings.Repeat("x", 48),
	} {
		if got := strings.Join(Words(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// meet are words that must find each other. The first of each line is asked
// for, the others may stand in a text.
var meet = [][]string{
	// Accents, and endings behind them.
	{"naive", "naïve", "NAÏVE", "nai\u0308ve"}, {"naivety", "naïvety"}, {"resume", "résumé", "Résumés", "resumes"}, {"fiancees", "fiancée"},
	{"cafe", "café", "cafés", "CAFÉ"}, {"Zurich", "Zürich"}, {"facade", "façades"}, {"jalapenos", "jalapeño"}, {"Angstrom", "Ångström", "Ångström"},
	{"Dvorak", "Dvořák"}, {"Nguyen", "Nguyễn"}, {"Sao Paulo", "São Paulo"}, {"Bogota", "Bogotá"}, {"creme brulee", "crème brûlée"},
	{"cooperate", "coöperate", "coöperates"}, {"Malmo", "Malmö"}, {"Curacao", "Curaçao"}, {"Arpad", "Árpád"}, {"Tiep", "Tiệp"},
	// Letters that are no composed ones.
	{"Strasse", "Straße", "STRASSE", "STRAẞE"}, {"Lodz", "Łódź"}, {"Oersted", "Œrsted"}, {"smorrebrod", "smørrebrød", "SMØRREBRØD"},
	{"Aesir", "Æsir"}, {"encyclopaedia", "encyclopædia"}, {"Dong", "Đồng"}, {"Thor", "Þor"}, {"coeur", "cœur"}, {"Guernica", "Guernıca"},
	{"Istanbul", "İstanbul", "ISTANBUL", "ıstanbul", "i\u0307stanbul"}, {"Diyarbakir", "Diyarbakır"}, {"Isik", "Işık", "IŞIK"},
	// Apostrophes.
	{"O'Neil", "O’Neil", "OʼNeil", "O＇Neil", "O`Neil", "O´Neil", "O‘Neil", "O′Neil", "ONeil"}, {"Hawai'i", "Hawaiʻi", "Hawaii"},
	{"rock'n'roll", "rock’n’roll"}, {"dog", "dog’s", "dogs’"}, {"James", "James’", "James'"}, {"James's", "James’s"}, {"école", "l’école", "L'ÉCOLE"}, {"amore", "dell’amore"},
	{"Qur'an", "Qurʾān", "Quran"}, {"collecció", "col·lecció", "coŀlecció"},
	// Forms of the same character.
	{"full", "ｆｕｌｌ", "ＦＵＬＬ"}, {"office", "oﬃce", "oﬀice"}, {"fish", "ﬁsh"}, {"1985", "１９８５", "١٩٨٥", "१९८५", "๑๙๘๕", "𝟙𝟡𝟠𝟝"}, {"H2O", "H₂O"},
	{"double", "𝐝𝐨𝐮𝐛𝐥𝐞"}, {"IV", "Ⅳ"}, {"ラーメン", "ﾗｰﾒﾝ"}, {"ガラス", "ｶﾞﾗｽ", "カ\u3099ラス"}, {"株式会社", "㍿"},
	// What does not show.
	{"cooperation", "co\u00adopera\u00adtion"}, {"password", "pass\u200bword", "pass\u2060word", "\ufeffpassword", "pass\u200dword", "pa\u034fssword"},
	{"heart", "heart\ufe0f"}, {"شکرية", "شک\u200cرية"},
	// Greek.
	{"Οδυσσεύς", "ΟΔΥΣΣΕΥΣ", "οδυσσευσ", "Ὀδυσσεύς"}, {"καλημέρα", "ΚΑΛΗΜΕΡΑ", "καλημερα"}, {"δρόμος", "δρομοσ"}, {"Αΐντα", "Αιντα"},
	// Cyrillic, with Russian endings.
	{"кофе", "КОФЕ"}, {"елка", "ёлка", "Ёлки", "е\u0308лку"}, {"собака", "собаки", "собаку", "собакой"}, {"край", "краи\u0306"}, {"йод", "ЙОД", "и\u0306од"},
	{"Київ", "КИЇВ", "Киї\u0432"}, {"московский", "московская", "московскому"},
	// Hebrew, Arabic, Persian.
	{"שלום", "שָׁלוֹם"}, {"محمد", "مُحَمَّد", "محـــمد"}, {"احمد", "أحمد", "ٱحمد"}, {"القران", "القرآن"}, {"مدرسة", "مدرسه"}, {"علي", "على", "علی"}, {"كتاب", "کتاب"},
	// India.
	{"हिन्दी", "हिन्दी\u200d"}, {"बाज़ार", "बाजार", "बाज\u093cार"}, {"தமிழ்", "தமிழ்"},
	// Without spaces.
	{"東京", "東京タワーへ行きました", "昨日東京で"}, {"犬", "私の犬です", "犬が好き", "子犬"}, {"北京", "我住在北京市"}, {"猫", "我的猫叫咪咪"}, {"りんご", "りんごが赤い", "赤いりんご"},
	{"コーヒー", "コーヒーを飲む", "ｺｰﾋｰ"}, {"が", "か\u3099"}, {"แมว", "ฉันมีแมวสองตัว"}, {"กรุงเทพ", "อยู่ที่กรุงเทพมหานคร"}, {"ຫມາ", "ຂ້ອຍມີຫມາ"},
	{"ឆ្កែ", "ខ្ញុំមានឆ្កែ"}, {"မြန်မာ", "ကျွန်တော်မြန်မာလူမျိုး"},
	// Korean, composed or not.
	{"고양이", "고양이가", "고양이는", norm.NFD.String("고양이를")}, {"집", "집에", "집은", "집을"}, {"서울", "서울에서"},
	// Mixed.
	{"iPhone", "私のiPhoneです"}, {"Docker", "我用Docker部署"}, {"東京", "Tokyo東京Tower"}, {"wifi", "มีwifiไหม"},
}

// apart are words that must not find each other.
var apart = [][2]string{
	{"cafe", "coffee"}, {"naive", "native"}, {"resume", "result"}, {"the", "thé"}, {"if", "ïf"}, {"Müller", "Miller"}, {"Straße", "Strand"},
	{"か", "が"}, {"かき", "がき"}, {"ハン", "パン"}, {"さくら", "サクラ"}, {"ข้าว", "ขาว"}, {"ข่าว", "ข้าว"}, {"कि", "कु"}, {"कल", "काल"},
	{"東京", "京都"}, {"日本", "本日"}, {"가위", "거위"}, {"москва", "масква"}, {"δρόμος", "δράμα"}, {"كتاب", "كلب"}, {"שלום", "שלים"}, {"12", "21"}, {"人", "入"},
}

func TestSpellingsMeet(t *testing.T) {
	for _, words := range meet {
		for _, asked := range words {
			if len(Words(asked)) == 0 && asked != "が" && asked != "か\u3099" {
				t.Errorf("%q has no words", asked)
			}
		}
		for _, said := range words[1:] {
			if in := Words("we met " + said + " there"); !covers(in, Words(words[0])) || !covers(in, Terms(words[0], 12)) {
				t.Errorf("%q %q does not find %q %q", words[0], Words(words[0]), said, in)
			}
		}
	}
	for _, pair := range apart {
		for i, asked := range pair {
			if wanted := Words(asked); len(wanted) > 0 && covers(Words("we met "+pair[1-i]+" there"), wanted) {
				t.Errorf("%q finds %q", asked, pair[1-i])
			}
		}
	}
}

func covers(has, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(has, w) })
}

func TestTermsOfALongQuestion(t *testing.T) {
	if got := Terms("where did a dog see the lighthouse", 12); strings.Join(got, " ") != "dog see lighthous" {
		t.Errorf("%q", got)
	}
	got := Terms("昨日の夜に東京タワーの近くで食べたラーメンの店の名前は何でしたか", 6)
	if len(got) != 12 || !covers(got, []string{"東京", "昨日", "名前"}) || slices.Contains(got, "した") {
		t.Errorf("%q", got)
	}
	if got = Terms(strings.Repeat("alpha beta gamma delta epsilon zeta eta theta iota kappa ", 3), 4); strings.Join(got, " ") != "epsilon alpha gamma delta" {
		t.Errorf("%q", got)
	}
}

// FuzzAnalysis holds that any bytes can be analysed, that the result is
// bounded and of no other form for another form of the same text, and that
// what was folded stays so.
func FuzzAnalysis(f *testing.F) {
	for _, words := range slices.Concat(meet, [][]string{{"a\xffb", "\u1100\u0301\u1161", "क\u200d\u093c", "\u0f73\u0f71", "= \u0338", "ﷺ", "…½", "\u0345\u0301α", "ΐ\u0313"}}) {
		f.Add(strings.Join(words, " "))
	}
	f.Fuzz(func(t *testing.T, text string) {
		folded, plain, words := Fold(text), Plain(text), Words(text)
		if again := Fold(folded); again != folded {
			t.Errorf("Fold(%q) is %q and then %q", text, folded, again)
		}
		if again := Plain(plain); again != plain {
			t.Errorf("Plain(%q) is %q and then %q", text, plain, again)
		}
		if len(plain) > 3*len(text) {
			t.Errorf("%q is plain %q", text, plain)
		}
		if len(folded) > 20*len(text) || len(words) > 2*len([]rune(folded))+2 {
			t.Errorf("%q became %d bytes, %d words", text, len(folded), len(words))
		}
		for _, w := range words {
			if rest, found := CutPrefix(w, w); !found || rest != "" {
				t.Errorf("%q does not begin with itself", w)
			}
			if w == "" || len(w) > 2*maxWordBytes || !utf8.ValidString(w) || strings.ContainsAny(w, " _'\"\\\x00") {
				t.Errorf("%q has the word %q", text, w)
			}
		}
		if !utf8.ValidString(text) {
			return
		}
		for _, form := range []norm.Form{norm.NFC, norm.NFD} {
			if other := form.String(text); !slices.Equal(Words(other), words) || Fold(other) != folded {
				t.Errorf("%q: words %q and %q, folded %q and %q", text, words, Words(other), folded, Fold(other))
			}
		}
	})
}

var benchTexts = map[string]string{
	"ascii":    "Hello there, how is the weather in Lisbon today, and did you see the blue bicycle? It leans against O'Brien's wall, doesn't it.",
	"curly":    "Hello there, how is the weather in Lisbon today, and didn’t you see the blue bicycle at the café? It leans against O’Brien’s wall.",
	"french":   "L’été dernier, nous avons déjeuné près de la forêt où François élevait des chevaux et des poules très âgées.",
	"russian":  "Прошлым летом мы ездили на море, где моя собака нашла старый велосипед возле маяка, ёлки и дома.",
	"japanese": "昨日、東京タワーへ行きました。とても高くて、景色がきれいでした。コーヒーも飲みました。",
}

func BenchmarkWords(b *testing.B) {
	for name, text := range benchTexts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Words(text)
			}
		})
	}
}
