package eliza

import (
	"encoding/json"
	"errors"
	"fmt"
)

// jsonProblem words a decoding error for a person: the field and what was
// expected, without Go's type names.
func jsonProblem(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		if kind.Field != "" {
			return fmt.Sprintf("%s: %s is not expected here", kind.Field, kind.Value)
		}
		return kind.Value + " is not expected here"
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("not JSON: %s at byte %d", syntax.Error(), syntax.Offset)
	}
	return "not a character in JSON"
}
