package server

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/apart"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/plugin"
)

// initPlugins calls every plugin's Init.
func (s *Server) initPlugins(ctx context.Context) error {
	for _, p := range s.plugins {
		values, err := pluginSettings(&p, s.cfg.EnvFile)
		if err != nil {
			return fmt.Errorf("start the plugin %s: %w", p.Name, err)
		}
		if p.Init == nil {
			continue
		}
		h := &host{s, p.Name, s.log.With("plugin", p.Name), values, memories{s.store, s.agents, s.memory}}
		_, err = apart.Do(ctx, pluginStart, "its Init", func(ctx context.Context) (struct{}, error) { return struct{}{}, p.Init(ctx, h) })
		if err != nil {
			return fmt.Errorf("start the plugin %s: %w", p.Name, err)
		}
	}
	return nil
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
				why := "the plugin " + p.Name + " brings it"
				o := model.Offer{Why: why}
				if p.Model.Generate != nil {
					o.Text, o.TextModel = &pluginModel{p.Model}, p.Model.Name
				}
				if p.Model.Embed != nil {
					o.Embedder, o.EmbedderWhy = &pluginEmbedder{p.Model}, why
				}
				if p.Model.Paint != nil {
					o.Painter, o.PainterModel = &pluginPainter{p.Model}, p.Model.Name
				}
				return o
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
	var mu sync.Mutex // one that is left behind must not go on writing
	var written strings.Builder
	over := false
	text, err := apart.Do(ctx, pluginCall, "the model "+m.Name, func(ctx context.Context) (string, error) {
		return m.Model.Generate(ctx, request, func(piece string) {
			mu.Lock()
			defer mu.Unlock()
			if over {
				return
			}
			written.WriteString(piece)
			if chunk != nil {
				chunk(piece)
			}
		})
	})
	mu.Lock()
	defer mu.Unlock()
	over = true
	if rest, more := strings.CutPrefix(text, written.String()); err == nil && more && rest != "" && chunk != nil {
		chunk(rest)
	}
	answer := model.Answer{Text: cmp.Or(text, written.String()), Model: m.Name}
	if err != nil {
		return answer, &model.CallError{Provider: m.Name, Message: err.Error(), Err: err}
	}
	return answer, nil
}

type pluginEmbedder struct{ of *plugin.Model }

// Model implements model.Embedder.
func (m *pluginEmbedder) Model() string { return m.of.Name }

// Embed implements model.Embedder.
func (m *pluginEmbedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, err := apart.Do(ctx, pluginCall, "the model "+m.of.Name, func(ctx context.Context) ([][]float32, error) { return m.of.Embed(ctx, texts) })
	if err == nil && len(vectors) != len(texts) {
		err = fmt.Errorf("the model %s returns %d vectors for %d texts", m.of.Name, len(vectors), len(texts))
	}
	return vectors, err
}

type pluginPainter struct{ *plugin.Model }

// Paint implements model.Painter.
func (m *pluginPainter) Paint(ctx context.Context, prompt string) (model.Image, error) {
	image, err := apart.Do(ctx, pluginCall, "the model "+m.Name, func(ctx context.Context) (model.Image, error) {
		kind, data, err := m.Model.Paint(ctx, prompt)
		return model.Image{Type: kind, Data: data}, err
	})
	if err != nil {
		return image, &model.CallError{Provider: m.Name, Message: err.Error(), Err: err}
	}
	return image, nil
}
