package speech

import (
	"strings"
	"testing"
)

func TestALanguageFollowsFromTheScript(t *testing.T) {
	for text, want := range map[string]string{
		"Good morning.": "Good morning.=", "Schöne Grüße aus Köln": "Schöne Grüße aus Köln=", "3 + 4": "3 + 4=", "": "=",
		"你好，今天天气很好。": "你好，今天天气很好。=zh", "こんにちは、東京です。": "こんにちは、東京です。=ja", "東京タワー": "東京タワー=ja", "안녕하세요": "안녕하세요=ko", "漢字한글": "漢字=zh|한글=ko",
		"Доброе утро": "Доброе утро=ru", "Доброго ранку, їжак": "Доброго ранку, їжак=uk", "Добры дзень, ўсё": "Добры дзень, ўсё=be", "Ђурђевак": "Ђурђевак=sr",
		"صباح الخير": "صباح الخير=ar", "صبح بخیر، چطوری": "صبح بخیر، چطوری=fa", "یہ بڑا ہے": "یہ بڑا ہے=ur", "בוקר טוב": "בוקר טוב=he", "Καλημέρα": "Καλημέρα=el",
		"सुप्रभात": "सुप्रभात=hi", "สวัสดี": "สวัสดี=th", "সুপ্রভাত": "সুপ্রভাত=bn", "காலை": "காலை=ta", "ಬೆಳಿಗ್ಗೆ": "ಬೆಳಿಗ್ಗೆ=kn", "დილა": "დილა=ka", "Բարի": "Բարի=hy", "ሰላም": "ሰላም=am", "ສະບາຍ": "ສະບາຍ=lo",
		"The word 犬 means dog.": "The word =|犬 =zh|means dog.=", "«Да», he said": "«Да», =ru|he said=", "Ａｂｃ": "Ａｂｃ=", "𐌰𐌱": "𐌰𐌱=und",
		"a犬a犬a犬a犬a犬 aaaa": "a犬a犬a犬a犬a犬 aaaa=", "犬a犬a犬a犬a犬a犬犬": "犬a犬a犬a犬a犬a犬犬=zh",
	} {
		var got []string
		for _, r := range runs(text) {
			code, _ := r.languageOf("", text)
			got = append(got, r.text+"="+code)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q is %q, want %q", text, strings.Join(got, "|"), want)
		}
	}
}

func TestAWishedLanguageCountsWhereItIsWrittenSo(t *testing.T) {
	for _, c := range []struct{ text, wish, want string }{
		{"東京", "ja", "ja"}, {"東京", "zh-TW", "zh-TW"}, {"東京", "en", "zh"}, {"Доброе", "bg", "bg"}, {"Доброе", "de", "ru"}, {"سلام", "fa_IR", "fa_IR"}, {"नमस्ते", "mr", "mr"},
		{"Hello", "ru", "ru"}, {"Bonjour", "fr", "fr"}, {"123", "ru", "ru"}, {"안녕", "ja", "ko"},
	} {
		if got, _ := runs(c.text)[0].languageOf(c.wish, c.text); got != c.want {
			t.Errorf("%q with %s is spoken as %q, want %q", c.text, c.wish, got, c.want)
		}
	}
}

func TestLanguageTags(t *testing.T) {
	for tag, want := range map[string]string{"en": "en", "EN-us": "en", "pt_BR": "pt", "deu": "de", "zh-Hans-CN": "zh", "yue": "yue", "xx": "", "": "", "nonsense": "", "../en": "", "e": ""} {
		if got := baseOf(tag); got != want {
			t.Errorf("%q is %q, want %q", tag, got, want)
		}
	}
}

func FuzzRuns(f *testing.F) {
	f.Add("The word 犬 means dog. Да!")
	f.Add("\xff犬\xff")
	f.Fuzz(func(t *testing.T, text string) {
		var all strings.Builder
		parts := runs(text)
		for _, r := range parts {
			all.WriteString(r.text)
			r.languageOf("ja", text)
		}
		if all.String() != text || len(parts) > maxRuns {
			t.Fatalf("%q became %d parts: %q", text, len(parts), all.String())
		}
	})
}
