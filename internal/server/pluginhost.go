package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/apart"
	"github.com/elizad/elizad/internal/attachment"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/plugin"
)

// How long plugins may take.
const (
	pluginStart = time.Minute      // to be initialised, and for a service to start
	pluginStop  = 10 * time.Second // for a service to stop, and for what Go began to end
	pluginHear  = time.Minute      // to hear of an event
	pluginCall  = 2 * time.Minute  // for a model
)

// host is what a plugin is given.
type host struct {
	server   *Server
	name     string
	log      *slog.Logger
	values   map[string]string
	memories memories
}

func (h *host) Log() *slog.Logger         { return h.log }
func (h *host) Memories() plugin.Memories { return &h.memories }
func (h *host) Storage() plugin.Storage   { return storage{h.server.store, h.name} }

func (h *host) ReadText(ctx context.Context, _ string, data []byte) (string, error) {
	text, err := attachment.ReadText(ctx, data, readPDF)
	return text, foreign(err)
}

func (h *host) Setting(ctx context.Context, agent, name string) string {
	value, declared := h.values[name]
	if !declared {
		return ""
	}
	if id, err := eliza.ParseID(agent); err == nil {
		if a, err := h.server.agents.Agent(ctx, id); err == nil {
			return cmp.Or(a.Character.Setting(name), value)
		}
	}
	return value
}

func (h *host) Send(ctx context.Context, agent, channel, text string) (string, error) {
	id, err1 := eliza.ParseID(agent)
	in, err2 := eliza.ParseID(channel)
	if err1 != nil || err2 != nil {
		return "", foreign(eliza.NotFound("Agent or channel"))
	}
	a, err := h.server.agents.Agent(ctx, id)
	if err != nil {
		return "", foreign(err)
	}
	posted, err := h.server.talk.Post(ctx, messaging.Post{
		ChannelID: in, AuthorID: id, AuthorName: a.Name, Content: text, SourceType: eliza.SourceAgent, Hops: 1,
		Metadata: map[string]any{"agent_id": id, "agentName": a.Name, "plugin": h.name},
	})
	return posted.Message.ID.String(), foreign(err)
}

// Go implements plugin.Host.
func (h *host) Go(what string, do func(ctx context.Context) error) {
	s := h.server
	s.beside.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				h.log.Error("a plugin panicked", "what", what, "error", eliza.Recovered(p))
			}
		}()
		if err := do(s.besideCtx); err != nil && s.besideCtx.Err() == nil {
			h.log.Error("a plugin failed", "what", what, "error", err)
		}
	})
}

func (h *host) Schedule(ctx context.Context, t plugin.Task) (plugin.Task, error) {
	row, err := h.server.rowOf(ctx, &t)
	if err == nil {
		row, err = h.server.tasks.Create(ctx, row)
	}
	return taskOf(&row), foreign(err)
}

func (h *host) Cancel(ctx context.Context, agent, task string) error {
	id, err1 := eliza.ParseID(agent)
	of, err2 := eliza.ParseID(task)
	if err1 != nil || err2 != nil {
		return foreign(eliza.NotFound("Task"))
	}
	return foreign(h.server.tasks.Delete(ctx, id, of))
}

// rowOf is a plugin's task as it is stored.
func (s *Server) rowOf(ctx context.Context, t *plugin.Task) (row eliza.Task, err error) {
	if row.AgentID, err = eliza.ParseID(t.AgentID); err != nil {
		return row, eliza.NotFound("Agent")
	}
	row.Name, row.Description, row.Tags, row.Metadata = t.Worker, t.Description, []string{eliza.TagQueue}, map[string]any{}
	if t.EntityID != "" {
		if row.EntityID, err = eliza.ParseID(t.EntityID); err != nil {
			return row, err
		}
	}
	if t.RoomID != "" {
		id, err := eliza.ParseID(t.RoomID)
		if err != nil {
			return row, err
		}
		room, err := s.agents.EnterRoom(ctx, row.AgentID, id)
		if err != nil {
			return row, err
		}
		row.RoomID, row.WorldID = room.ID, room.WorldID
	}
	if !t.At.IsZero() {
		row.DueAt = eliza.Millis(t.At.UnixMilli())
	}
	if len(t.Data) > 0 {
		row.Metadata["data"] = t.Data
	}
	switch {
	case t.Every > 0:
		row.Metadata[task.MetaInterval] = float64(t.Every.Milliseconds())
		row.Tags = append(row.Tags, eliza.TagRepeat)
	case t.Cron != "":
		row.Metadata[task.MetaCron], row.Metadata[task.MetaZone] = t.Cron, t.Zone
		row.Tags = append(row.Tags, eliza.TagRepeat)
	}
	if len(t.Options) > 0 {
		options := make([]any, len(t.Options))
		for i, o := range t.Options {
			options[i] = o
		}
		row.Metadata["options"] = options
		row.Tags = append(row.Tags, eliza.TagChoice)
	}
	return row, nil
}

