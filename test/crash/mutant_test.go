package crash

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mutant is a bug that is built into the server, for the harness to find.
type mutant struct {
	file   string
	edits  [][2]string // what stands in the file, and what takes its place
	window string      // in which a kill shows it
	shows  kind
}

const firstMutant = "reply and delivery in two transactions"

var mutants = map[string]mutant{
	firstMutant: {
		file: "internal/store/turn.go",
		edits: [][2]string{
			{"	err = s.write(ctx, \"finish turn\", func(", `	if turn.Reply != nil {
		first := func(ctx context.Context, t *tx) error { return s.end(ctx, t, turn.Delivery, turn.Reply.ID) }
		if err := s.write(ctx, "end delivery", first); err != nil {
			return Finished{}, err
		}
	}
	err = s.write(ctx, "finish turn", func(`},
			{"s.end(ctx, t, turn.Delivery, reply); err != nil", "s.end(ctx, t, turn.Delivery, reply); err != nil && turn.Reply == nil"},
		},
		window: "reply's row not yet committed", shows: unanswered,
	},
	"message and delivery in two transactions": {
		file: "internal/store/accept.go",
		edits: [][2]string{
			{"s.post(ctx, t, row, &out.Message, decide)", "s.post(ctx, t, row, &out.Message, nil)"},
			{"		decide := orDefault(in.Decide)\n		if in.Quiet {\n			decide = nil\n		}\n", ""},
			{"		if in.Committed != nil {\n			t.after", "		if false {\n			t.after"},
			{"		failpoint.Hit(\"message uncommitted\", row.ID)\n", ""},
			{"	if errors.Is(err, errSeen) {\n		return s.accepted", `	if err == nil {
		err = s.write(ctx, "deliver message", func(ctx context.Context, t *tx) (err error) {
			t.after = func() { in.Committed(out) }
			failpoint.Hit("message uncommitted", row.ID)
			out.Deliveries, err = s.deliver(ctx, t, &out.Message, orDefault(in.Decide))
			return err
		})
	}
	if errors.Is(err, errSeen) {
		return s.accepted`},
		},
		window: "message not yet committed", shows: unanswered,
	},
	"acknowledged before it is stored": {
		file: "internal/store/accept.go",
		edits: [][2]string{
			{"	err = s.write(ctx, \"accept message\", func(", `	defer func() { out = Accepted{Message: row.Message} }()
	err = s.later(ctx, "accept message", func(`},
			{"(Accepted, error) {\n	row, err", "(out Accepted, err error) {\n	row, err"},
			{"	var out Accepted\n", ""},
			{"// createFor makes", `func (s *Store) later(ctx context.Context, what string, fn func(context.Context, *tx) error) error {
	go s.write(context.WithoutCancel(ctx), what, fn)
	return nil
}

// createFor makes`},
		},
		window: "message not yet committed", shows: missing,
	},
	"a message sent again is another one": {
		file:   "internal/messaging/post.go",
		edits:  [][2]string{{"case p.IdempotencyKey != \"\":", "case false:"}},
		window: "message stored, sender not told", shows: doubled,
	},
}

// TestHarnessFindsBugs kills servers that have a bug, where the bug shows. A
// short run tries the first bug only.
func TestHarnessFindsBugs(t *testing.T) {
	for name, m := range mutants {
		if kills(t) == 0 && name != firstMutant {
			continue
		}
		t.Run(name, func(t *testing.T) {
			binary := m.build(t)
			tr := newTrial(t, builds{binary, binary}, "", 5*time.Second)
			w := m.in(t)
			err := tr.run(t.Context(), []*window{w, w})
			found := tr.faults[m.shows]
			if len(found) == 0 {
				t.Fatalf("the bug was not found; the trial ended with %v, the faults are %v", err, tr.faults)
			}
			t.Logf("%s: %s", m.shows, found[0])
		})
	}
}

func (m mutant) in(t *testing.T) *window {
	for _, w := range windows {
		if w.name == m.window {
			return w
		}
	}
	t.Fatalf("there is no window %q", m.window)
	return nil
}

// build compiles the server with the bug. The source stays as it is.
func (m mutant) build(t *testing.T) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(root, m.file))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	for _, e := range m.edits {
		if !strings.Contains(text, e[0]) {
			t.Fatalf("%s does not contain %q any more: give this bug another form", m.file, e[0])
		}
		text = strings.ReplaceAll(text, e[0], e[1])
	}
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{changed: []byte(text), overlay: replace} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return build(t, filepath.Join(dir, "elizad"), "-tags", "failpoint", "-overlay", overlay)
}
