package messaging

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/failpoint"
	"github.com/elizad/elizad/internal/store"
)

// FinishTask ends a run of a task with what the agent says, if it says
// anything, in one transaction, exactly once, and tells the channel. Other
// agents of the channel hear it as they hear any agent. Error codes: CONFLICT
// when the task has changed or is another node's; NOT_FOUND when the message's
// channel is gone; DB_ERROR.
func (s *Service) FinishTask(ctx context.Context, end store.TaskEnd) error {
	if m := end.Message; m != nil {
		m.Hops = 1
		end.Decide = s.guard.decide(m)
		news := func(f store.Finished) bus.Event {
			return bus.MessagePosted{Message: *f.Reply, Deliveries: f.Deliveries}
		}
		end.Notices = Notices(s, func(f store.Finished) []bus.Event { return []bus.Event{news(f)} })
		end.Committed = func(f store.Finished) {
			failpoint.Hit("task stored", end.Task.ID)
			s.bus.Publish(news(f))
		}
	}
	if _, err := s.store.EndTask(ctx, end); err != nil {
		return fmt.Errorf("finish task: %w", err)
	}
	return nil
}
