package offline

import (
	"errors"
	"regexp"
	"strings"

	"github.com/elizad/elizad/internal/model/offline/arithmetic"
)

// maxExpression bounds what is taken for an expression, in bytes.
const maxExpression = 200

var (
	calculateFirst = regexp.MustCompile(`^(?:(?:please |hey |can you |could you )*(?:what is|what are|how much is|how much are|calculate|compute|work out|evaluate|solve|tell me))\s+`)
	grouped        = regexp.MustCompile(`(\d),(\d{3})\b`)
	between        = regexp.MustCompile(`(\d)\s*[x×]\s*(\d)`)
	inWords        = strings.NewReplacer(" plus ", " + ", " minus ", " - ", " times ", " * ", " multiplied by ", " * ", " divided by ", " / ", " over ", " / ", " to the power of ", " ^ ",
		" squared", " ^ 2", " cubed", " ^ 3", " percent of ", "% * ", " percent", "%", "% of ", "% * ", "×", " * ", "÷", " / ", "−", "-", "**", "^")
)

// calculate answers sums.
func calculate(t *talk) (answer, bool) {
	if len(t.plain) > maxExpression || !strings.ContainsAny(t.plain, "0123456789") {
		return answer{}, false
	}
	expression := calculateFirst.ReplaceAllString(t.plain, "")
	asked := expression != t.plain
	if sum, ok := strings.CutSuffix(expression, "="); ok {
		expression, asked = sum, true
	}
	expression = strings.TrimSpace(inWords.Replace(expression))
	for range 2 { // a match ends with the digit that the next one begins with
		expression = between.ReplaceAllString(grouped.ReplaceAllString(expression, "$1$2"), "$1 * $2")
	}
	if strings.Trim(expression, "0123456789.+-*/^%() ") != "" || !strings.ContainsAny(strings.TrimLeft(expression, "-+"), "+-*/^%") {
		return answer{}, false
	}
	// A bare 2026-11-23 or 3/4 is more likely a date than a sum.
	if !asked && !strings.ContainsAny(expression, "+*^") && !strings.Contains(expression, " - ") && !strings.Contains(expression, " / ") {
		return answer{}, false
	}
	result, err := arithmetic.Evaluate(expression)
	switch {
	case errors.Is(err, arithmetic.ErrDivision):
		return say(expression + " divides by zero, which has no result.")
	case errors.Is(err, arithmetic.ErrTooLarge):
		return say(expression + " is too large for me.")
	case err != nil:
		return answer{}, false
	}
	return say(expression + " = " + result + ".")
}
