package wire

import (
	"math"
	"strconv"

	"github.com/tidwall/gjson"
)

// maxTokens bounds the tokens of one call that are believed: ten times what
// any model reads.
const maxTokens = 100_000_000

// Usage takes how many tokens a call took, as its server tells them. Numbers
// that cannot be are as good as none; the last sensible ones count.
func (c *Composer) Usage(input, output int) {
	if input > 0 {
		c.answer.Usage.InputTokens = input
	}
	if output > 0 {
		c.answer.Usage.OutputTokens = output
	}
}

// Tokens reads a number of tokens: 0 when it is not told, or cannot be.
func Tokens(v gjson.Result) int {
	n := v.Num
	if v.Type == gjson.String {
		n, _ = strconv.ParseFloat(v.Str, 64) // 0 when it is no number
	}
	if !(n > 0) || n > maxTokens {
		return 0
	}
	return int(math.Round(n))
}
