// Package harbour is an example of a plugin: it knows the tides of a harbour.
// It has one of everything that a plugin may add.
package harbour

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"

	"github.com/elizad/elizad/plugin"
)

// ships are the words that the log is kept of.
var ships = []string{"Thistle", "Heron"}

// harbour counts which ships are talked about.
type harbour struct {
	mu       sync.Mutex
	mentions map[string]int
}

// Plugin returns the plugin.
func Plugin() plugin.Plugin {
	h := &harbour{mentions: map[string]int{}}
	return plugin.Plugin{
		Name: "harbour", Description: "Knows the tides of a harbour",
		Actions: []plugin.Action{{
			Name: "LOOK_UP_TIDE", Similes: []string{"TIDE"}, Description: "Look up when the next high tide is, when somebody asks for the tide",
			Parameters: json.RawMessage(`{"type":"object","properties":{"day":{"type":"string","description":"YYYY-MM-DD"}},"required":["day"]}`),
			Run:        lookUp,
		}},
		Providers: []plugin.Provider{{
			Name: "BERTHS", Description: "Which ship lies where",
			Get: func(context.Context, *plugin.Turn) (string, error) {
				return "The Thistle lies in berth 4, the Heron in berth 7.", nil
			},
		}},
		Evaluators: []plugin.Evaluator{{Name: "SHIPS_LOG", Description: "Counts which ships are talked about", Run: h.note}},
		Routes: []plugin.Route{
			{Method: "GET", Path: "/tides/{day}", Description: "The high tides of a day", Handle: tides},
			{Method: "GET", Path: "/log", Name: "Ship's log", Public: true, Description: "Which ships were talked about", Handle: h.log},
		},
		Model: &plugin.Model{Name: "parrot", Generate: func(_ context.Context, r plugin.ModelRequest, _ func(string)) (string, error) {
			return "Parrot says: " + r.Turns[len(r.Turns)-1].Text, nil
		}},
	}
}

// highTide is the first high tide of a day, an hour later each day.
func highTide(day string) (string, error) {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", plugin.Errorf("INVALID_REQUEST", "day: allowed is a day such as 2026-11-23")
	}
	return fmt.Sprintf("%02d:%02d", d.YearDay()%12, d.YearDay()*7%60), nil
}

func lookUp(_ context.Context, _ *plugin.Turn, arguments json.RawMessage) (string, error) {
	var a struct {
		Day string `json:"day"`
	}
	if err := json.Unmarshal(arguments, &a); err != nil {
		return "", plugin.Errorf("INVALID_REQUEST", "the arguments are not an object with a day")
	}
	at, err := highTide(a.Day)
	if err != nil {
		return "", err
	}
	return "High tide on " + a.Day + " is at " + at + ".", nil
}

func tides(_ context.Context, r *plugin.Request) (*plugin.Answer, error) {
	at, err := highTide(r.Path("day"))
	if err != nil {
		return nil, err
	}
	return plugin.JSON(map[string]any{"day": r.Path("day"), "high": []string{at}}), nil
}

func (h *harbour) note(_ context.Context, t *plugin.Turn) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, ship := range ships {
		if strings.Contains(t.Message.Text+t.Reply, ship) {
			h.mentions[ship]++
		}
	}
	return nil
}

var logPage = template.Must(template.New("log").Parse(`<!doctype html><title>Ship's log</title><h1>Ship's log</h1>{{range $ship, $n := .}}<p>{{$ship}}: {{$n}}</p>{{else}}<p>Nobody spoke of a ship.</p>{{end}}`))

func (h *harbour) log(context.Context, *plugin.Request) (*plugin.Answer, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var page strings.Builder
	if err := logPage.Execute(&page, h.mentions); err != nil {
		return nil, err
	}
	return plugin.Page(page.String()), nil
}
