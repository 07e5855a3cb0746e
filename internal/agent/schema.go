package agent

import (
	"context"
	"encoding/json"

	"github.com/elizad/elizad/internal/toolschema"
)

// fit makes the parameters of actions such that every model takes them. An
// action for which that cannot be done is left out: it would make every call
// of a model fail.
func (s *Service) fit(actions []Action) []Action {
	var all []Action
	for _, a := range actions {
		if a.Parameters != nil {
			schema, err := toolschema.Simplify(a.Parameters)
			if err != nil {
				s.log.Error("an action is left out", "action", a.Name, "error", err)
				continue
			}
			run := a.Run
			a.Parameters = schema.JSON
			a.Run = func(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
				return run(ctx, t, schema.Restore(arguments))
			}
		}
		all = append(all, a)
	}
	return all
}
