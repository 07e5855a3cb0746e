package template_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/template"
)

func TestTemplatesAreFilledIn(t *testing.T) {
	values := map[string]any{"agentName": "Robin & Co", "bio": []string{"<one>", "two"}, "empty": "", "state": map[string]any{"time": "noon"}}
	for source, want := range map[string]string{
		"I am {{agentName}}.":                               "I am Robin & Co.",
		"I am {{{agentName}}}.":                             "I am Robin & Co.",
		"I am {{ agentName }}.":                             "I am Robin & Co.",
		"{{#each bio}}- {{this}}\n{{/each}}":                "- <one>\n- two\n",
		"{{#if empty}}full{{else}}empty{{/if}}":             "empty",
		"{{#if agentName}}named{{/if}}{{#if none}}x{{/if}}": "named",
		"{{state.time}}{{nothing}}":                         "noon",
		"plain":                                             "plain",
	} {
		if got, err := template.Render(source, values); err != nil || got != want {
			t.Errorf("%q gives %q, %v; want %q", source, got, err, want)
		}
	}
	for _, source := range []string{
		"{{#if x}}", "{{", "{{/each}}", "{{> part}}", `{{log "x"}}`, strings.Repeat("x", 70<<10),
		"{{#each bio}}{{#each ../bio}}{{#each ../../bio}}{{#each ../../../bio}}x{{/each}}{{/each}}{{/each}}{{/each}}",
	} {
		if got, err := template.Render(source, values); err == nil {
			t.Errorf("%.40q gives %.40q", source, got)
		}
	}
	got, err := template.Render("{{name1}} {{name2}} {{name10}}", nil)
	if words := strings.Fields(got); err != nil || len(words) != 3 || words[0] == words[1] {
		t.Errorf("names %q, %v", got, err)
	}
}

func TestAnswersAreRead(t *testing.T) {
	full := template.Answer{Thought: "they greet", Text: "Hello <you> & all", Actions: []string{"REPLY", "FOLLOW_ROOM"}, Providers: []string{"FACTS"}}
	for said, want := range map[string]template.Answer{
		"<response><thought>they greet</thought><actions>REPLY, FOLLOW_ROOM</actions><providers>FACTS</providers><text>Hello &lt;you&gt; &amp; all</text></response>": full,
		"Sure:\n<response>\n<thought>they greet</thought>\n<actions>REPLY,FOLLOW_ROOM</actions>\n<providers>FACTS</providers>\n<text>\nHello <you> & all\n</text>":    full,
		"```json\n{\"thought\":\"they greet\",\"actions\":[\"REPLY\",\"FOLLOW_ROOM\"],\"providers\":\"FACTS\",\"text\":\"Hello <you> & all\"}\n```":                   full,
		"<response><text><![CDATA[a < b]]></text></response>": {Text: "a < b"},
		"<response><action>stop</action></response>":          {Actions: []string{"stop"}},
		"just words, 1 < 2":    {Text: "just words, 1 < 2"},
		"{not JSON}":           {Text: "{not JSON}"},
		"":                     {},
		"<text>a</text> after": {Text: "a"},
	} {
		if diff := cmp.Diff(want, template.Read(said)); diff != "" {
			t.Errorf("%q:\n%s", said, diff)
		}
	}
}

func TestTheTextOfAnAnswerIsStreamed(t *testing.T) {
	const said = "Sure: <response><thought>not this</thought><text>The tide turns at seven, and the boats go out &amp; come back.</text></response>"
	var s template.Stream
	var early string
	for i, r := range said {
		early += s.Add(string(r))
		if i == strings.Index(said, "boats") && !strings.HasPrefix(early, "The tide turns") {
			t.Errorf("until %q nothing is handed on but %q", said[:i], early)
		}
	}
	a, last := s.End()
	if early != "The tide turns at seven, and the boats go out & come back." || last != "" || a.Thought != "not this" {
		t.Errorf("streamed %q, then %q: %+v", early, last, a)
	}
}

