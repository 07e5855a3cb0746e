package task

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/apart"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
	"github.com/elizad/elizad/internal/store"
)

// Tick begins the tasks whose moment has come. While there are more than may
// run at once it stays until the last of them has begun.
func (s *Service) Tick(ctx context.Context) error {
	if err := s.lookForChoices(ctx); err != nil {
		return err
	}
	for {
		free := atOnce - len(s.slots)
		if free == 0 {
			select {
			case s.slots <- struct{}{}: // one has ended
				<-s.slots
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		due, err := s.claim(ctx, free)
		if err != nil || len(due) < free {
			return err
		}
	}
}

// claim begins at most n tasks that are due.
func (s *Service) claim(ctx context.Context, n int) ([]eliza.Task, error) {
	s.mu.Lock()
	busy, closed := slices.Collect(maps.Keys(s.busy)), s.closed
	s.mu.Unlock()
	if closed {
		return nil, nil
	}
	due, err := s.store.ClaimTasks(ctx, s.now(), n, busy)
	if err != nil {
		return nil, fmt.Errorf("claim tasks: %w", err)
	}
	for _, t := range due {
		failpoint.Hit("task claimed", t.ID)
		s.mu.Lock()
		s.busy[t.ID] = true
		s.mu.Unlock()
		s.slots <- struct{}{}
		s.running.Go(func() {
			defer func() {
				s.mu.Lock()
				delete(s.busy, t.ID)
				s.mu.Unlock()
				<-s.slots
			}()
			s.run(t)
		})
	}
	return due, nil
}

// run does one task and stores what came of it.
func (s *Service) run(t eliza.Task) {
	out, err := s.execute(t)
	if err != nil && s.runs.Err() != nil {
		return // the server stops: it is done again
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.runs), storeTime)
	defer cancel()
	end := store.TaskEnd{Task: t, Was: t.DueAt}
	if err == nil {
		err = s.say(ctx, &end, out.Say)
	}
	if err == nil {
		if err = s.succeed(ctx, end); err == nil {
			return
		}
	}
	switch eliza.ErrorCode(err) {
	case eliza.CodeConflict:
		s.log.Info("a task had changed when it was done", "agentId", t.AgentID, "task", t.ID)
		return
	case eliza.CodeDatabase, eliza.CodeUnavailable:
		s.log.Error("the end of a task could not be stored", "agentId", t.AgentID, "task", t.ID, "error", err)
		return // the next tick finds it
	}
	s.fail(ctx, t, err)
}

func (s *Service) execute(t eliza.Task) (Outcome, error) {
	if t.Attempts >= MaxAttempts {
		return Outcome{}, eliza.Errorf(eliza.CodeInternal, "The server stopped %d times while it was done", t.Attempts)
	}
	w, known := s.workers[t.Name]
	if !known {
		return Outcome{}, eliza.Errorf(eliza.CodeNotFound, "There is no worker %q", t.Name)
	}
	now := s.now()
	r := Run{Task: t, Now: now, Late: now-t.DueAt > eliza.Millis(tolerance.Milliseconds()), Option: t.MetaText(MetaChoice)}
	return apart.Do(s.runs, runTime, "the worker "+w.Name, func(ctx context.Context) (Outcome, error) { return w.Execute(ctx, r) })
}

// say adds what the agent says in the task's room.
func (s *Service) say(ctx context.Context, end *store.TaskEnd, text string) error {
	t := &end.Task
	if text == "" {
		return nil
	}
	if len(text) > eliza.MaxContentBytes {
		return eliza.Errorf(eliza.CodeInvalidRequest, "The worker says more than %d bytes", eliza.MaxContentBytes)
	}
	agent, err := s.store.Agent(ctx, t.AgentID)
	if err != nil {
		return err
	}
	room, err := s.store.Room(ctx, t.AgentID, t.RoomID)
	if err != nil {
		return err
	}
	if room.ChannelID == eliza.NoID {
		return eliza.Errorf(eliza.CodeNotFound, "The task's room has no channel to say something in")
	}
	id, now := eliza.NameID(fmt.Sprintf("task:%s:%d", t.ID, t.DueAt)), eliza.Now()
	end.Message = &eliza.Message{
		ID: id, ChannelID: room.ChannelID, ServerID: room.ServerID, AuthorID: agent.ID, AuthorName: agent.Name, Content: text,
		SourceType: eliza.SourceAgent, CreatedAt: now, UpdatedAt: now,
		Metadata: map[string]any{"agent_id": agent.ID, "agentName": agent.Name, "channelType": room.Type, "isDm": room.Type == eliza.TypeDM, "taskId": t.ID, "taskName": t.Name},
	}
	end.Memories = []eliza.Memory{{
		ID: id, AgentID: agent.ID, Type: eliza.MemoryMessages, EntityID: agent.ID, RoomID: room.ID, WorldID: room.WorldID, MessageID: id,
		Content:  eliza.Content{Text: text, Source: eliza.SourceAgent, ChannelType: room.Type},
		Metadata: map[string]any{"type": "message", "source": eliza.SourceAgent, "senderId": agent.ID, "senderName": agent.Name}, Unique: true, CreatedAt: now,
	}}
	return nil
}

// succeed stores the end of a run that went well: the task is gone, or has its
// next moment.
func (s *Service) succeed(ctx context.Context, end store.TaskEnd) error {
	now, t := s.now(), &end.Task
	t.LastRunAt, t.UpdatedAt, t.Attempts, t.LastError = now, now, 0, ""
	end.Gone = !t.Tagged(eliza.TagRepeat)
	if !end.Gone {
		next := wait
		if t.Tagged(eliza.TagChoice) || !t.Tagged(eliza.TagQueue) {
			next = func(t *eliza.Task, now eliza.Millis) error { t.DueAt = 0; return begin(t, now) }
		}
		if err := next(t, now); err != nil {
			return err
		}
	}
	if err := s.messaging.FinishTask(ctx, end); err != nil {
		return err
	}
	if t.State == eliza.TaskChoosing {
		s.choosers.Store(nil)
	}
	if len(end.Memories) > 0 {
		s.options.Wake()
	}
	return nil
}

// wait lets a task wait for its next moment. Moments that passed meanwhile are
// left out: the run that has ended stood for them.
func wait(t *eliza.Task, now eliza.Millis) error {
	err := follow(t, now)
	t.State, t.RunAt = eliza.TaskWaiting, t.DueAt
	return err
}

// fail lets a run be made again later. After the last attempt a task that
// repeats waits for its next moment, any other for a person.
func (s *Service) fail(ctx context.Context, t eliza.Task, cause error) {
	now, end := s.now(), store.TaskEnd{Task: t, Was: t.DueAt}
	n := &end.Task
	n.LastRunAt, n.UpdatedAt, n.Attempts, n.LastError = now, now, t.Attempts+1, toldError(cause)
	switch {
	case n.Attempts < MaxAttempts && eliza.ErrorCode(cause) != eliza.CodeNotFound:
		n.State, n.RunAt = eliza.TaskWaiting, now+eliza.Millis(s.backoff(n.Attempts).Milliseconds())
	case t.Tagged(eliza.TagRepeat) && !t.Tagged(eliza.TagChoice):
		n.Attempts = 0
		if err := wait(n, now); err != nil {
			n.State, n.RunAt, n.LastError = eliza.TaskFailed, 0, toldError(err)
		}
	default:
		n.State, n.RunAt = eliza.TaskFailed, 0
	}
	s.log.Warn("a task failed", "agentId", t.AgentID, "task", t.ID, "worker", t.Name, "attempt", t.Attempts+1, "error", cause)
	if err := s.messaging.FinishTask(ctx, end); err != nil && eliza.ErrorCode(err) != eliza.CodeConflict {
		s.log.Error("the failure of a task could not be stored", "agentId", t.AgentID, "task", t.ID, "error", err)
	}
}

// backoff is how long after so many failures a run is made again.
func (s *Service) backoff(failures int) time.Duration {
	return s.options.Backoff << (2 * min(failures-1, 8))
}

// toldError is an error as clients may see it.
func toldError(err error) string {
	if coded := (*eliza.Error)(nil); errors.As(err, &coded) {
		return coded.Message
	}
	return "The worker failed; the log tells why"
}
