package offline

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// dialogue is one case of a file in testdata. A file reads like this; only the
// title, a line that somebody says and what is expected are needed:
//
//	## title
//	tools none                       (nothing is offered; else every action is)
//	purpose should_respond
//	zone Asia/Tokyo                  (of who speaks; else UTC)
//	knows fact Ann 2026-11-23 14:05 0.61 my dog is called Rex
//	knows messages Bob 2026-11-23 14:06 - hello         (- for no vector yet)
//	Ann: an earlier message          (\n is a line break)
//	Eliza: an earlier answer
//	tool: what an action said of itself
//	Ann: the message to be answered
//	-> the answer                    (one such line for each of its lines)
//	=> REMEMBER {"text":"x"}         (an action that is asked for)
type dialogue struct {
	title string
	req   model.Request
	text  []string
	calls []string
}

var testTime = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

var actionNames = []string{"IGNORE", "FOLLOW_ROOM", "UNFOLLOW_ROOM", "MUTE_ROOM", "UNMUTE_ROOM", "REMEMBER", "FORGET", "CREATE_REMINDER", "LIST_REMINDERS", "CANCEL_REMINDER", "SET_TIMEZONE"}

// character is the one in all dialogues.
func character(t testing.TB) *eliza.Character {
	t.Helper()
	b, err := os.ReadFile("testdata/eliza.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := eliza.ParseCharacter(b)
	if err != nil {
		t.Fatal(err)
	}
	return &c
}

func newDialogue(t testing.TB, title string) dialogue {
	d := dialogue{title: title, req: model.Request{Purpose: model.ForReply}}
	for _, name := range actionNames {
		d.req.Tools = append(d.req.Tools, model.Tool{Name: name})
	}
	d.req.Scene = model.Scene{Character: character(t), AgentID: eliza.NameID("Eliza"), Now: eliza.Millis(testTime.UnixMilli()), Zone: time.UTC, Private: true}
	return d
}

func readDialogues(t testing.TB, file string) []dialogue {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []dialogue
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		if title, ok := strings.CutPrefix(line, "## "); ok {
			all = append(all, newDialogue(t, title))
			continue
		}
		if len(all) == 0 || !all[len(all)-1].read(line) {
			t.Fatalf("%s:%d: cannot be read: %s", file, n, line)
		}
	}
	if lines.Err() != nil || len(all) == 0 {
		t.Fatalf("%s: %d dialogues, %v", file, len(all), lines.Err())
	}
	return all
}

func (d *dialogue) read(line string) bool {
	first, rest, _ := strings.Cut(line, " ")
	switch first {
	case "tools":
		d.req.Tools = nil
	case "zone":
		zone, err := time.LoadLocation(rest)
		if err != nil {
			return false
		}
		d.req.Scene.Zone = zone
	case "purpose":
		d.req.Purpose = model.Purpose(rest)
	case "->":
		d.text = append(d.text, rest)
	case "=>":
		d.calls = append(d.calls, rest)
	case "knows":
		return d.knows(strings.SplitN(rest, " ", 6))
	default:
		name, ok := strings.CutSuffix(first, ":")
		if !ok {
			return false
		}
		turn := model.Turn{Role: model.RoleUser, Name: name, Text: strings.ReplaceAll(rest, `\n`, "\n")}
		switch name {
		case "Eliza":
			turn.Role = model.RoleAssistant
		case "tool":
			turn.Role, turn.ToolCallID = model.RoleTool, "1"
		}
		d.req.Turns = append(d.req.Turns, turn)
		d.req.Scene.Speaker, d.req.Scene.SpeakerID = name, eliza.NameID(name)
	}
	return true
}

func (d *dialogue) knows(fields []string) bool {
	if len(fields) != 6 {
		return false
	}
	at, err := time.Parse("2006-01-02 15:04", fields[2]+" "+fields[3])
	if err != nil {
		return false
	}
	kind := eliza.MemoryType(fields[0])
	if kind == "fact" {
		kind = eliza.MemoryFacts
	}
	cosine, _ := strconv.ParseFloat(fields[4], 64)
	d.req.Scene.Recalled = append(d.req.Scene.Recalled, model.Recollection{
		MemoryID: eliza.NewID(), Type: kind, Text: strings.ReplaceAll(fields[5], `\n`, "\n"), Author: fields[1], AuthorID: eliza.NameID(fields[1]),
		At: eliza.Millis(at.UnixMilli()), Cosine: cosine,
	})
	return true
}

func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("dialogues: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			for _, d := range readDialogues(t, file) {
				answer, err := New().Generate(t.Context(), d.req, nil)
				if err != nil {
					t.Errorf("%s: %v", d.title, err)
					continue
				}
				var calls []string
				for _, call := range answer.ToolCalls {
					calls = append(calls, fmt.Sprintf("%s %s", call.Name, call.Arguments))
				}
				if diff := cmp.Diff(strings.Join(d.text, "\n"), answer.Text); diff != "" {
					t.Errorf("%s: text:\n%s", d.title, diff)
				}
				if diff := cmp.Diff(d.calls, calls); diff != "" {
					t.Errorf("%s: actions:\n%s", d.title, diff)
				}
			}
		})
	}
}
