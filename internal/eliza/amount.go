package eliza

import (
	"strconv"
	"strings"
)

// Million is how many millionths make one: money is counted in them.
const Million = 1_000_000

// ParseAmount reads an amount of a measure from its decimal form, exactly:
// money may have six places, what is counted none. Error code:
// INVALID_REQUEST.
func ParseAmount(m Measure, text string) (int64, error) {
	whole, places, point := strings.Cut(text, ".")
	if whole == "" {
		return 0, Errorf(CodeInvalidRequest, "a number is required")
	}
	if m != Money {
		if places = strings.TrimRight(places, "0"); places != "" {
			return 0, Errorf(CodeInvalidRequest, "a whole number is required")
		}
		point = false
	}
	if len(places) > 6 {
		return 0, Errorf(CodeInvalidRequest, "more than six decimal places")
	}
	if m == Money {
		whole += places + strings.Repeat("0", 6-len(places))
	}
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || point && places == "" {
		return 0, Errorf(CodeInvalidRequest, "a number without a sign or an exponent is required")
	}
	return int64(n), nil
}

// ShowAmount is the decimal form of an amount of a measure.
func ShowAmount(m Measure, n int64) string {
	if m != Money {
		return strconv.FormatInt(n, 10)
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	places := strings.TrimRight(strconv.FormatInt(Million+n%Million, 10)[1:], "0")
	text := sign + strconv.FormatInt(n/Million, 10)
	if places != "" {
		text += "." + places
	}
	return text
}
