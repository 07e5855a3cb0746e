package model

import "unicode/utf8"

// Sizes in tokens of what surrounds texts in a request, about as providers
// count them.
const (
	aboutTurn  = 5
	aboutTool  = 14
	aboutImage = 1500
)

// estimate is about how many tokens a text takes: near what byte-pair
// tokenizers with some 100,000 pieces count, while TextTokens is a bound. Six
// letters are a token, a longer word takes one for each four more; capitals
// inside a word begin another; two digits or signs are one. Of
// other scripts, letters that take two bytes are two thirds of a token, those
// of three one, and signs of four bytes two and a half. How far a model counts
// otherwise is learned, see traits.
func estimate[T ~string | ~[]byte](text T) int {
	tenths, word, digits, signs := 0, 0, 0, 0
	capital := false // the word consists of capitals so far
	end := func() {
		switch {
		case word == 0:
		case capital:
			tenths += 5 * (word + 1)
		case word <= 6:
			tenths += 10
		default:
			tenths += 10 + 10*((word-6+3)/4)
		}
		word, capital = 0, false
		tenths += 5 * (digits + digits%2 + signs + signs%2)
		digits, signs = 0, 0
	}
	space := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		blank := c == ' ' || c == '\n' || c == '\t' || c == '\r'
		switch {
		case c >= 'a' && c <= 'z':
			if digits > 0 || signs > 0 || capital && word > 1 {
				end()
			}
			word, capital = word+1, false
		case c >= 'A' && c <= 'Z':
			if digits > 0 || signs > 0 || word > 0 && !capital {
				end()
			}
			word, capital = word+1, true
		case c >= '0' && c <= '9':
			if word > 0 || signs > 0 {
				end()
			}
			digits++
		case blank:
			end()
			if c == '\n' && !space {
				tenths += 10
			} else if space && c != ' ' {
				tenths += 3
			} else if space {
				tenths++ // runs of spaces are few tokens
			}
		case c < utf8.RuneSelf:
			if word > 0 || digits > 0 {
				end()
			}
			signs++
		case c >= 0xF0:
			end()
			tenths += 25
		case c >= 0xE0:
			end()
			tenths += 10
		case c >= 0xC0:
			end()
			tenths += 7
		}
		space = blank
	}
	end()
	return (tenths + 9) / 10
}

func (t *Turn) estimate() int {
	n := aboutTurn + estimate(t.Name) + estimate(t.Text) + aboutImage*len(t.Images)
	for i := range t.ToolCalls {
		n += aboutTool + estimate(t.ToolCalls[i].Name) + estimate(t.ToolCalls[i].Arguments)
	}
	return n
}

func (t *Tool) estimate() int {
	return aboutTool + estimate(t.Name) + estimate(t.Description) + estimate(t.Parameters)
}

// estimate is about how many tokens the request takes as input.
func (r *Request) estimate() int {
	n := aboutTurn + estimate(r.System)
	for i := range r.Turns {
		n += r.Turns[i].estimate()
	}
	for i := range r.Tools {
		n += r.Tools[i].estimate()
	}
	return n
}

// withinBytes reports whether a request takes no more than so many tokens for
// the simple reason that it has no more bytes, which is enough for nearly all.
func (r *Request) withinBytes(tokens int) bool {
	n := perTurn + len(r.System)
	for i := range r.Turns {
		t := &r.Turns[i]
		n += perTurn + len(t.Name) + len(t.Text) + perImage*len(t.Images)
		for j := range t.ToolCalls {
			n += perTool + len(t.ToolCalls[j].Name) + len(t.ToolCalls[j].Arguments)
		}
	}
	for i := range r.Tools {
		t := &r.Tools[i]
		n += perTool + len(t.Name) + len(t.Description) + len(t.Parameters)
	}
	return n <= tokens
}
