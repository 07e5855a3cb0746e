package api

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
)

// vectorHealth is how the making of vectors stands.
type vectorHealth struct {
	Model     string       `json:"model,omitempty" example:"use-lite"`
	Dimension int          `json:"dimension,omitempty" doc:"Length of its vectors; absent while none was made"`
	State     memory.State `json:"state" enum:"off,ready,embedding,failing,unused"`
	Error     string       `json:"error,omitempty" doc:"Why vectors cannot be made now; memories are found by their words"`
	Since     eliza.Millis `json:"errorSince,omitempty"`
	Note      string       `json:"note,omitempty"`
}

type modelVectors struct {
	vectorHealth
	InUse   bool `json:"inUse"`
	Vectors int  `json:"vectors" doc:"Memories with a vector"`
	Waiting int  `json:"waiting" doc:"Memories that get theirs in the background"`
	Unfit   int  `json:"unfit" doc:"Memories that the model cannot embed"`
}

type memoryStatusAnswer struct {
	Models []modelVectors `json:"models"`
}

func (a *API) memoryStatus(ctx context.Context, in *AgentPath) (*answer[memoryStatusAnswer], error) {
	list, err := a.Agents.MemoryStatus(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	var out memoryStatusAnswer
	for _, m := range list {
		out.Models = append(out.Models, modelVectors{vectorHealth(m.Health), m.State != memory.StateUnused, m.Vectors, m.Waiting, m.Unfit})
	}
	return ok(out), nil
}
