package eliza

import (
	"testing"
	"time"
)

func TestAmounts(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1": 1_000_000, "12.5": 12_500_000, "0.000001": 1, "25.00": 25_000_000} {
		got, err := ParseAmount(Money, text)
		if err != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, bad := range []string{"", ".", "1.", "-1", "+1", "1e3", "0.0000001", "1,5", "99999999999999999999", "x"} {
		if n, err := ParseAmount(Money, bad); err == nil {
			t.Errorf("%q is %d", bad, n)
		}
	}
	if n, err := ParseAmount(Tokens, "5.0"); err != nil || n != 5 {
		t.Errorf("5.0 tokens are %d (%v)", n, err)
	}
	if _, err := ParseAmount(Tokens, "5.5"); err == nil {
		t.Error("half a token is an amount")
	}
}

func FuzzAmount(f *testing.F) {
	f.Add("12.50")
	f.Add("0.000001")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseAmount(Money, text)
		if err != nil {
			return
		}
		if again, err := ParseAmount(Money, ShowAmount(Money, n)); err != nil || again != n {
			t.Errorf("%q is %d, shown as %s, and read again as %d (%v)", text, n, ShowAmount(Money, n), again, err)
		}
	})
}

func TestWindowsAreThoseOfUTC(t *testing.T) {
	at := time.Date(2026, 2, 28, 23, 59, 59, 0, time.FixedZone("east", 3600))
	for period, want := range map[Period][2]string{
		Hour:  {"2026-02-28T22:00:00.000Z", "2026-02-28T23:00:00.000Z"},
		Day:   {"2026-02-28T00:00:00.000Z", "2026-03-01T00:00:00.000Z"},
		Month: {"2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"},
	} {
		if begins, ends := period.Window(at); begins.ISO() != want[0] || ends.ISO() != want[1] {
			t.Errorf("%s: %s to %s", period, begins.ISO(), ends.ISO())
		}
	}
}

func TestACharacterMayBeSuspectedOfSecretsOnlyTooOften(t *testing.T) {
	for text, want := range map[string]bool{
		`{"name":"Plain","bio":["Talks."]}`:           false,
		`{"settings":{"API_KEY":"x"}}`:                true,
		`{"settings":{"url":"postgres://a:b@c"}}`:     true,
		`{"settings":{"dbPassword":"x"}}`:             true,
		`{"x":{"\u006bey":"y"}}`:                      true,
		`{"settings":{"a":"sealed:v1:01234567:xyz"}}`: true,
	} {
		if got := MayHoldSecrets([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
