package uselite

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

func TestQuestionsFindWhatWasSaid(t *testing.T) {
	e := encoder(t)
	f, err := os.Open("testdata/recall.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	answers := map[string]string{}
	said := map[string][]float32{}
	question := ""
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		key, text, _ := strings.Cut(lines.Text(), " ")
		switch key {
		case "ask":
			question = text
		case "say":
			said[text] = embedOne(t, e, text)
			if question != "" {
				answers[question], question = text, ""
			}
		}
	}
	if lines.Err() != nil || len(answers) < 20 {
		t.Fatalf("%d questions: %v", len(answers), lines.Err())
	}
	found := 0
	for question, answer := range answers {
		v := embedOne(t, e, question)
		nearest := ""
		for text, u := range said {
			if nearest == "" || dot(v, u) > dot(v, said[nearest]) {
				nearest = text
			}
		}
		if nearest == answer {
			found++
		} else {
			t.Logf("%q found %q (%.2f), not %q (%.2f)", question, nearest, dot(v, said[nearest]), answer, dot(v, said[answer]))
		}
	}
	t.Logf("%d of %d", found, len(answers))
	if found*100 < len(answers)*80 {
		t.Errorf("%d of %d questions found what was said", found, len(answers))
	}
}

func TestParaphrasesAreNearerThanOtherSentences(t *testing.T) {
	e := encoder(t)
	for _, c := range []struct{ text, paraphrase, other string }{
		{"How old are you?", "What is your age?", "How are you today?"},
		{"The child is crying.", "A little boy weeps.", "The boy plays a violin."},
		{"He bought a new car.", "A man purchased an automobile.", "He washed his hands."},
		{"The film was dreadful.", "I hated that movie.", "The film starts at eight."},
		{"It is raining heavily outside.", "There is a downpour.", "It is warm in the kitchen."},
		{"She lives in a big house.", "Her home is large.", "She sold two horses."},
		{"The shop closes at six.", "The store is open until six.", "The soup needs more salt."},
		{"I cannot sleep at night.", "I suffer from insomnia.", "I can swim very well."},
	} {
		v := embedOne(t, e, c.text)
		near, far := dot(v, embedOne(t, e, c.paraphrase)), dot(v, embedOne(t, e, c.other))
		t.Logf("%.2f %q | %.2f %q", near, c.paraphrase, far, c.other)
		if near <= far {
			t.Errorf("%q is nearer to %q (%.2f) than to %q (%.2f)", c.text, c.other, far, c.paraphrase, near)
		}
	}
}
