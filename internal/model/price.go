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
	Pattern string // of a model's name, or of provider/name, in any case; * stands for any letters
	Input   int64  // for a million tokens, in millionths of the unit
	Output  int64  // the same
}

// Prices is the price table. Of the entries that fit a model, one without
// wildcards counts before all that have some, and then the one with the most
// letters, * not counted; the first of several that are alike.
type Prices []Price

const (
	maxPrices    = 1000
	maxPriceFile = 256 << 10
	// maxPrice keeps a price times a number of tokens within int64.
	maxPrice = 100_000 * eliza.Million
	// maxTokensPriced is how many tokens of one call are priced at most, in
	// each direction: both at maxPrice are still within int64.
	maxTokensPriced = 40_000_000
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
// known is false when no price fits it. answered is the name by which the
// provider answered, which may be more exact than the one that was asked for,
// or empty. What is embedded costs nothing.
func (p Prices) Cost(by Choice, answered string, input, output int) (cost int64, known bool) {
	if by.Provider == EmbeddedName {
		return 0, true
	}
	price := p.of(by.Provider, by.Model, answered)
	if price == nil {
		return 0, false
	}
	sum := priced(input)*price.Input + priced(output)*price.Output
	return (sum + eliza.Million - 1) / eliza.Million, true
}

func priced(tokens int) int64 { return int64(min(max(tokens, 0), maxTokensPriced)) }

// of is the price that fits a provider's model best under any of its names,
// nil when none does.
func (p Prices) of(provider string, names ...string) *Price {
	var known []string
	for _, name := range names {
		if known = append(known, flat(provider+"/"+name)); name != "" {
			known = append(known, flat(name))
		}
	}
	var best *Price
	most := 0
	for i := range p {
		pattern := flat(p[i].Pattern)
		letters := exactness(pattern)
		if letters <= most {
			continue
		}
		for _, name := range known {
			if fits, _ := path.Match(pattern, name); fits {
				best, most = &p[i], letters
				break
			}
		}
	}
	return best
}

// flat is a name or pattern without regard to case, in which * stands for a
// slash, too: models' own names may hold some.
func flat(name string) string { return strings.ReplaceAll(strings.ToLower(name), "/", "\x00") }

// exactness orders patterns that fit the same name: the more of it a pattern
// spells out, the higher, and one without wildcards above all others.
func exactness(pattern string) int {
	letters, exact := 1, true
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '*', '?':
			exact = false
			continue
		case '[':
			exact = false
			for i++; i < len(pattern) && pattern[i] != ']'; i++ {
				if pattern[i] == '\\' {
					i++
				}
			}
		case '\\':
			i++
		}
		letters++
	}
	if exact {
		letters += maxPriceFile
	}
	return letters
}
