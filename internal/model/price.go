package model

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// Price is what the tokens of some models cost.
type Price struct {
	Pattern string // of a model's name, or of provider/name; * stands for any letters
	Input   int64  // for a million tokens, in millionths of the unit
	Output  int64  // the same
}

// Prices is the price table. The longest pattern that fits a model counts.
type Prices []Price

const (
	maxPrices    = 1000
	maxPriceFile = 256 << 10
	// maxPrice keeps a price times a number of tokens within int64.
	maxPrice = 100_000 * eliza.Million
	// maxTokensPriced is how many tokens of one call are priced at most.
	maxTokensPriced = 50_000_000
)

var errPrices = errors.New("not a price table")

// UnmarshalText reads gpt-4.1-mini=0.40/1.60,claude-*=3/15: for each pattern
// the price of a million tokens of input and of output. With @ in front it is
// the name of a file that holds the same, on a line each; what stands behind #
// is a remark.
func (p *Prices) UnmarshalText(b []byte) error {
	text := string(b)
	if name, is := strings.CutPrefix(strings.TrimSpace(text), "@"); is {
		info, err := os.Stat(name)
		if err != nil || info.Size() > maxPriceFile {
			return errPrices
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return errPrices
		}
		text = string(b)
	}
	list, err := parsePrices(text)
	if err == nil {
		*p = list
	}
	return err
}

func parsePrices(text string) (Prices, error) {
	var list Prices
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for entry := range strings.SplitSeq(line, ",") {
			if entry = strings.TrimSpace(entry); entry == "" {
				continue
			}
			price, err := parsePrice(entry)
			if err != nil {
				return nil, err
			}
			if list = append(list, price); len(list) > maxPrices {
				return nil, errPrices
			}
		}
	}
	return list, nil
}

func parsePrice(entry string) (Price, error) {
	pattern, amounts, found := strings.Cut(entry, "=")
	in, out, both := strings.Cut(amounts, "/")
	p := Price{Pattern: strings.TrimSpace(pattern)}
	var err, wrong error
	p.Input, err = eliza.ParseAmount(eliza.Money, strings.TrimSpace(in))
	p.Output, wrong = eliza.ParseAmount(eliza.Money, strings.TrimSpace(out))
	if _, bad := path.Match(p.Pattern, ""); !found || !both || p.Pattern == "" || bad != nil || err != nil || wrong != nil || p.Input > maxPrice || p.Output > maxPrice {
		return Price{}, fmt.Errorf("%w: %.100q", errPrices, entry)
	}
	return p, nil
}

// Cost is what tokens of a provider's model cost, in millionths, rounded up;
// known is false when no price fits it. What is embedded costs nothing.
func (p Prices) Cost(by Choice, input, output int) (cost int64, known bool) {
	if by.Provider == EmbeddedName {
		return 0, true
	}
	best := -1
	for i := range p {
		if p[i].fits(by) && (best < 0 || len(p[i].Pattern) > len(p[best].Pattern)) {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	sum := priced(input)*p[best].Input + priced(output)*p[best].Output
	return (sum + eliza.Million - 1) / eliza.Million, true
}

func priced(tokens int) int64 { return int64(min(max(tokens, 0), maxTokensPriced)) }

func (p *Price) fits(by Choice) bool {
	name, _ := path.Match(p.Pattern, by.Model)
	// A model's name may hold a slash, which * does not stand for.
	flat := strings.NewReplacer("/", "\x00")
	whole, _ := path.Match(flat.Replace(p.Pattern), flat.Replace(by.Provider+"/"+by.Model))
	bare, _ := path.Match(flat.Replace(p.Pattern), flat.Replace(by.Model))
	return name || whole || bare
}
