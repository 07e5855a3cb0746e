// Package template renders the prompts that characters bring, in ElizaOS's
// Handlebars style, and reads what models answer to them: XML, JSON or plain
// text.
package template

import (
	"fmt"
	"math/rand/v2"
	"regexp"

	"github.com/mailgun/raymond/v2"

	"github.com/elizad/elizad/internal/eliza"
)

// Limits of a template and of what it gives.
const (
	maxSource = 64 << 10
	maxOutput = 1 << 20
	maxLoops  = 3 // within each other
	maxItems  = 100
)

// names are what {{name1}} to {{name10}} stand for, in any order.
var names = []string{"Ada", "Bruno", "Chloe", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jonas", "Karin", "Luis", "Mina", "Noor"}

var (
	block   = regexp.MustCompile(`\{\{[{~]*\s*([#/^])\s*(\w+)`)
	refused = regexp.MustCompile(`\{\{[{~]*\s*(>|#?\s*log\b)`) // parts from elsewhere, and the library's own log
)

// Render fills in a template. Values are texts, truths, lists of texts, and
// objects of them; nothing is escaped. An error says what is wrong with the
// template.
func Render(source string, values map[string]any) (out string, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = "", fmt.Errorf("the template breaks: %w", eliza.Recovered(p))
		}
	}()
	if err := check(source); err != nil {
		return "", err
	}
	t, err := raymond.Parse(source)
	if err != nil {
		return "", fmt.Errorf("the template cannot be read: %w", err)
	}
	all := map[string]any{}
	for i, n := range rand.Perm(len(names))[:10] {
		all[fmt.Sprint("name", i+1)] = raymond.SafeString(names[n])
	}
	for key, value := range values {
		all[key] = plain(value)
	}
	if out, err = t.Exec(all); err != nil {
		return "", fmt.Errorf("the template cannot be filled in: %w", err)
	}
	if len(out) > maxOutput {
		return "", fmt.Errorf("the template gives more than %d bytes", maxOutput)
	}
	return out, nil
}

// check bounds what a template may take: its work grows with every loop within
// another.
func check(source string) error {
	if len(source) > maxSource {
		return fmt.Errorf("the template is longer than %d bytes", maxSource)
	}
	if refused.MatchString(source) {
		return fmt.Errorf("the template uses what is not allowed")
	}
	depth := 0
	for _, m := range block.FindAllStringSubmatch(source, -1) {
		if m[1] == "/" {
			depth = max(depth-1, 0)
		} else if depth++; depth > 2*maxLoops || m[2] != "if" && m[2] != "unless" && m[2] != "else" && depth > maxLoops {
			return fmt.Errorf("the template has more than %d blocks within each other", maxLoops)
		}
	}
	return nil
}

// plain keeps a value from being escaped, and a list from being long.
func plain(value any) any {
	switch v := value.(type) {
	case string:
		return raymond.SafeString(v)
	case []string:
		list := make([]raymond.SafeString, min(len(v), maxItems))
		for i := range list {
			list[i] = raymond.SafeString(v[i])
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, value := range v {
			object[key] = plain(value)
		}
		return object
	}
	return value
}
