package conversation_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/test/stubmodel"
)

// TestOfflineTalkAboutWhatWasSaidBefore is a whole talk with nothing but what
// the binary and the machine bring: every turn is spoken, heard, answered and
// spoken, and what was said in the first comes back in the second.
func TestOfflineTalkAboutWhatWasSaidBefore(t *testing.T) {
	r := newRig(t, true, speech.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	var answers []string
	for _, said := range []string{"Please remember that my sister lives near the river.", "Where does my sister live?"} {
		var audio []byte
		reply, err := r.Talk(ctx, conversation.Talk{AgentID: r.agent, UserID: user, Recording: r.say(said)}, func(e conversation.Event) error {
			if s, is := e.(conversation.Said); is {
				audio = append(audio, s.Clip.PCM()...)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%q was heard as %q and answered with %q, %s of speech", said, reply.Heard.Transcript.Text, reply.Text, reply.Duration())
		if len(audio) == 0 || reply.Duration() < 500*time.Millisecond || reply.Heard.Transcript.Engine != "pocketsphinx" || reply.Heard.Speaker.Engine != "flite" {
			t.Fatalf("%+v, %d bytes of audio", reply, len(audio))
		}
		answers = append(answers, reply.Text)
	}
	if !strings.Contains(answers[1], "river") {
		t.Errorf("it does not know any more: %q", answers)
	}
}

func stubRig(t testing.TB) *rig {
	return newRig(t, false, speech.Config{VoiceModel: "stub-voice", EarModel: "stub-ear"})
}

func TestTheFirstSentenceIsSpokenBeforeTheLastIsWritten(t *testing.T) {
	r := stubRig(t)
	r.stub.Script(stubmodel.Reply{Text: "The first sentence is here. And then there is one more that never ends", HangAfter: 12})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	first := errors.New("the first sentence came")
	_, err := r.Talk(ctx, conversation.Talk{AgentID: r.agent, UserID: user, Text: "Tell me."}, func(e conversation.Event) error {
		if said, is := e.(conversation.Said); is {
			if said.Text != "The first sentence is here. " || said.Index != 0 || len(said.Clip.Samples) == 0 {
				t.Errorf("%+v", said.Text)
			}
			return first
		}
		return nil
	})
	if !errors.Is(err, first) {
		t.Fatalf("error %v", err)
	}
}

func TestWhatIsSaidIsTheAnswer(t *testing.T) {
	r := stubRig(t)
	const text = "Hello there. **How** are you?\n\n- Dr. Who is 3.5 years old\n🎉 Bye"
	r.stub.Script(stubmodel.Reply{}, stubmodel.Reply{Text: text}) // the first is for the ear
	var said []string
	var start time.Duration
	reply, err := r.Talk(t.Context(), conversation.Talk{AgentID: r.agent, UserID: user, Recording: stubmodel.Speech("Hi Ada")}, func(e conversation.Event) error {
		switch e := e.(type) {
		case conversation.Heard:
			if e.Message.Content != "Hi Ada" || e.Message.Metadata["spoken"] != true || e.Transcript.Engine != "openai" {
				t.Errorf("heard %+v", e)
			}
		case conversation.Said:
			if e.Start != start || e.Index != len(said) {
				t.Errorf("sentence %d at %s, not %s", e.Index, e.Start, start)
			}
			start += e.Clip.Duration()
			said = append(said, e.Text)
		}
		return nil
	})
	if err != nil || reply.Text != text || strings.Join(said, "") != text || reply.Delivery.State != eliza.Replied || reply.Duration() != start {
		t.Errorf("%+v said %q: %v", reply, said, err)
	}
	if message, memory := r.stored(reply); message != text || memory != text {
		t.Errorf("stored are %q and %q", message, memory)
	}
}

func TestTalksThatFail(t *testing.T) {
	r := stubRig(t)
	hear := func(conversation.Event) error { return nil }
	for name, c := range map[string]struct {
		talk  conversation.Talk
		reply stubmodel.Reply
		code  eliza.Code
	}{
		"nobody":          {talk: conversation.Talk{AgentID: user, Text: "Hi"}, code: eliza.CodeNotFound},
		"no recording":    {talk: conversation.Talk{AgentID: r.agent}, code: eliza.CodeInvalidRequest},
		"silence":         {talk: conversation.Talk{AgentID: r.agent, Recording: stubmodel.Speech("x")}, reply: stubmodel.Reply{Empty: true}, code: eliza.CodeInvalidRequest},
		"an unheard ear":  {talk: conversation.Talk{AgentID: r.agent, Recording: stubmodel.Speech("x")}, reply: stubmodel.Reply{Status: 400}, code: eliza.CodeModel},
		"a broken model":  {talk: conversation.Talk{AgentID: r.agent, Text: "Hi"}, reply: stubmodel.Reply{Status: 400}, code: eliza.CodeModel},
		"an odd speed":    {talk: conversation.Talk{AgentID: r.agent, Text: "Hi", Wish: speech.Wish{Speed: 99}}, code: eliza.CodeInvalidRequest},
		"oneself":         {talk: conversation.Talk{AgentID: r.agent, UserID: r.agent, Text: "Hi"}, code: eliza.CodeBadRequest},
		"no such servers": {talk: conversation.Talk{AgentID: r.agent, UserID: user, ServerID: eliza.NameID("nowhere"), Text: "Hi"}, code: eliza.CodeNotFound},
	} {
		if c.reply.Empty || c.reply.Status != 0 {
			r.stub.Script(c.reply)
		}
		if _, err := r.Talk(t.Context(), c.talk, hear); eliza.ErrorCode(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.agents.Stop(t.Context(), r.agent); err != nil {
		t.Fatal(err)
	}
	reply, err := r.Talk(t.Context(), conversation.Talk{AgentID: r.agent, UserID: user, Text: "Hi"}, hear)
	if err != nil || reply.Text != "" || reply.Delivery.Reason != eliza.ReasonAgentStopped {
		t.Errorf("a stopped agent: %+v, %v", reply, err)
	}
}

const long = "One is the first. Two comes after it. Three is the last one."

// listened is what is heard of long when the stand-in speaks it, 50 ms a letter.
var listened = map[time.Duration]string{
	0:                       "",
	100 * time.Millisecond:  "",
	400 * time.Millisecond:  "One is",
	850 * time.Millisecond:  "One is the first.",
	1400 * time.Millisecond: "One is the first. Two comes",
	time.Minute:             long,
}

func TestAnAnswerThatIsOverIsCutToWhatWasHeard(t *testing.T) {
	r := stubRig(t)
	for after, want := range listened {
		r.stub.Script(stubmodel.Reply{Text: long})
		reply, err := r.Talk(t.Context(), conversation.Talk{AgentID: r.agent, UserID: user, Text: "Count."}, func(conversation.Event) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		heard, err := r.Interrupt(t.Context(), reply, after)
		if err != nil || heard != want {
			t.Errorf("after %s: %q, %v, want %q", after, heard, err, want)
		}
		message, memory := r.stored(reply)
		if diff := cmp.Diff([]string{want, want}, []string{message, memory}); diff != "" {
			t.Errorf("after %s (-want +stored)\n%s", after, diff)
		}
	}
}

func TestAnAnswerThatIsBeingWrittenIsCutToWhatWasHeard(t *testing.T) {
	r := stubRig(t)
	for after, want := range map[time.Duration]string{0: "", 400 * time.Millisecond: "One is", time.Minute: "One is the first."} {
		r.stub.Script(stubmodel.Reply{Text: long, HangAfter: 6})
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		reply, err := r.Talk(ctx, conversation.Talk{AgentID: r.agent, UserID: user, Text: "Count."}, func(e conversation.Event) error {
			if _, is := e.(conversation.Said); is {
				cancel() // the person speaks on
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v", err)
		}
		heard, err := r.Interrupt(t.Context(), reply, after)
		if err != nil || heard != want {
			t.Errorf("after %s: %q, %v, want %q", after, heard, err, want)
		}
		if want == "" && (reply.Delivery.State != eliza.Ignored || reply.Delivery.Reason != eliza.ReasonSilenced) || want != "" && reply.Delivery.State != eliza.Replied {
			t.Errorf("after %s: the delivery is %+v", after, reply.Delivery)
		}
		message, memory := r.stored(reply)
		if diff := cmp.Diff([]string{want, want}, []string{message, memory}); diff != "" {
			t.Errorf("after %s (-want +stored)\n%s", after, diff)
		}
	}
}

// An answer in other scripts than the chosen voice reads is spoken all the
// same, sentence by sentence.
func TestAnAnswerInOtherScriptsIsSpoken(t *testing.T) {
	r := newRig(t, false, speech.Config{}) // flite speaks, and espeak-ng is there
	r.stub.Script(stubmodel.Reply{Text: "Hello. 你好，今天天气很好。Доброе утро. Good bye."})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var said []string
	reply, err := r.Talk(ctx, conversation.Talk{AgentID: r.agent, UserID: user, Text: "Greet me."}, func(e conversation.Event) error {
		if s, is := e.(conversation.Said); is {
			said = append(said, strings.TrimSpace(s.Text))
			if !s.Clip.Sounds() {
				t.Errorf("%q is silent", s.Text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Hello.", "你好，今天天气很好。", "Доброе утро.", "Good bye."}, said); diff != "" || reply.Heard.Speaker.Engine != "flite" {
		t.Errorf("%s spoke: %s", reply.Heard.Speaker.Engine, diff)
	}
}
