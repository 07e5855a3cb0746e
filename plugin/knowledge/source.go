package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/elizad/elizad/plugin"
)

// Where documents come from besides uploads; their metadata say so.
const (
	FromCharacter = "character"
	FromFolder    = "folder"
)

// Source is what the operator gives an agent to read. What is new or has
// changed is read, what is gone is forgotten.
type Source struct {
	AgentID string
	Kind    string // FromCharacter or FromFolder
	Folder  string // nothing outside of it is read, by whatever path or link
	Entries []Entry
	Except  []string // files of the folder that are not read, such as the character's own
}

// Entry is a file of the folder, or a directory with all that is in it.
type Entry struct {
	Path      string
	Directory bool
	Shared    bool // kept in the document's metadata
}

// listed is how many documents are looked at together: each comes with its text.
const listed = 20

func (k *knowledge) start(context.Context) error {
	if k.sources != nil {
		k.host.Go("read documents", k.readSources)
	}
	return nil
}

func (k *knowledge) readSources(ctx context.Context) error {
	all, err := k.sources(ctx)
	if err != nil {
		return fmt.Errorf("find the documents to read: %w", err)
	}
	told := map[string]bool{}
	for i := range all {
		r := &reading{k, &all[i], nil, func(file string, err error) {
			if key := all[i].Folder + "\n" + file; ctx.Err() == nil && !told[key] {
				told[key] = true
				k.host.Log().Warn("a document was passed over", "file", file, "why", reason(err))
			}
		}}
		if failed := r.read(ctx); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// reading is one source being read.
type reading struct {
	*knowledge
	of   *Source
	root *os.Root
	pass func(file string, err error) // tells once that a file is passed over
}

// read makes the documents what the files are. A file that cannot be read is
// passed over, and what is known of it stays.
func (r *reading) read(ctx context.Context) (err error) {
	if r.root, err = os.OpenRoot(r.of.Folder); err != nil {
		r.pass("the folder of the "+r.of.Kind, err)
		return nil
	}
	defer r.root.Close()
	known, err := r.known(ctx)
	if err != nil {
		return err
	}
	files, whole := r.find()
	for _, f := range files {
		gone, err := r.take(ctx, f, known[f.name])
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.pass(f.name, err)
		}
		if !gone {
			delete(known, f.name)
		}
	}
	if !whole { // what was not found may be there
		return nil
	}
	for _, old := range known {
		if err := r.drop(ctx, old, ""); err != nil {
			return err
		}
	}
	return nil
}

// known are the documents that the agent has from this source, by their names.
func (r *reading) known(ctx context.Context) (map[string][]plugin.Memory, error) {
	all := map[string][]plugin.Memory{}
	for offset := 0; ; offset += listed {
		found, _, err := r.host.Memories().List(ctx, r.of.AgentID, documents, offset, listed)
		if err != nil {
			return nil, fmt.Errorf("list the documents of an agent: %w", err)
		}
		for _, m := range found {
			name, _ := m.Metadata["filename"].(string)
			if m.Metadata["source"] == r.of.Kind {
				m.Text = ""
				all[name] = append(all[name], m)
			}
		}
		if len(found) < listed {
			return all, nil
		}
	}
}

// take has the agent know a file as it is now, and no longer as it was; it
// reports whether the file is gone.
func (r *reading) take(ctx context.Context, f file, old []plugin.Memory) (gone bool, err error) {
	info, err := r.root.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, err
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, errors.New("it is no file")
	case info.Size() > maxDocument:
		return false, fmt.Errorf("it is larger than %d MB", maxDocument>>20)
	case len(f.name) > maxName:
		return false, fmt.Errorf("its name is longer than %d bytes", maxName)
	}
	if len(old) == 1 && number(old[0].Metadata["fileSize"]) == int(info.Size()) && old[0].Metadata["modified"] == moment(info) {
		return false, nil
	}
	g := given{name: f.name}
	if g.data, err = r.bytes(f.path); err != nil {
		return false, err
	}
	now := fileID(r.host.Memories(), r.of.AgentID, r.of.Kind, &g)
	for i := range old {
		if old[i].ID == now { // touched, not changed
			return false, r.drop(ctx, old, now)
		}
	}
	_, err = r.keep(ctx, r.of.AgentID, g, map[string]any{"source": r.of.Kind, "shared": f.shared, "modified": moment(info), "hash": hash(g.data)})
	if err != nil {
		return false, err
	}
	return false, r.drop(ctx, old, now)
}

// drop forgets documents, all but one.
func (r *reading) drop(ctx context.Context, old []plugin.Memory, but string) error {
	for i := range old {
		if old[i].ID == but {
			continue
		}
		if err := r.forget(ctx, r.of.AgentID, &old[i]); err != nil {
			return fmt.Errorf("forget a document: %w", err)
		}
	}
	return nil
}

func (r *reading) bytes(path string) ([]byte, error) {
	f, err := r.root.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err == nil && len(data) > maxDocument {
		err = fmt.Errorf("it is larger than %d MB", maxDocument>>20)
	}
	return data, err
}

// fileID is the id of the document that a file is; with other bytes it is
// another.
func fileID(memories plugin.Memories, agent, source string, g *given) string {
	return memories.ID(source + ":" + agent + ":" + g.name + ":" + hash(g.data))
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func moment(info fs.FileInfo) string { return info.ModTime().UTC().Format(time.RFC3339Nano) }

// reason is an error without the path of the file.
func reason(err error) string {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err.Error()
	}
	return err.Error()
}
