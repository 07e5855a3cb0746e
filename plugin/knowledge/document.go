package knowledge

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/elizad/elizad/plugin"
)

// kept is what became of a document.
type kept struct {
	id     string
	chunks int
	known  bool // it was there already
}

// keep reads a document, cuts it and stores it with its chunks, all or nothing.
// What more says goes into its metadata. The id follows from the name, the text
// and where it comes from.
func (k *knowledge) keep(ctx context.Context, agent string, g given, more map[string]any) (kept, error) {
	text, err := k.host.ReadText(ctx, g.name, g.data)
	if err != nil {
		return kept{}, err
	}
	text = legible(g.name, text)
	cut := Chunks(g.name, text)
	switch {
	case len(cut) == 0:
		return kept{}, plugin.Errorf("INVALID_REQUEST", "file: the document has no text")
	case len(cut) > maxChunks:
		return kept{}, plugin.Errorf("FILE_TOO_LARGE", "the document is longer than %d chunks", maxChunks)
	}
	memories := k.host.Memories()
	id := memories.ID("document:" + agent + ":" + g.name + ":" + text)
	if source, of := more["source"].(string); of {
		id = fileID(memories, agent, source, &g)
	}
	now := time.Now().UTC()
	metadata := map[string]any{
		"type": "document", "documentId": id, "filename": g.name, "title": g.name, "fileSize": len(g.data), "chunkCount": len(cut),
		"timestamp": now.UnixMilli(), "source": "upload", "tags": g.tags,
	}
	maps.Copy(metadata, more)
	all := []plugin.Memory{{ID: id, Table: documents, Text: text, CreatedAt: now, Metadata: metadata}}
	for i, c := range cut {
		of := map[string]any{
			"type": "fragment", "documentId": id, "position": i, "filename": g.name, "start": c.Start, "timestamp": now.UnixMilli(),
			"senderName": cited(g.name, c.Place),
		}
		if c.Place != "" {
			of["place"] = c.Place
		}
		all = append(all, plugin.Memory{ID: chunkID(memories, id, i), Table: chunks, Text: c.Text, CreatedAt: now, Metadata: of})
	}
	stored, err := memories.Keep(ctx, agent, all)
	return kept{id, len(cut), stored == 0}, err
}

func chunkID(memories plugin.Memories, document string, position int) string {
	return memories.ID(fmt.Sprintf("fragment:%s:%d", document, position))
}

// forget deletes a document with its chunks.
func (k *knowledge) forget(ctx context.Context, agent string, m *plugin.Memory) error {
	memories := k.host.Memories()
	ids := []string{m.ID}
	for i := range number(m.Metadata["chunkCount"]) {
		ids = append(ids, chunkID(memories, m.ID, i))
	}
	_, err := memories.Delete(ctx, agent, ids)
	return err
}
