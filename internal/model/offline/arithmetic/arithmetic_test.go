package arithmetic

import (
	"errors"
	"strings"
	"testing"
)

func TestEvaluate(t *testing.T) {
	for expression, want := range map[string]string{
		"1": "1", "2+2": "4", "2 + 3 * 4": "14", "(2 + 3) * 4": "20", "10 - 4 - 3": "3", "100/10/5": "2", "-3 + 5": "2", "2 - -2": "4", "+5": "5",
		"2^10": "1024", "2^3^2": "512", "-2^2": "-4", "(-2)^2": "4", "2^-2": "0.25", "0^0": "1",
		"0.1 + 0.2": "0.3", ".5 + 5.": "5.5", "1/8": "0.125", "1/3": "about 0.3333333333", "2/3*3": "2", "1/99999999999": "about 0",
		"50%": "0.5", "200 * 15%": "30", "(1+1)%": "0.02", "12345678901234567890 * 10": "123456789012345678900",
	} {
		if got, err := Evaluate(expression); err != nil || got != want {
			t.Errorf("%s = %s, %v, want %s", expression, got, err, want)
		}
	}
}

func TestEvaluateRefuses(t *testing.T) {
	for expression, want := range map[string]error{
		"": ErrSyntax, "1 +": ErrSyntax, "(1": ErrSyntax, "1)": ErrSyntax, "1 2": ErrSyntax, "a": ErrSyntax, "1..2": ErrSyntax, "2^0.5": ErrSyntax, "()": ErrSyntax, "1e9": ErrSyntax,
		"1/0": ErrDivision, "1/(2-2)": ErrDivision, "0^-1": ErrDivision,
		"9^9^9": ErrTooLarge, "999^999": ErrTooLarge, strings.Repeat("(", 100): ErrTooLarge, strings.Repeat("-", 100) + "1": ErrTooLarge,
		strings.Repeat("9", 1000): ErrTooLarge, strings.Repeat("1+", 1000) + "1": ErrTooLarge,
	} {
		if got, err := Evaluate(expression); !errors.Is(err, want) {
			t.Errorf("%.20s = %s, %v, want %v", expression, got, err, want)
		}
	}
}

func FuzzEvaluate(f *testing.F) {
	for _, expression := range []string{"1+2*3", "(1)%%", "2^-3^2", "1/3", "((((", "9^999", "-+-1", ". . ."} {
		f.Add(expression)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		value, err := Evaluate(expression)
		if (err == nil) != (value != "") || len(value) > 2000 {
			t.Fatalf("%q = %q, %v", expression, value, err)
		}
	})
}
