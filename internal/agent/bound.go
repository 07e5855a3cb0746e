package agent

import (
	"strings"
	"unicode/utf8"
)

// How much of a text is copied to where it does not have to be whole, in
// bytes. What goes to the model for its answer is bounded by the model's
// context, in package model.
const (
	maxThought  = 16 << 10  // kept with a reply
	maxRecalled = 4 << 10   // of the messages that recall looks for
	maxDecided  = 4 << 10   // of each message, when the model decides whether to answer
	maxNoted    = 8 << 10   // of an answer or a result, in the run and the log
	maxQuoted   = 16 << 10  // of each earlier message, when a template quotes it
	maxReceived = 256 << 10 // of the newest message, when a template quotes it
)

const leftOut = "\n[...]\n"

// ends is a text of at most about most bytes: the whole, or its beginning and
// its end.
func ends(text string, most int) string {
	if len(text) <= most {
		return text
	}
	half := (most - len(leftOut)) / 2
	head, tail := half, len(text)-half
	for head > 0 && !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	return strings.ToValidUTF8(text[:head]+leftOut+text[tail:], "\uFFFD")
}