// FuzzAnswer holds what is streamed to what is read at the end, however the
// answer is cut in pieces.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"<response><thought>t</thought><text>Hello &amp; more, 1 < 2 </text></response>", "plain & simple < x", `{"text":"a"}`, "```\n<text>a</text>\n```", "<text> a &lt", " \n", "<text>  <![CDATA[x]]>",
		"words <text>and more</text>",
	} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, said string, size int) {
		size = max(size%17, 1)
		var s template.Stream
		var streamed strings.Builder
		for rest := said; rest != ""; {
			n := min(size, len(rest))
			streamed.WriteString(s.Add(rest[:n]))
			rest = rest[n:]
		}
		a, last := s.End()
		if got := streamed.String() + last; got != a.Text {
			t.Errorf("streamed %q, read %q", got, a.Text)
		}
	})
}

func TestABlockThatNobodyAskedForIsRead(t *testing.T) {
	const block = "<response><thought>secret plan</thought><actions>REPLY</actions><text>Hello &amp; welcome.</text></response>"
	read := template.Answer{Thought: "secret plan", Actions: []string{"REPLY"}, Text: "Hello & welcome."}
	plain := func(s string) template.Answer { return template.Answer{Text: s} }
	for said, want := range map[string]template.Answer{
		block:                                    read,
		" \n" + block + "\n ":                    read,
		"```xml\n" + block + "\n```":             read,
		"```\n" + block + "\n```":                read,
		strings.TrimSuffix(block, "</response>"): read,
		"<response><thought>secret plan</thought><actions>REPLY</actions>Hello &amp; welcome.</response>": read,
		"<response><thought>secret plan, cut":            {Thought: "secret plan, cut"},
		"<response><actions>IGNORE</actions></response>": {Actions: []string{"IGNORE"}},
		"<response>Hello there.</response>":              plain("Hello there."),
		"<response><code>7</code></response>":            plain("<response><code>7</code></response>"),
		"```xml\n<response>\n7\n</response>\n```":        plain("```xml\n<response>\n7\n</response>\n```"),
		block + " is how it looks":                       plain(block + " is how it looks"),
		"So: " + block:                                   plain("So: " + block),
		"```go\nfunc main() {}\n```":                     plain("```go\nfunc main() {}\n```"),
		"<resp":                                          plain("<resp"),
		"1 < 2, <b>bold</b> & more":                      plain("1 < 2, <b>bold</b> & more"),
		"":                                               {},
	} {
		for _, size := range []int{1, 3, len(said) + 1} {
			var u template.Unasked
			var streamed strings.Builder
			for rest := said; rest != ""; {
				n := min(size, len(rest))
				streamed.WriteString(u.Add(rest[:n]))
				rest = rest[n:]
			}
			got, last := u.End()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q in pieces of %d:\n%s", said, size, diff)
			}
			if all := streamed.String() + last; all != want.Text {
				t.Errorf("%q in pieces of %d is streamed as %q", said, size, all)
			}
		}
	}
	var u template.Unasked
	if got := u.Add("<b") + u.Add("old words"); got != "<bold words" {
		t.Errorf("what is no block is held back: %q", got)
	}
}

// FuzzUnasked holds what is streamed to what is read at the end.
func FuzzUnasked(f *testing.F) {
	for _, s := range []string{"<response><text>a</text></response>", "```xml\n<response>a", "plain < x", "<response><text> a </text></response> b", "``", "<response><thought><text>x</text></thought></response>"} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, said string, size int) {
		size = max(size%17, 1)
		var u template.Unasked
		var streamed strings.Builder
		for rest := said; rest != ""; {
			n := min(size, len(rest))
			streamed.WriteString(u.Add(rest[:n]))
			rest = rest[n:]
		}
		a, last := u.End()
		if got := streamed.String() + last; got != a.Text {
			t.Errorf("streamed %q, read %q", got, a.Text)
		}
	})
}
