// Package feed follows channels of the built server over connections that are
// cut again and again, and over servers that are killed.
package feed

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
)

const (
	patience = 60 * time.Second
	eliza    = "b850bc30-45f8-0041-a00a-83df46d8555d" // the built-in agent
	person   = "11111111-1111-4111-8111-111111111111"
	standard = "00000000-0000-0000-0000-000000000000" // the default message server
)

func TestMain(m *testing.M) { built.Main(m) }

// start runs elizad in a folder, with a model server and these variables.
func start(t *testing.T, dir, model string, env ...string) *built.Server {
	t.Helper()
	return built.StartIn(t, dir, append([]string{"OPENAI_BASE_URL=" + model + "/v1", "MODEL_ATTEMPTS=1", "ELIZA_SHUTDOWN_GRACE=1s"}, env...)...)
}

// newChannel makes a channel of the person and the agent.
func newChannel(t *testing.T, s *built.Server) string {
	t.Helper()
	made := s.Ask(201, "POST", "/api/messaging/channels", map[string]any{
		"name": "room", "type": "DM", "message_server_id": standard, "participantCentralUserIds": []string{person, eliza},
	})
	return made["data"].(map[string]any)["id"].(string)
}

func said(text string) map[string]any {
	return map[string]any{"author_id": person, "content": text, "message_server_id": standard}
}

// perLife is how many questions a server is asked at most before it is killed:
// a list holds 1,000 messages.
const perLife = 60

// untilItDies asks questions, and kills the server after 50 ms and a random
// part of spread.
func untilItDies(s *built.Server, channel string, life int, spread time.Duration) {
	deadly := time.AfterFunc(50*time.Millisecond+rand.N(spread), s.Kill)
	for n := range perLife {
		if _, _, err := s.Try("POST", "/api/messaging/channels/"+channel+"/messages", said(fmt.Sprintf("life %d question %d", life, n))); err != nil {
			break
		}
	}
	deadly.Stop()
	s.Kill()
}

// messages are a channel's messages, the oldest first.
func messages(t *testing.T, s *built.Server, channel string) (list []map[string]any) {
	t.Helper()
	all := s.Ask(200, "GET", "/api/messaging/channels/"+channel+"/messages?limit=1000", nil)["data"].(map[string]any)["messages"].([]any)
	for i := range all {
		list = append(list, all[len(all)-1-i].(map[string]any))
	}
	return list
}
