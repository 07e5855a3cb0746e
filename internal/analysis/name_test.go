package analysis

import (
	"strings"
	"testing"
)

func TestNamesAreTheSame(t *testing.T) {
	for _, names := range [][]string{
		{"Zoë", "zoe", "ZOË", "Zoe\u0308", "Ｚｏｅ", " Zo\u00adë "}, {"O’Neil", "O'NEIL", "o`neil"}, {"Weiß", "WEISS"}, {"İda", "ida", "IDA"}, {"Νίκος", "ΝΙΚΟΣ"},
		{"Фёдор", "федор", "ФЕ\u0308ДОР"}, {"Сергей", "СЕРГЕИ\u0306"}, {"أحمد", "احمد"}, {"Æthel Ørn", "aethel  orn"}, {"ガガ", "ｶﾞｶﾞ"}, {"Agent７", "agent7"},
	} {
		for _, other := range names {
			if !Same(names[0], other) || !Same(other, names[0]) {
				t.Errorf("%q and %q", names[0], other)
			}
		}
	}
	for _, names := range [][2]string{{"Zoë", "Zoey"}, {"Ann", "Anna"}, {"さくら", "サクラ"}, {"Ann Lee", "Annlee"}, {"か", "が"}, {"", "Ann"}} {
		if Same(names[0], names[1]) {
			t.Errorf("%q is %q", names[0], names[1])
		}
	}
}

func TestNamed(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       bool
	}{
		{"hello Eliza!", "Eliza", true}, {"ELIZA?", "eliza", true}, {"Elizabeth", "Eliza", false}, {"eliza_bot", "Eliza", false}, {"@eliza: hi", "Eliza", true},
		{"", "Eliza", false}, {"hello", "", false}, {"hello", " \u200b", false},
		{"zoe, help", "Zoë", true}, {"ZOË’s turn", "Zoe", true}, {"Zoe\u0308, help", "Zoë", true}, {"zoey", "Zoë", false}, {"zoë\u0301n", "Zoë", false},
		{"thanks, O’Neil", "O'Neil", true}, {"thanks, O'Neil", "O’Neil", true}, {"oneill", "O'Neil", false},
		{"hey Mu\u0308ller", "Müller", true}, {"Großer, hilf", "grosser", true}, {"ISTANBUL!", "İstanbul", true}, {"ΝΙΚΟΣ!", "Νίκος", true},
		{"ｅｌｉｚａ、hi", "Eliza", true}, {"El\u200biza hi", "Eliza", true}, {"hello  big\u00a0bot", "Big Bot", true},
		{"さくらさん、こんにちは", "さくら", true}, {"アリスは元気？", "アリス", true}, {"アリストテレス", "アリス", false}, {"小林さん", "小林", true}, {"森林が", "林", false},
		{"林、来て", "林", true}, {"เอไลซาช่วยด้วย", "เอไลซา", true}, {"민수야 안녕", "민수", true}, {"김민수", "민수", false}, {"Eliza您好", "Eliza", true},
		{"Алиса, привет", "алиса", true}, {"Федор тут", "Фёдор", true}, {"Алисандра", "Алиса", false}, {"أحمد هنا", "احمد", true},
	} {
		if got := Named(c.text, c.name); got != c.want {
			t.Errorf("%q names %q: %v", c.text, c.name, got)
		}
	}
}

func TestACalledOneIsFoundBySpelling(t *testing.T) {
	people := [][]string{{"Jose"}, {"José", "Pepe"}, {"Zoë O’Neil"}}
	for name, want := range map[string]string{"jose": "Jose", "JOSÉ": "José Pepe", "pepe": "José Pepe", "zoe o'neil": "Zoë O’Neil", "Jo\u0301se": "Jose José Pepe", "Joseph": "", "": ""} {
		var got []string
		for _, p := range Called(people, name, func(p []string) []string { return p }) {
			got = append(got, p...)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestNamesAreCutOff(t *testing.T) {
	for _, c := range []struct{ text, name, behind, before string }{
		{"Zoe, hi", "Zoë", ", hi", "-"}, {"Zoe\u0308, hi", "zoe", ", hi", "-"}, {"ＺＯＥ hi", "Zoë", " hi", "-"}, {"İda: hi", "ida", ": hi", "-"},
		{"hi O’Neil", "o'neil", "-", "hi "}, {"hi Mu\u0308ller", "Müller", "-", "hi "}, {"hello", "Zoë", "-", "-"}, {"Zoe", "Zoë", "", ""}, {"x", "", "-", "-"},
		{"\xff\xfe", "y", "-", "-"}, {strings.Repeat("a", 5000), "b", "-", "-"},
	} {
		if rest, ok := CutPrefix(c.text, c.name); ok != (c.behind != "-") || ok && rest != c.behind {
			t.Errorf("%q without %q in front: %q, %v", c.text, c.name, rest, ok)
		}
		if rest, ok := CutSuffix(c.text, c.name); ok != (c.before != "-") || ok && rest != c.before {
			t.Errorf("%q without %q at its end: %q, %v", c.text, c.name, rest, ok)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"what’s up": "what's up", "`code`": "`code`", "“hi”": "“hi”", "ｗｈａｔ＇ｓ　ｕｐ？": "what's up?", "re\u00admember\u200b this": "remember this", "5\u00a0−\u202f3": "5 - 3",
		"Café — naïve…\nÜber": "Café — naïve…\nÜber", "東京、タワー。": "東京、タワー。",
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
