// Package knowledge is the plugin by which agents know documents. One that is
// uploaded, or that the operator names, is read, cut into chunks and kept in
// the agent's tables documents and knowledge; the agent recalls the chunks that
// fit a message and names the document and the place in it. The same document
// is kept once.
//
// Its routes are those of ElizaOS's knowledge plugin (CONCEPTS, "Knowledge"):
// upload, documents, search; its panel shows the same to a person.
package knowledge

import (
	"cmp"
	"context"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/elizad/elizad/plugin"
)

const (
	documents = "documents"
	chunks    = "knowledge"

	maxDocument = 20 << 20 // bytes
	maxChunks   = 5000     // of one document
	maxName     = 255      // bytes
)

type knowledge struct {
	host    plugin.Host
	sources func(context.Context) ([]Source, error)
}

// Plugin returns the plugin. What sources names is read beside everything else
// when the server has started; nil: nothing is.
func Plugin(sources func(context.Context) ([]Source, error)) plugin.Plugin {
	k := &knowledge{sources: sources}
	return plugin.Plugin{
		Name: "knowledge", Description: "Documents that agents know",
		Init: func(_ context.Context, host plugin.Host) error {
			k.host = host
			return nil
		},
		Services: []plugin.Service{{Name: "documents", Start: k.start}},
		Routes: []plugin.Route{
			{Method: "POST", Path: "/upload", Description: "Give the agent a document: a form with the field file, or JSON with filename and text", MaxBody: maxDocument + 1<<20, Handle: k.upload},
			{Method: "GET", Path: "/documents", Description: "List the documents, the newest first: page, limit", Handle: k.list},
			{Method: "GET", Path: "/documents/{documentId}", Description: "A document with its chunks", Handle: k.get},
			{Method: "DELETE", Path: "/documents/{documentId}", Description: "Have the agent forget a document", Handle: k.remove},
			{Method: "GET", Path: "/search", Description: "The chunks that fit a text best: q, limit", Handle: k.search},
			{Method: "GET", Path: "/display", Name: "Knowledge", Public: true, Description: "Documents, chunks and search as a page", Handle: k.panel},
		},
	}
}

// document is a document as routes show it.
type document struct {
	ID         string    `json:"id"`
	Filename   string    `json:"filename"`
	Size       int       `json:"size"` // bytes of the file
	CreatedAt  time.Time `json:"createdAt"`
	ChunkCount int       `json:"chunkCount"`
	Source     string    `json:"source"` // upload, character or folder
	Tags       []any     `json:"tags,omitempty"`
}

func view(m *plugin.Memory) document {
	name, _ := m.Metadata["filename"].(string)
	source, _ := m.Metadata["source"].(string)
	tags, _ := m.Metadata["tags"].([]any)
	return document{m.ID, name, number(m.Metadata["fileSize"]), m.CreatedAt.UTC(), number(m.Metadata["chunkCount"]), source, tags}
}

func number(v any) int {
	switch n := v.(type) {
	case float64:
		return int(n)
	case int:
		return n
	}
	return 0
}

// piece is a chunk as routes show it.
type piece struct {
	ID       string         `json:"id"`
	Content  string         `json:"content"`
	Score    float64        `json:"score"`
	Metadata map[string]any `json:"metadata"`
}

func (k *knowledge) upload(ctx context.Context, r *plugin.Request) (*plugin.Answer, error) {
	given, err := readUpload(r)
	if err != nil {
		return nil, err
	}
	kept, err := k.keep(ctx, r.AgentID, given, nil)
	if err != nil {
		return nil, err
	}
	message := "The agent knows the document now"
	if kept.known {
		message = "The agent knew the document already"
	}
	return plugin.JSON(map[string]any{"id": kept.id, "filename": given.name, "status": "ready", "chunkCount": kept.chunks, "duplicate": kept.known, "message": message}), nil
}

func (k *knowledge) list(ctx context.Context, r *plugin.Request) (*plugin.Answer, error) {
	page, err := whole(r, "page", 1, 1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	limit, err := whole(r, "limit", 20, 1, 100)
	if err != nil {
		return nil, err
	}
	found, total, err := k.host.Memories().List(ctx, r.AgentID, documents, (page-1)*limit, limit)
	if err != nil {
		return nil, err
	}
	all := make([]document, len(found))
	for i := range found {
		all[i] = view(&found[i])
	}
	return plugin.JSON(map[string]any{"documents": all, "total": total, "page": page, "pages": (total + limit - 1) / limit}), nil
}

// whole reads a number of the query.
func whole(r *plugin.Request, name string, otherwise, least, most int) (int, error) {
	given := r.Query.Get(name)
	if given == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < least || n > most {
		return 0, plugin.Errorf("INVALID_REQUEST", "%s: allowed is a number from %d to %d", name, least, most)
	}
	return n, nil
}

// find returns a document of the agent and its chunks.
func (k *knowledge) find(ctx context.Context, r *plugin.Request, id string) (plugin.Memory, []piece, error) {
	memories := k.host.Memories()
	m, err := memories.Get(ctx, r.AgentID, id)
	if err == nil && m.Table != documents {
		err = plugin.Errorf("NOT_FOUND", "Document not found")
	}
	if err != nil {
		return plugin.Memory{}, nil, err
	}
	var pieces []piece
	for i := range number(m.Metadata["chunkCount"]) {
		c, err := memories.Get(ctx, r.AgentID, chunkID(memories, m.ID, i))
		if err == nil {
			pieces = append(pieces, piece{ID: c.ID, Content: c.Text, Metadata: c.Metadata})
		}
	}
	return m, pieces, nil
}

func (k *knowledge) get(ctx context.Context, r *plugin.Request) (*plugin.Answer, error) {
	m, pieces, err := k.find(ctx, r, r.Path("documentId"))
	if err != nil {
		return nil, err
	}
	return plugin.JSON(map[string]any{"document": view(&m), "chunks": pieces}), nil
}

func (k *knowledge) remove(ctx context.Context, r *plugin.Request) (*plugin.Answer, error) {
	m, _, err := k.find(ctx, r, r.Path("documentId"))
	if err != nil {
		return nil, err
	}
	if err := k.forget(ctx, r.AgentID, &m); err != nil {
		return nil, err
	}
	return plugin.JSON(map[string]any{"success": true, "message": "The agent has forgotten the document"}), nil
}

func (k *knowledge) search(ctx context.Context, r *plugin.Request) (*plugin.Answer, error) {
	limit, err := whole(r, "limit", 10, 1, 50)
	if err != nil {
		return nil, err
	}
	asked := strings.TrimSpace(cmp.Or(r.Query.Get("q"), r.Query.Get("query")))
	if asked == "" || len(asked) > 4000 || !utf8.ValidString(asked) {
		return nil, plugin.Errorf("INVALID_REQUEST", "q: allowed is a text of 1 to 4000 bytes")
	}
	results, err := k.best(ctx, r.AgentID, asked, limit)
	if err != nil {
		return nil, err
	}
	return plugin.JSON(map[string]any{"results": results, "query": asked}), nil
}

func (k *knowledge) best(ctx context.Context, agent, asked string, limit int) ([]piece, error) {
	found, err := k.host.Memories().Search(ctx, agent, chunks, asked, limit)
	if err != nil {
		return nil, err
	}
	results := make([]piece, len(found))
	for i, f := range found {
		results[i] = piece{f.ID, f.Text, math.Round(f.Score*1000) / 1000, f.Metadata}
	}
	return results, nil
}
