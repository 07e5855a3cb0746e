package when

// set is a set of words.
func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

var (
	// delimiters begin what is to be said.
	delimiters = set("to", "that", "about", "of", "for")
	// fillers say nothing of time.
	fillers = set("please", "pls", "kindly", "also", "just", "again", "ok", "okay", "thanks")
	// connectors, where what is to be said should begin, go on with the moment.
	connectors = set("on", "at", "in", "and", "or", "but", "except", "excluding", "until", "till", "til", "from", "by", "before", "after", "since", "starting", "beginning", "between",
		"around", "within", "during", "over", "through", "every", "each", "next", "last", "this", "other", "unless", "if", "when", "whenever", "while", "once", "as", "than", "not", "either", "ish", "ago", "am", "pm", "o'clock")
	// limits change a moment that they stand behind.
	limits = set("until", "till", "til", "except", "excluding", "unless", "starting", "beginning", "through", "before", "after", "since", "between", "ish", "am", "pm", "o'clock", "ago", "if", "or")
	// nounPrepositions make a time part of what is to be said.
	nounPrepositions = set("by", "for", "from", "until", "till", "til", "before", "after", "since", "between", "during", "within", "than", "of", "about", "around", "to", "with", "over")
	determiners      = set("the", "a", "an", "my", "our", "your", "his", "her", "their", "its", "some", "no", "all", "any", "whose")
	// timePrepositions before an occasion tell when.
	timePrepositions = set("on", "at", "in", "every", "each", "next", "this", "last", "other", "second", "before", "after", "until", "till", "by", "during", "over")
	// occasions are times that are no dates to a program.
	occasions = set("christmas", "xmas", "easter", "thanksgiving", "halloween", "hanukkah", "ramadan", "eid", "diwali", "passover", "pentecost", "advent", "birthday", "holidays", "holiday", "vacation", "weekend", "weekends",
		"dawn", "dusk", "sunrise", "sunset", "breakfast", "brunch", "lunch", "dinner", "supper", "teatime", "bedtime", "spring", "summer", "autumn", "winter",
		"today", "tomorrow", "yesterday", "tonight", "midnight", "noon", "fortnight", "decade", "century", "sometime", "someday")
)
