package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSocketsHearHowLongTheirSessionLasts(t *testing.T) {
	r := newRig(t)
	id := r.session(r.agent("Eliza"), map[string]any{"timeoutMinutes": 10, "warningThresholdMinutes": 3})
	hears := r.listen(id)
	renewed := r.send("POST", sessions+"/"+id+"/heartbeat", nil).has(200)
	want := map[string]any{"sessionId": id, "expiresAt": renewed["expiresAt"], "renewalCount": 1.0}
	if diff := cmp.Diff(want, hears.hears("sessionRenewed")); diff != "" {
		t.Error(diff)
	}
	r.later(7*time.Minute + time.Second)
	want = map[string]any{"sessionId": id, "expiresAt": renewed["expiresAt"], "minutesRemaining": 3.0}
	if diff := cmp.Diff(want, hears.hears("sessionExpirationWarning")); diff != "" {
		t.Error(diff)
	}
	r.later(3 * time.Minute)
	want = map[string]any{"sessionId": id, "expiredAt": renewed["expiresAt"]}
	if diff := cmp.Diff(want, hears.hears("sessionExpired")); diff != "" {
		t.Error(diff)
	}
	r.send("GET", sessions+"/"+id, nil).fails(410, "SESSION_EXPIRED")
}
