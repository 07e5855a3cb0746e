// Package sessions holds the built server to what ElizaOS's own client expects
// of sessions and jobs, and kills it to see that they go on.
package sessions

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	agent = "b850bc30-45f8-0041-a00a-83df46d8555d" // the built-in Eliza
	user  = "11111111-1111-4111-8111-111111111111"
)

func TestMain(m *testing.M) { built.Main(m) }

// start runs elizad in a folder, with a model server.
func start(t *testing.T, dir, model string) *built.Server {
	t.Helper()
	return built.StartIn(t, dir, "OPENAI_BASE_URL="+model+"/v1", "MODEL_ATTEMPTS=1", "ELIZA_SHUTDOWN_GRACE=1s")
}

func TestOfficialClient(t *testing.T) {
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	s := start(t, t.TempDir(), stub.URL)
	defer s.Stop()
	built.Node(t, "ELIZAD_URL="+s.Address, "STUB_URL="+stub.URL)
}

// A session and a job whose answers are being made when the server is killed
// go on: each is answered, once.
func TestKilledInTheMiddleOfAnAnswer(t *testing.T) {
	model := stubmodel.New()
	stub := httptest.NewServer(model)
	defer stub.Close()
	dir := t.TempDir()
	s := start(t, dir, stub.URL)
	begun := s.Ask(201, "POST", "/api/messaging/sessions", map[string]any{"agentId": agent, "userId": user, "metadata": map[string]any{"platform": "test"}})
	one := "/api/messaging/sessions/" + begun["sessionId"].(string)
	s.Ask(201, "POST", one+"/messages", map[string]any{"content": "before", "transport": "http"})

	model.Standing(&stubmodel.Reply{HangAfter: 1, Text: "This is never finished, whatever happens."})
	calls := model.Count()
	s.Ask(201, "POST", one+"/messages", map[string]any{"content": "during"})
	job := s.Ask(201, "POST", "/api/messaging/jobs", map[string]any{"userId": user, "content": "the job", "timeoutMs": 300_000})
	check.Until(t, "the model answers both", func() bool { return model.Count() >= calls+2 })
	before := s.Ask(200, "GET", one, nil)
	s.Kill()
	model.Standing(nil)

	s = start(t, dir, stub.URL)
	defer s.Stop()
	after := s.Ask(200, "GET", one, nil)
	for _, same := range []string{"sessionId", "channelId", "createdAt", "lastActivity", "expiresAt", "renewalCount"} {
		if before[same] != after[same] {
			t.Errorf("%s was %v and is %v", same, before[same], after[same])
		}
	}
	check.Until(t, "the session's message is answered", func() bool { return len(said(t, s, one)) == 4 })
	s.Ask(201, "POST", one+"/messages", map[string]any{"content": "after", "transport": "http"})
	want := []string{"You said: after", "after", "You said: during", "during", "You said: before", "before"}
	if got := said(t, s, one); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the session holds %q", got)
	}
	answeredOnce(t, s, job["jobId"].(string), "the job")
}

// Whenever the server is killed while jobs are asked for, each job that was
// accepted is answered, once.
func TestKilledAgainAndAgainWhileJobsAreAsked(t *testing.T) {
	model := stubmodel.New()
	model.Answer = func(stubmodel.Call) stubmodel.Reply { return stubmodel.Reply{FirstDelay: 10 * time.Millisecond} }
	stub := httptest.NewServer(model)
	defer stub.Close()
	dir := t.TempDir()
	accepted := map[string]string{} // prompt by job
	const lives = 8
	for life := range lives {
		s := start(t, dir, stub.URL)
		deadly := time.AfterFunc(time.Duration(20+rand.IntN(120))*time.Millisecond, s.Kill)
		for n := range 100 { // a list holds 1,000 jobs
			prompt := fmt.Sprintf("life %d question %d", life, n)
			status, job, err := s.Try("POST", "/api/messaging/jobs", map[string]any{"userId": user, "content": prompt, "timeoutMs": 300_000})
			if err != nil {
				break
			}
			if status != 201 {
				t.Fatalf("%d %v", status, job)
			}
			accepted[job["jobId"].(string)] = prompt
		}
		deadly.Stop()
		s.Kill()
	}
	s := start(t, dir, stub.URL)
	defer s.Stop()
	for job, prompt := range accepted {
		answeredOnce(t, s, job, prompt)
	}
	all := s.Ask(200, "GET", "/api/messaging/jobs?limit=1000", nil)
	for _, j := range all["jobs"].([]any) { // also those whose answer got lost
		job := j.(map[string]any)
		answeredOnce(t, s, job["jobId"].(string), job["prompt"].(string))
	}
	t.Logf("%d jobs accepted in %d lives, %v stored", len(accepted), lives, all["total"])
}

// said is what a session's messages say, the newest first.
func said(t *testing.T, s *built.Server, session string) (texts []string) {
	t.Helper()
	for _, m := range s.Ask(200, "GET", session+"/messages", nil)["messages"].([]any) {
		texts = append(texts, m.(map[string]any)["content"].(string))
	}
	return texts
}

// answeredOnce waits for the end of a job and holds its channel to one
// question and one answer.
func answeredOnce(t *testing.T, s *built.Server, id, prompt string) {
	t.Helper()
	var job map[string]any
	check.Until(t, "the job has ended", func() bool {
		job = s.Ask(200, "GET", "/api/messaging/jobs/"+id, nil)
		return job["status"] != "processing"
	})
	if job["status"] != "completed" {
		t.Errorf("%s: %v", prompt, job)
		return
	}
	result := job["result"].(map[string]any)["message"].(map[string]any)
	kept := s.Ask(200, "GET", "/api/messaging/channels/"+id+"/messages", nil)["data"].(map[string]any)["messages"].([]any)
	if len(kept) != 2 || result["content"] != "You said: "+prompt || kept[0].(map[string]any)["id"] != result["id"] || kept[1].(map[string]any)["content"] != prompt {
		t.Errorf("%s: %v, and the channel holds %v", prompt, result, kept)
	}
}
