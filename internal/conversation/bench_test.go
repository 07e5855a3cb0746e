package conversation_test

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/engines"
	"github.com/elizad/elizad/internal/speech/sound"
	"github.com/elizad/elizad/test/stubmodel"
)

// BenchmarkFirstAudio tells how long it takes from the end of a question to
// the first sentence of the answer as audio: with a model that answers at
// once, flite, and, when the question is spoken, pocketsphinx.
func BenchmarkFirstAudio(b *testing.B) {
	r := newRig(b, false, speech.Config{})
	const answer = "Your sister lives near the river. You told me so this morning. Shall I write to her, or would you like to call?"
	r.stub.Standing(&stubmodel.Reply{Text: answer})
	question := r.say("Where does my sister live?")
	for name, talk := range map[string]conversation.Talk{
		"written": {AgentID: r.agent, UserID: user, Text: "Where does my sister live?"},
		"spoken":  {AgentID: r.agent, UserID: user, Recording: question},
	} {
		b.Run(name, func(b *testing.B) {
			var hearing, first, whole time.Duration
			for b.Loop() {
				begun := time.Now()
				var heard, sounded time.Duration
				_, err := r.Talk(b.Context(), talk, func(e conversation.Event) error {
					switch e.(type) {
					case conversation.Heard:
						heard = time.Since(begun)
					case conversation.Said:
						if sounded == 0 {
							sounded = time.Since(begun)
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				hearing, first, whole = hearing+heard, first+sounded, whole+time.Since(begun)
			}
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
			b.ReportMetric(ms(hearing), "ms/heard")
			b.ReportMetric(ms(first), "ms/first-audio")
			b.ReportMetric(ms(whole), "ms/whole")
		})
	}
}

// BenchmarkLongText tells how much memory the longest text takes at its most,
// as a whole file and with nothing kept.
func BenchmarkLongText(b *testing.B) {
	s, done := engines.New(speech.Config{}, model.Config{}, b.TempDir())
	defer done()
	speaker, err := s.Speaker(nil, speech.Wish{})
	if err != nil {
		b.Fatal(err)
	}
	for _, sentences := range []int{1, 20, 70} {
		text := strings.Repeat("The children were playing in the garden when it started to rain. ", sentences)
		b.Run(strconv.Itoa(sentences), func(b *testing.B) {
			debug.FreeOSMemory()
			most := uint64(0)
			for b.Loop() {
				err := speaker.Speak(b.Context(), text, func(string, sound.Clip) error {
					most = max(most, resident())
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(most)/(1<<20), "MB/resident")
		})
	}
}

// resident is the memory of this process, 0 where the system does not tell.
func resident() uint64 {
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(status))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(fields[1], 10, 64)
	return pages * uint64(os.Getpagesize())
}
