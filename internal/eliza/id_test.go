package eliza

import "testing"

func TestNameIDMatchesElizaOS(t *testing.T) {
	for name, want := range map[string]string{
		"Eliza":                                "b850bc30-45f8-0041-a00a-83df46d8555d",
		"héllo wörld!'()*":                     "c273e97f-0bbf-0dad-97b6-27b8aa1143ea",
		"NewOne":                               "3cf9b998-b6e8-0314-8f1c-804772704f5c",
		"B850BC30-45F8-0041-A00A-83DF46D8555D": "b850bc30-45f8-0041-a00a-83df46d8555d",
	} {
		if got := NameID(name).String(); got != want {
			t.Errorf("NameID(%q) = %s, want %s", name, got, want)
		}
	}
}

func TestPerAgent(t *testing.T) {
	agent := NameID("Eliza")
	if got, want := PerAgent(DefaultServerID, agent).String(), "740de269-82a9-0d4f-9889-c87fb8884f7f"; got != want {
		t.Errorf("PerAgent(zero, Eliza) = %s, want %s", got, want)
	}
	if PerAgent(agent, agent) != agent {
		t.Error("an agent's view of itself is itself")
	}
}

func TestParseIDRefusesOtherForms(t *testing.T) {
	for _, s := range []string{"", "x", "b850bc3045f80041a00a83df46d8555d", "{b850bc30-45f8-0041-a00a-83df46d8555d}", "urn:uuid:b850bc30-45f8-0041-a00a-83df46d8555d", "zzzzbc30-45f8-0041-a00a-83df46d8555d"} {
		if _, err := ParseID(s); ErrorCode(err) != CodeInvalidID {
			t.Errorf("ParseID(%q) gives code %q, want INVALID_ID", s, ErrorCode(err))
		}
	}
}
