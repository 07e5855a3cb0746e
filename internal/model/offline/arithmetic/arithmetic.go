// Package arithmetic evaluates sums as people type them, exactly and in
// bounded time: numbers with a decimal point, + - * / ^ and parentheses, a
// minus in front, and % behind a number for hundredths.
package arithmetic

import (
	"errors"
	"math/big"
	"strings"
)

// The bounds of an expression and of every result on the way.
const (
	maxLength   = 1000 // bytes
	maxDepth    = 50   // parentheses and signs within each other
	maxBits     = 2048 // of a numerator or denominator
	maxExponent = 1000
	decimals    = 10 // of a result that has more
)

// What can be wrong with an expression.
var (
	ErrSyntax   = errors.New("not an expression")
	ErrDivision = errors.New("division by zero")
	ErrTooLarge = errors.New("too large")
)

// Evaluate returns the value in decimal notation: exact where ten decimals are
// enough, else rounded to them and with "about" in front.
func Evaluate(expression string) (string, error) {
	if len(expression) > maxLength {
		return "", ErrTooLarge
	}
	p := &parser{rest: expression}
	value := p.sum()
	if p.skip(); p.err == nil && p.rest != "" {
		p.err = ErrSyntax
	}
	if p.err != nil {
		return "", p.err
	}
	return decimal(value), nil
}

func decimal(v *big.Rat) string {
	if v.IsInt() {
		return v.Num().String()
	}
	text := v.FloatString(decimals)
	if rounded, ok := new(big.Rat).SetString(text); ok && rounded.Cmp(v) != 0 {
		return "about " + trimZeros(text)
	}
	return trimZeros(text)
}

func trimZeros(text string) string { return strings.TrimRight(strings.TrimRight(text, "0"), ".") }

// parser walks through an expression; after its first error it returns zeros.
type parser struct {
	rest  string
	depth int
	err   error
}

func (p *parser) skip() { p.rest = strings.TrimLeft(p.rest, " \t") }

// next takes one of the operators, or returns 0.
func (p *parser) next(operators string) byte {
	if p.skip(); p.err == nil && p.rest != "" && strings.IndexByte(operators, p.rest[0]) >= 0 {
		c := p.rest[0]
		p.rest = p.rest[1:]
		return c
	}
	return 0
}

func (p *parser) fail(err error) *big.Rat {
	if p.err == nil {
		p.err = err
	}
	return new(big.Rat)
}

// bounded keeps values from growing without end.
func (p *parser) bounded(v *big.Rat) *big.Rat {
	if v.Num().BitLen() > maxBits || v.Denom().BitLen() > maxBits {
		return p.fail(ErrTooLarge)
	}
	return v
}

func (p *parser) sum() *big.Rat {
	v := p.product()
	for {
		switch p.next("+-") {
		case '+':
			v = p.bounded(v.Add(v, p.product()))
		case '-':
			v = p.bounded(v.Sub(v, p.product()))
		default:
			return v
		}
	}
}

func (p *parser) product() *big.Rat {
	v := p.signed()
	for {
		switch p.next("*/") {
		case '*':
			v = p.bounded(v.Mul(v, p.signed()))
		case '/':
			by := p.signed()
			if by.Sign() == 0 {
				return p.fail(ErrDivision)
			}
			v = p.bounded(v.Quo(v, by))
		default:
			return v
		}
	}
}

func (p *parser) signed() *big.Rat {
	if p.depth++; p.depth > maxDepth {
		return p.fail(ErrTooLarge)
	}
	defer func() { p.depth-- }()
	switch p.next("+-") {
	case '+':
		return p.signed()
	case '-':
		v := p.signed()
		return v.Neg(v)
	}
	return p.power()
}

func (p *parser) power() *big.Rat {
	base := p.operand()
	if p.next("^") == 0 {
		return base
	}
	return p.raise(base, p.signed())
}

func (p *parser) raise(base, exponent *big.Rat) *big.Rat {
	switch {
	case p.err != nil:
		return base
	case !exponent.IsInt():
		return p.fail(ErrSyntax)
	case !exponent.Num().IsInt64() || exponent.Num().Int64() > maxExponent || exponent.Num().Int64() < -maxExponent:
		return p.fail(ErrTooLarge)
	case exponent.Sign() < 0 && base.Sign() == 0:
		return p.fail(ErrDivision)
	}
	n := exponent.Num().Int64()
	if n < 0 {
		base, n = new(big.Rat).Inv(base), -n
	}
	v := big.NewRat(1, 1)
	for range n {
		if v = p.bounded(v.Mul(v, base)); p.err != nil {
			break
		}
	}
	return v
}

func (p *parser) operand() *big.Rat {
	var v *big.Rat
	if p.next("(") != 0 {
		v = p.sum()
		if p.next(")") == 0 {
			return p.fail(ErrSyntax)
		}
	} else {
		v = p.number()
	}
	for p.next("%") != 0 {
		v = p.bounded(v.Quo(v, big.NewRat(100, 1)))
	}
	return v
}

func (p *parser) number() *big.Rat {
	p.skip()
	end := 0
	for end < len(p.rest) && (p.rest[end] >= '0' && p.rest[end] <= '9' || p.rest[end] == '.') {
		end++
	}
	v, ok := new(big.Rat).SetString(p.rest[:end])
	if !ok {
		return p.fail(ErrSyntax)
	}
	p.rest = p.rest[end:]
	return p.bounded(v)
}
