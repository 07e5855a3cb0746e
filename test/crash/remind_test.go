package crash

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/test/check"
)

// reminders is how many are due at once.
const reminders = 200

// TestRemindersSurviveKills has the reminders of a channel fall due at the same
// moment, and kills the server while they do: in each window between the steps
// of a reminder's way, and in the middle of the crowd. Each is said exactly
// once.
func TestRemindersSurviveKills(t *testing.T) {
	binary := buildBoth(t).stopping
	onBoth(t, func(t *testing.T, postgres string) { remind(t, binary, postgres) })
}

// errands are the reminders of one agent in one channel.
type errands struct {
	t       *testing.T
	client  client
	place   place
	server  *server
	agent   string
	channel string
}

func remind(t *testing.T, binary, postgres string) {
	e := &errands{t: t, client: newClient(patience), place: place{
		dir: t.TempDir(), postgres: postgres, model: startModel(t).address, characters: []string{writeCharacter(t, "Rem")}, points: listenForPoints(t),
	}}
	e.start(binary, "")
	e.prepare()
	kills := 0
	for _, point := range []string{"task uncommitted", "", "task stored", "", "task claimed"} {
		if kills == 0 {
			check.OK(e.t, e.server.points.arm(point)) // before the first is due
		}
		if point == "" {
			some := e.said()
			check.Until(e.t, "more is said", func() bool { return e.said() >= some+reminders/5 })
		} else if e.server.points.hit(point, patience) == "" {
			t.Fatalf("nothing came to the point %q", point)
		}
		e.server.kill()
		kills++
		next := map[int]string{2: "task stored", 4: "task claimed"}[kills]
		e.start(binary, next)
	}
	if postgres != "" { // a second node takes part in the rest
		other := e.place
		other.dir = t.TempDir()
		s, err := other.start(t.Context(), binary, true, "")
		check.OK(e.t, err)
		defer s.kill()
	}
	defer e.server.kill()
	check.Until(e.t, "no reminder is left", func() bool {
		var list struct{ Tasks []struct{ ID string } }
		check.OK(e.t, e.client.do(t.Context(), http.MethodGet, e.server.address+"/api/agents/"+e.agent+"/tasks", nil, nil, data(&list)))
		return len(list.Tasks) == 0
	})
	times := map[string]int{}
	for _, text := range e.texts() {
		text, _, _ = strings.Cut(text, " (this comes late")
		times[text]++
	}
	for n := range reminders {
		if text := fmt.Sprintf("Reminder: errand %d.", n); times[text] != 1 {
			t.Errorf("%q was said %d times", text, times[text])
		}
	}
	if len(times) != reminders {
		t.Errorf("%d reminders were said, of %d", len(times), reminders)
	}
	t.Logf("%d reminders, %d kills: each was said once", reminders, kills)
}

func (e *errands) start(binary, armed string) {
	e.t.Helper()
	s, err := e.place.start(e.t.Context(), binary, true, armed)
	check.OK(e.t, err)
	e.server = s
}

// prepare makes the channel and its reminders, which are due a little later.
func (e *errands) prepare() {
	e.t.Helper()
	ctx := e.t.Context()
	var agents struct{ Agents []struct{ ID string } }
	check.OK(e.t, e.client.do(ctx, http.MethodGet, e.server.address+"/api/agents", nil, nil, data(&agents)))
	e.agent = agents.Agents[0].ID
	var channel struct{ ID string }
	check.OK(e.t, e.client.do(ctx, http.MethodPost, e.server.address+"/api/messaging/channels", nil, map[string]any{
		"name": "errands", "type": "DM", "participantCentralUserIds": []string{"11111111-1111-4111-8111-111111111111", e.agent},
	}, data(&channel)))
	e.channel = channel.ID
	due := time.Now().Add(8 * time.Second).UTC().Format(time.RFC3339)
	for n := range reminders {
		check.OK(e.t, e.client.do(ctx, http.MethodPost, e.server.address+"/api/agents/"+e.agent+"/tasks", nil, map[string]any{
			"name": "reminder", "description": fmt.Sprintf("errand %d.", n), "roomId": e.channel, "dueAt": due,
		}, func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }))
	}
	if said := e.said(); said > 0 {
		e.t.Fatalf("%d reminders came before all were made", said)
	}
}

// texts are what is in the channel.
func (e *errands) texts() (all []string) {
	e.t.Helper()
	messages, err := e.client.messages(e.t.Context(), e.server.address, e.channel)
	check.OK(e.t, err)
	for _, m := range messages {
		all = append(all, m.Content)
	}
	return all
}

func (e *errands) said() int { return len(e.texts()) }
