package wire

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/elizad/elizad/internal/model"
)

const bareThought = "secret plan\n</think>\nHello there."

// feed composes an answer of pieces that come at intervals, and returns what
// the listener heard and when, in milliseconds, it heard first.
func feed(t *testing.T, h *Habits, name string, pause time.Duration, pieces ...string) (model.Answer, string, int64) {
	t.Helper()
	var heard strings.Builder
	start, first := time.Now(), int64(-1)
	c := h.Compose(model.Request{}, name, false, func(s string) {
		if heard.Len() == 0 {
			first = time.Since(start).Milliseconds()
		}
		heard.WriteString(s)
	})
	for _, piece := range pieces {
		c.Write(piece)
		<-time.After(pause) // on the clock of the bubble
	}
	answer, err := c.Close(Peer{})
	if err != nil {
		t.Fatal(err)
	}
	if heard.String() != answer.Text {
		t.Errorf("heard %q, wrote %q", heard.String(), answer.Text)
	}
	return answer, heard.String(), first
}

// A model is watched until it is known whether it ends thoughts that it did
// not begin.
func TestModelsAreLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(Habits)
		pieces := strings.SplitAfter(bareThought, " ")
		if _, text, _ := feed(t, h, "m", time.Millisecond, pieces...); text != "Hello there." {
			t.Errorf("a fast server: %q", text)
		}
		if answer, text, first := feed(t, h, "m", time.Second, pieces...); text != "Hello there." || answer.Thought != "secret plan" || first < 1000 {
			t.Errorf("slow, once it is known: %q, %q, %d ms", text, answer.Thought, first)
		}
		for i := range enoughMisses {
			if _, text, first := feed(t, h, "m", time.Second, "Hello", " there."); text != "Hello there." || first < 1000 {
				t.Errorf("answer %d without a thought: %q after %d ms", i, text, first)
			}
		}
		if _, _, first := feed(t, h, "m", time.Second, "Hello", " there."); first > firstPatience.Milliseconds() {
			t.Errorf("it no longer thinks, and is held back for %d ms", first)
		}
	})
}

func TestASlowModelStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(Habits)
		for i := range enoughAnswers {
			if _, _, first := feed(t, h, "m", time.Second, "Hello", " there."); first != firstPatience.Milliseconds() {
				t.Errorf("answer %d: first heard after %d ms", i, first)
			}
		}
		if _, _, first := feed(t, h, "m", time.Second, "Hello", " there."); first != 0 {
			t.Errorf("a known model is held back for %d ms", first)
		}
		// What was handed on cannot be taken back, but the next answer is watched.
		if _, text, _ := feed(t, h, "m", time.Second, "secret ", "plan\n</think>\nHello there."); strings.Contains(text, "think>") {
			t.Errorf("the tag was handed on: %q", text)
		}
		if _, text, _ := feed(t, h, "m", time.Second, "secret ", "plan\n</think>\nHello there."); text != "Hello there." {
			t.Errorf("leaked again: %q", text)
		}
	})
}

func TestModelsThatAreKnownToThink(t *testing.T) {
	for name, want := range map[string]bool{
		"deepseek-r1:14b": true, "DeepSeek-R1-Distill-Qwen-7B": true, "Qwen/QwQ-32B": true, "qwen3:8b": true, "Qwen3-235B-A22B-Thinking-2507": true,
		"magistral-small": true, "Qwen3-4B-Instruct-2507": false, "qwen3-coder:30b": false, "qwen2.5:7b": false, "llama3.1": false, "gpt-4.1-mini": false,
		"grok-4-fast-non-reasoning": false, "qwen3-embedding:4b": false,
	} {
		if thinks(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		h := new(Habits)
		if answer, text, _ := feed(t, h, "qwq", time.Second, "secret ", "plan in ```code ", "\n</think>", "\nHello there."); text != "Hello there." || !strings.HasPrefix(answer.Thought, "secret plan") {
			t.Errorf("%q, %q", text, answer.Thought)
		}
		// One that opens its thought itself streams at once behind it.
		if _, text, first := feed(t, h, "deepseek-r1", time.Second, "<think>secret plan</think>", "Hello", " there."); text != "Hello there." || first > 1000+firstPatience.Milliseconds() {
			t.Errorf("%q after %d ms", text, first)
		}
	})
}

func TestABrokenThoughtIsNoText(t *testing.T) {
	h := new(Habits)
	for _, name := range []string{"qwq", "m"} {
		c := h.Compose(model.Request{}, name, false, func(string) {})
		c.Write("secret plan")
		answer := c.Break()
		if known := name == "qwq"; (answer.Text == "") != known || (answer.Thought == "secret plan") != known {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

func TestReasoningInAFieldEndsTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := int64(-1)
		start := time.Now()
		c := new(Habits).Compose(model.Request{}, "qwq", false, func(string) { first = time.Since(start).Milliseconds() })
		c.Think("secret plan")
		c.Write("\n\nHello there.")
		answer, err := c.Close(Peer{})
		if err != nil || first != 0 || answer.Thought != "secret plan" || strings.TrimSpace(answer.Text) != "Hello there." {
			t.Errorf("%+v, %v, %d ms", answer, err, first)
		}
	})
}

// A listener that panics does so in the goroutine that reads the answer.
func TestAPanicIsTheReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(Habits).Compose(model.Request{}, "m", false, func(string) { panic("listener") })
		c.Write("Hello")
		<-time.After(2 * firstPatience)
		synctest.Wait()
		defer func() {
			if recover() != "listener" {
				t.Error("the panic was lost")
			}
		}()
		c.Write(" there.")
	})
}
