package offline

import (
	"regexp"
	"strings"
)

// politeness may stand before a command.
const politeness = `(?is)^(?:please,? |hey,? |ok,? |okay,? |now,? |and |also |(?:can|could|will|would) you (?:please )?|i want you to |i would like you to |you should )*`

var (
	rememberFirst = regexp.MustCompile(politeness + `(?:remember|memori[sz]e|keep in mind|(?:make a )?note(?: to self)?|(?:do not|don't|never) forget)(?: this| the following)?(?:\s*:\s*|\s+)(that\s+|of\s+|down\s+)?(.+)$`)
	rememberLast  = regexp.MustCompile(`(?is)^(.+?)\s*[,.;:!–-]+\s*(?:please\s+|and\s+)*(?:remember|memori[sz]e|keep in mind|(?:do not|don't) forget)\s+(?:that|this|it)\s*(?:please)?[.!]*$`)
	forgetFirst   = regexp.MustCompile(politeness + `forget\s+(?:about\s+|that\s+|everything\s+about\s+|all\s+about\s+)?(?:what\s+(?:i|we)\s+(?:said|told\s+you)\s+(?:about|of)\s+)?(?:what\s+you\s+know\s+(?:about|of)\s+)?(.+)$`)
	eraseFirst    = regexp.MustCompile(politeness + `(?:delete|erase|remove)\s+(?:the\s+memory|your\s+memory|the\s+memories|everything|all|what)(?:\s+(?:you\s+know|you\s+remember|i\s+told\s+you|i\s+said))?\s+(?:about|of)\s+(.+)$`)
)

// remember keeps a statement, in the person's own words.
func remember(t *talk) (answer, bool) {
	if !t.contains("remember", "memori", "mind", "note", "forget") {
		return answer{}, false
	}
	what := ""
	if at := rememberFirst.FindStringSubmatchIndex(t.start); at != nil && (at[2] >= 0 || !strings.HasSuffix(t.text, "?")) {
		what = t.text[at[4]:]
	} else if m := rememberLast.FindStringSubmatch(t.start); m != nil && len(t.start) == len(t.text) && !isQuestion(m[1]) {
		what = m[1]
	} else {
		return answer{}, false
	}
	if what = trimmed(what); emptyWords[plain(beginning(what))] {
		return say(`Tell me what to remember, as in "remember that my dog is called Rex".`)
	}
	a := t.call("REMEMBER", map[string]string{"text": what})
	if a.calls != nil {
		a.text = "I will remember that: " + quote(what) + "."
	}
	return a, true
}

// trimmed removes what is not part of what is meant.
func trimmed(what string) string {
	what = strings.TrimRight(what, " .!?\n")
	what, _ = cutSuffixFold(what, " please")
	return strings.TrimSpace(strings.TrimRight(what, " ,"))
}

// emptyWords say nothing that could be kept or forgotten.
var emptyWords = phrases("", "me", "it", "this", "that", "this please", "everything", "all", "all of it", "anything", "about it", "me please", "please")

// forget asks for a memory to be deleted. What became of it is known, and
// said, only after the action.
func forget(t *talk) (answer, bool) {
	if !t.contains("forget", "delete", "erase", "remove") {
		return answer{}, false
	}
	m := forgetFirst.FindStringSubmatch(t.start)
	if m == nil {
		m = eraseFirst.FindStringSubmatch(t.start)
	}
	if m == nil {
		return answer{}, false
	}
	what := trimmed(m[1])
	if emptyWords[plain(beginning(what))] {
		return say(`I forget what you name, as in "forget my dog".`)
	}
	return t.call("FORGET", map[string]string{"query": what}), true
}
