package when

import (
	"strings"
	"time"
)

// Topic is what a text is about without its words of time, whether or not they
// say a moment: what is left to be said when the moment is given anew.
func Topic(text string) string {
	if len(text) > maxText {
		return ""
	}
	r := reader{text: text, tokens: tokenize(text), now: time.Unix(0, 0)}
	r.scan()
	begin := 0
	for i, k := range r.tokens {
		if r.free[i] && (k.text == "to" || k.text == "that" || k.text == "about") {
			begin = i
			break
		}
	}
	for _, p := range r.pieces {
		if p.from >= begin && !r.asNoun([]piece{p}) {
			r.used = append(r.used, p)
		}
	}
	if begin > 0 {
		r.used = append([]piece{{from: 0, to: begin}}, r.used...)
	}
	return r.what()
}

// what is the text without the moment and the word that begins it.
func (r *reader) what() string {
	var b strings.Builder
	at := 0
	for _, p := range r.used {
		from := r.tokens[p.from].from
		b.WriteString(r.text[at:max(at, from)] + " ")
		at = r.tokens[p.to-1].to
	}
	b.WriteString(r.text[at:])
	what := strings.TrimLeft(strings.Join(strings.Fields(b.String()), " "), " ,;:.-–—")
	for strings.Contains(what, " ,") {
		what = strings.ReplaceAll(what, " ,", ",")
	}
	words := tokens(tokenize(what))
	cut := words.skip(0, "please ,", "please")
	begin := words.skip(cut, "that i have to", "that i need to", "that i must", "that", "to", "about", "of", "for")
	if begin == cut && cut > 0 {
		begin = cut
	}
	if begin < len(words) {
		what = what[words[begin].from:]
	} else if begin > 0 {
		what = ""
	}
	return strings.TrimRight(what, " ,;")
}
