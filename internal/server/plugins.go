package server

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/attachment"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/plugin"
)

var pluginName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// checkPlugins refuses plugins that have no name, or another's.
func checkPlugins(plugins []plugin.Plugin) error {
	known := map[string]bool{}
	for _, p := range plugins {
		if !pluginName.MatchString(p.Name) || known[p.Name] {
			return fmt.Errorf("the plugin %q: a name is unique and of small letters, digits and dashes", p.Name)
		}
		known[p.Name] = true
	}
	return nil
}

// initPlugins calls every plugin's Init.
func (s *Server) initPlugins(ctx context.Context) error {
	for _, p := range s.plugins {
		if p.Init == nil {
			continue
		}
		h := &host{log: s.log.With("plugin", p.Name), memories: memories{s.store, s.agents, s.memory}}
		if err := p.Init(ctx, h); err != nil {
			return fmt.Errorf("start the plugin %s: %w", p.Name, err)
		}
	}
	return nil
}

// host is what a plugin is given.
type host struct {
	log      *slog.Logger
	memories memories
}

func (h *host) Log() *slog.Logger         { return h.log }
func (h *host) Memories() plugin.Memories { return &h.memories }

func (h *host) ReadText(ctx context.Context, _ string, data []byte) (string, error) {
	text, err := attachment.ReadText(ctx, data, readPDF)
	return text, foreign(err)
}

// foreign is an error as plugins know them.
func foreign(err error) error {
	if code := eliza.ErrorCode(err); code != "" && code != eliza.CodeDatabase {
		return plugin.Errorf(string(code), "%s", eliza.ErrorMessage(err))
	}
	return err
}

type memories struct {
	store  *store.Store
	agents *agent.Service
	recall *memory.Service
}

func (m *memories) ID(name string) string { return eliza.NameID(name).String() }

func (m *memories) Keep(ctx context.Context, agent string, list []plugin.Memory) (int, error) {
	id, err := eliza.ParseID(agent)
	if err != nil {
		return 0, foreign(eliza.NotFound("Agent"))
	}
	rows := make([]eliza.Memory, len(list))
	for i, given := range list {
		row := eliza.Memory{
			AgentID: id, EntityID: id, RoomID: id, WorldID: id, Type: eliza.MemoryType(given.Table), Content: eliza.Content{Text: given.Text},
			Metadata: given.Metadata, Unique: true, CreatedAt: eliza.Millis(given.CreatedAt.UnixMilli()),
		}
		if given.CreatedAt.IsZero() {
			row.CreatedAt = eliza.Now()
		}
		if row.ID, err = eliza.ParseID(cmp.Or(given.ID, eliza.NewID().String())); err != nil {
			return 0, foreign(err)
		}
		rows[i] = row
	}
	n, err := m.store.CreateMemories(ctx, rows)
	m.recall.Wake()
	return n, foreign(err)
}

func shown(m *eliza.Memory) plugin.Memory {
	return plugin.Memory{ID: m.ID.String(), Table: string(m.Type), Text: m.Content.Text, Metadata: m.Metadata, CreatedAt: time.UnixMilli(int64(m.CreatedAt))}
}

func (m *memories) Get(ctx context.Context, agent, id string) (plugin.Memory, error) {
	a, err1 := eliza.ParseID(agent)
	of, err2 := eliza.ParseID(id)
	if err1 != nil || err2 != nil {
		return plugin.Memory{}, foreign(eliza.NotFound("Memory"))
	}
	found, err := m.agents.Memory(ctx, a, of)
	return shown(&found), foreign(err)
}

func (m *memories) List(ctx context.Context, of, table string, offset, limit int) ([]plugin.Memory, int, error) {
	id, err := eliza.ParseID(of)
	if err != nil {
		return nil, 0, foreign(eliza.NotFound("Agent"))
	}
	found, total, err := m.agents.Memories(ctx, id, agent.MemoryFilter{Type: eliza.MemoryType(table), Offset: offset, Limit: limit})
	list := make([]plugin.Memory, len(found))
	for i := range found {
		list[i] = shown(&found[i])
	}
	return list, total, foreign(err)
}

func (m *memories) Delete(ctx context.Context, agent string, ids []string) (int, error) {
	id, err := eliza.ParseID(agent)
	if err != nil {
		return 0, foreign(eliza.NotFound("Agent"))
	}
	var parsed []eliza.ID
	for _, given := range ids {
		if one, err := eliza.ParseID(given); err == nil {
			parsed = append(parsed, one)
		}
	}
	n, err := m.store.DeleteMemories(ctx, id, parsed)
	return n, foreign(err)
}

func (m *memories) Search(ctx context.Context, agent, table, text string, limit int) ([]plugin.Found, error) {
	id, err := eliza.ParseID(agent)
	if err == nil {
		_, err = m.agents.Agent(ctx, id)
	}
	if err != nil {
		return nil, foreign(eliza.NotFound("Agent"))
	}
	found, _, err := m.recall.Search(ctx, memory.Query{AgentID: id, Text: text, Limit: limit, Types: []eliza.MemoryType{eliza.MemoryType(table)}, Patient: true})
	list := make([]plugin.Found, len(found))
	for i := range found {
		list[i] = plugin.Found{Memory: shown(&found[i].Memory), Score: found[i].Score}
	}
	return list, foreign(err)
}

// pluginModels are the models that plugins bring.
func pluginModels(plugins []plugin.Plugin) (list []model.Provider) {
	for _, p := range plugins {
		if p.Model != nil {
			list = append(list, model.Provider{Name: p.Model.Name, Offer: func(model.Config) model.Offer {
				return model.Offer{Text: &pluginModel{p.Model}, TextModel: p.Model.Name, Why: "the plugin " + p.Name + " brings it"}
			}})
		}
	}
	return list
}

type pluginModel struct{ *plugin.Model }

// Generate implements model.Text.
func (m *pluginModel) Generate(ctx context.Context, r model.Request, chunk func(string)) (model.Answer, error) {
	request := plugin.ModelRequest{Purpose: string(r.Purpose), System: r.System}
	for _, turn := range r.Speech() {
		request.Turns = append(request.Turns, plugin.ModelTurn{Role: string(turn.Role), Name: turn.Name, Text: turn.Text})
	}
	var written strings.Builder
	text, err := m.Model.Generate(ctx, request, func(piece string) {
		written.WriteString(piece)
		if chunk != nil {
			chunk(piece)
		}
	})
	if rest, more := strings.CutPrefix(text, written.String()); err == nil && more && rest != "" && chunk != nil {
		chunk(rest)
	}
	answer := model.Answer{Text: cmp.Or(text, written.String()), Model: m.Name}
	if err != nil {
		return answer, &model.CallError{Provider: m.Name, Message: err.Error(), Err: err}
	}
	return answer, nil
}
