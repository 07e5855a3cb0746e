package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

const jobs = "/api/messaging/jobs"

// ended waits until a job has ended.
func (r *rig) ended(id string) map[string]any {
	r.t.Helper()
	var got map[string]any
	check.Until(r.t, "the job ends", func() bool {
		got = r.send("GET", jobs+"/"+id, nil).has(200)
		return got["status"] != "processing"
	})
	return got
}

func (r *rig) job(content string, more ...any) string {
	r.t.Helper()
	body := map[string]any{"userId": person, "content": content}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return text(r.send("POST", jobs, body).has(201), "jobId")
}

func TestJobIsDescribedAsDocumented(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	begun := r.send("POST", jobs, map[string]any{"userId": person, "agentId": agent, "content": "what?", "timeoutMs": 3000, "metadata": map[string]any{"k": 1}}).has(201)
	want := map[string]any{"jobId": begun["jobId"], "status": "processing", "createdAt": begun["createdAt"], "expiresAt": begun["createdAt"].(float64) + 3000}
	if diff := cmp.Diff(want, begun); diff != "" {
		t.Error(diff)
	}
	got := r.ended(text(begun, "jobId"))
	result, _ := got["result"].(map[string]any)
	answer, _ := result["message"].(map[string]any)
	want["status"], want["agentId"], want["userId"], want["prompt"], want["metadata"] = "completed", agent, person, "what?", map[string]any{"k": 1.0}
	want["result"] = map[string]any{
		"processingTimeMs": result["processingTimeMs"],
		"message": map[string]any{
			"id": answer["id"], "content": "You said: what?", "authorId": agent, "createdAt": answer["createdAt"], "metadata": answer["metadata"],
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if at(answer, "metadata", "actions") == nil || result["processingTimeMs"].(float64) < 0 {
		t.Errorf("%v", result)
	}
	if said := r.messages(text(begun, "jobId"), ""); len(said) != 2 || said[0]["id"] != answer["id"] {
		t.Errorf("the channel holds %v", said)
	}
}

func TestJobsAreListedAndMeasured(t *testing.T) {
	r := newRig(t)
	empty := r.send("GET", jobs+"/health", nil).has(200)
	zero := map[string]any{"averageProcessingTimeMs": 0.0, "successRate": 0.0, "failureRate": 0.0, "timeoutRate": 0.0}
	if diff := cmp.Diff(zero, empty["metrics"]); diff != "" || empty["healthy"] != true || empty["maxJobs"] != 10000.0 || empty["totalJobs"] != 0.0 || empty["timestamp"] == nil {
		t.Errorf("%v %s", empty, diff)
	}
	r.agent("Eliza")
	good := r.job("good")
	r.ended(good)
	r.stub.Script(stubmodel.Reply{Status: 400, Message: "no"})
	bad := r.job("bad")
	failed := r.ended(bad)
	if failed["status"] != "failed" || failed["reason"] != "model_error" || text(failed, "error") == "" || failed["result"] != nil {
		t.Errorf("%v", failed)
	}
	r.stub.Script(stubmodel.Reply{Hang: true, Times: 2})
	late := r.job("late", "timeoutMs", 1000)
	r.later(time.Second)
	if got := r.send("GET", jobs+"/"+late, nil).has(200); got["status"] != "timeout" || got["error"] != "Job timed out waiting for agent response" {
		t.Errorf("%v", got)
	}
	running := r.job("running", "timeoutMs", 300000)
	for query, want := range map[string][]string{
		"": {running, late, bad, good}, "?limit=1": {running}, "?limit=0": {}, "?limit=-1": {}, "?limit=99999": {running, late, bad, good},
		"?status=completed": {good}, "?status=failed": {bad}, "?status=timeout": {late}, "?status=processing&limit=5": {running}, "?status=pending": {},
		"?status=bogus": {running, late, bad, good},
	} {
		all := r.send("GET", jobs+query, nil).has(200)
		got := []string{}
		for _, j := range list(all, "jobs") {
			got = append(got, text(j, "jobId"))
		}
		if diff := cmp.Diff(want, got); diff != "" || all["total"] != 4.0 || all["filtered"] != float64(len(want)) {
			t.Errorf("%s: %v of %v %s", query, all["filtered"], all["total"], diff)
		}
	}
	health := r.send("GET", jobs+"/health", nil).has(200)
	counts := map[string]any{"pending": 0.0, "processing": 1.0, "completed": 1.0, "failed": 1.0, "timeout": 1.0}
	if diff := cmp.Diff(counts, health["statusCounts"]); diff != "" || health["totalJobs"] != 4.0 || at(health, "metrics", "successRate") != 0.33 {
		t.Errorf("%v %s", health, diff)
	}
}

func TestJobsThatAreRefused(t *testing.T) {
	r := newRig(t)
	r.send("POST", jobs, map[string]any{"userId": person, "content": "x"}).fails(404, "AGENT_NOT_FOUND")
	agent := r.agent("Eliza")
	stopped := text(r.send("POST", "/api/agents", map[string]any{"name": "Stopped", "bio": "x"}).data(201), "id")
	for name, c := range map[string]struct {
		field  string
		value  any
		status int
		code   string
	}{
		"no user":          {"userId", nil, 400, "INVALID_REQUEST"},
		"a bad user":       {"userId", "x", 400, "INVALID_REQUEST"},
		"a bad agent":      {"agentId", "x", 400, "INVALID_REQUEST"},
		"an unknown agent": {"agentId", nobody, 404, "AGENT_NOT_FOUND"},
		"a stopped agent":  {"agentId", stopped, 404, "AGENT_NOT_FOUND"},
		"for itself":       {"userId", agent, 400, "INVALID_REQUEST"},
		"no content":       {"content", nil, 400, "INVALID_REQUEST"},
		"empty content":    {"content", "", 400, "INVALID_REQUEST"},
		"blank content":    {"content", " \n", 400, "INVALID_REQUEST"},
		"long content":     {"content", strings.Repeat("x", 50001), 400, "INVALID_REQUEST"},
		"too short":        {"timeoutMs", 999, 400, "INVALID_REQUEST"},
		"too long":         {"timeoutMs", 300001, 400, "INVALID_REQUEST"},
		"a negative time":  {"timeoutMs", -1, 400, "INVALID_REQUEST"},
		"a time of text":   {"timeoutMs", "x", 400, "INVALID_REQUEST"},
		"metadata of text": {"metadata", "x", 400, "INVALID_REQUEST"},
		"much metadata":    {"metadata", map[string]any{"x": strings.Repeat("x", 10000)}, 400, "INVALID_REQUEST"},
	} {
		got := r.send("POST", jobs, map[string]any{"userId": person, "agentId": agent, "content": "x", c.field: c.value})
		if code, _ := got.envelope(); got.status != c.status || code != c.code {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	for _, id := range []string{nobody, "nosuch", "%00"} {
		if words := r.send("GET", jobs+"/"+id, nil).fails(404, "NOT_FOUND"); words != "Job not found" {
			t.Error(words)
		}
	}
	if all := r.send("GET", jobs, nil).has(200); all["total"] != 0.0 {
		t.Errorf("%v", all)
	}
}