// taskOf is a stored task as plugins know it.
func taskOf(row *eliza.Task) plugin.Task {
	t := plugin.Task{ID: row.ID.String(), Worker: row.Name, Description: row.Description, AgentID: row.AgentID.String(), Cron: row.MetaText(task.MetaCron), Zone: row.MetaText(task.MetaZone)}
	if row.RoomID != eliza.NoID {
		t.RoomID = row.RoomID.String()
	}
	if row.EntityID != eliza.NoID {
		t.EntityID = row.EntityID.String()
	}
	if row.DueAt > 0 {
		t.At = row.DueAt.Time()
	}
	if ms, is := row.Metadata[task.MetaInterval].(float64); is {
		t.Every = time.Duration(ms) * time.Millisecond
	}
	for _, o := range row.Options() {
		t.Options = append(t.Options, o.Name)
	}
	t.Data, _ = row.Metadata["data"].(map[string]any)
	return t
}

// pluginWorkers are the workers of tasks that plugins bring.
func pluginWorkers(plugins []plugin.Plugin) (all []task.Worker) {
	for _, p := range plugins {
		for _, w := range p.Workers {
			worker := task.Worker{Name: w.Name, Execute: func(ctx context.Context, r task.Run) (task.Outcome, error) {
				say, err := w.Execute(ctx, plugin.TaskRun{Task: taskOf(&r.Task), Due: r.Task.DueAt.Time(), Late: r.Late, Option: r.Option})
				return task.Outcome{Say: say}, err
			}}
			if w.Validate != nil {
				worker.Validate = func(ctx context.Context, row *eliza.Task) error {
					t := taskOf(row)
					return w.Validate(ctx, &t)
				}
			}
			all = append(all, worker)
		}
	}
	return all
}

// storage is the storage of one plugin.
type storage struct {
	store *store.Store
	name  string
}

func (s storage) shelf(agent, collection string, keys ...string) (store.Shelf, error) {
	id, err := eliza.ParseID(agent)
	if err != nil {
		return store.Shelf{}, foreign(eliza.NotFound("Agent"))
	}
	for _, name := range append([]string{collection}, keys...) {
		if name == "" || len(name) > 200 {
			return store.Shelf{}, plugin.Errorf(string(eliza.CodeInvalidRequest), "names of collections and keys are of 1 to 200 bytes")
		}
	}
	return store.Shelf{AgentID: id, Plugin: s.name, Collection: collection}, nil
}

func (s storage) Put(ctx context.Context, agent, collection string, documents ...plugin.Document) error {
	values, keys := make([]store.Kept, len(documents)), make([]string, len(documents))
	for i, d := range documents {
		if !json.Valid(d.Value) || len(d.Value) > plugin.MaxDocument {
			return plugin.Errorf(string(eliza.CodeInvalidRequest), "a document is JSON of at most %d bytes", plugin.MaxDocument)
		}
		values[i], keys[i] = store.Kept{Key: d.Key, Value: d.Value}, d.Key
	}
	shelf, err := s.shelf(agent, collection, keys...)
	if err != nil {
		return err
	}
	return foreign(s.store.KeepValues(ctx, shelf, values, plugin.MaxStorage))
}

func (s storage) Get(ctx context.Context, agent, collection, key string) (json.RawMessage, error) {
	shelf, err := s.shelf(agent, collection, key)
	if err != nil {
		return nil, err
	}
	value, err := s.store.KeptValue(ctx, shelf, key)
	return value, foreign(err)
}

func (s storage) List(ctx context.Context, agent, collection, after string, limit int) ([]plugin.Document, error) {
	shelf, err := s.shelf(agent, collection)
	if err != nil {
		return nil, err
	}
	found, err := s.store.KeptValues(ctx, shelf, after, max(0, min(limit, 1000)))
	list := make([]plugin.Document, len(found))
	for i, k := range found {
		list[i] = plugin.Document{Key: k.Key, Value: k.Value}
	}
	return list, foreign(err)
}

func (s storage) Delete(ctx context.Context, agent, collection string, keys ...string) (int, error) {
	shelf, err := s.shelf(agent, collection)
	if err != nil {
		return 0, err
	}
	n, err := s.store.DropValues(ctx, shelf, keys)
	return n, foreign(err)
}

// startServices starts what plugins run beside the agents.
func (s *Server) startServices(ctx context.Context) error {
	for _, p := range s.plugins {
		for _, service := range p.Services {
			what := fmt.Sprintf("the service %s of the plugin %s", service.Name, p.Name)
			_, err := apart.Do(ctx, pluginStart, what, func(ctx context.Context) (struct{}, error) { return struct{}{}, service.Start(ctx) })
			if err != nil {
				return fmt.Errorf("start %s: %w", what, err)
			}
			if service.Stop != nil {
				s.services = append(s.services, func(ctx context.Context) {
					_, err := apart.Do(ctx, pluginStop, what, func(ctx context.Context) (struct{}, error) { return struct{}{}, service.Stop(ctx) })
					if err != nil {
						s.log.Error("a service of a plugin could not be stopped", "plugin", p.Name, "service", service.Name, "error", err)
					}
				})
			}
		}
	}
	return nil
}

// stopServices stops them, the last first, and then what they began; what does
// not end is left behind.
func (s *Server) stopServices(ctx context.Context) {
	for _, stop := range slices.Backward(s.services) {
		stop(ctx)
	}
	s.services = nil
	s.endBeside()
	ended := make(chan struct{})
	go func() {
		s.beside.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(pluginStop):
		s.log.Warn("something that a plugin began does not end")
	}
}
