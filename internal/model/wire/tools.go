package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strconv"

	"github.com/elizad/elizad/internal/model"
)

var errNoName = errors.New("a tool call without a name")

// ToolCall checks a tool call of an answer. Arguments that are missing become
// an empty object; an id that is missing is made up.
func (p Peer) ToolCall(id, name string, arguments []byte) (model.ToolCall, error) {
	arguments = bytes.TrimSpace(arguments)
	if len(arguments) == 0 || bytes.Equal(arguments, []byte("null")) {
		arguments = []byte("{}")
	}
	if name == "" {
		return model.ToolCall{}, p.Nonsense("a tool call", errNoName)
	}
	if arguments[0] != '{' || !json.Valid(arguments) {
		return model.ToolCall{}, p.Nonsense("the arguments of tool call "+p.clean(name), nil)
	}
	if id == "" {
		id = "call_" + strconv.FormatUint(rand.Uint64(), 36)
	}
	return model.ToolCall{ID: id, Name: name, Arguments: arguments}, nil
}
