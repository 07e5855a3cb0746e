package model

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

func words(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }

func call(id, name string) ToolCall {
	return ToolCall{ID: id, Name: name, Arguments: json.RawMessage(`{}`)}
}

// TestWhatMattersLeastIsLeftOutFirst fits requests and looks what is left.
func TestWhatMattersLeastIsLeftOutFirst(t *testing.T) {
	user := func(text string) Turn { return Turn{Role: RoleUser, Text: text} }
	bot := func(text string) Turn { return Turn{Role: RoleAssistant, Text: text} }
	calls := func(id string) Turn { return Turn{Role: RoleAssistant, ToolCalls: []ToolCall{call(id, "LOOK")}} }
	result := func(id, text string) Turn { return Turn{Role: RoleTool, ToolCallID: id, Text: text} }
	for name, c := range map[string]struct {
		req     Request
		most    int
		kept    []string // texts that are whole
		shorter []string // texts that were cut, by how they begin
		gone    []string
		says    []string
	}{
		"all fits": {
			req: Request{System: "be brief", Turns: []Turn{user("first"), bot("second"), user("third")}}, most: 100,
			kept: []string{"be brief", "first", "second", "third"},
		},
		"a long result": {
			req: Request{Turns: []Turn{user("look"), calls("1"), result("1", "RESULT "+words(2000)), user("and now?")}}, most: 1000,
			kept: []string{"look", "and now?"}, shorter: []string{"RESULT"}, says: []string{"1 tool result"},
		},
		"a long message of the past": {
			req: Request{Turns: []Turn{user("first"), user("LONG " + words(2000)), bot("second"), user("hi")}}, most: 1000,
			kept: []string{"first", "second", "hi"}, shorter: []string{"LONG"}, says: []string{"1 earlier message "},
		},
		"many messages": {
			req:  Request{Turns: []Turn{user("first " + words(90)), bot("second " + words(90)), user("third " + words(90)), bot("fourth " + words(90)), user("fifth " + words(90))}},
			most: 300, kept: []string{"fifth " + words(90)}, gone: []string{"first", "second"}, says: []string{"earlier messages were left out"},
		},
		"calls go with their results": {
			req:  Request{Turns: []Turn{user("first"), calls("1"), result("1", "one "+words(100)), result("1", "two "+words(100)), bot("said"), user("hi " + words(80))}},
			most: 120, kept: []string{"said", "hi " + words(80)}, gone: []string{"first", "one ", "two "}, says: []string{"2 earlier messages were left out, the oldest first."},
		},
		"the newest alone is too long": {
			req: Request{System: "be brief", Turns: []Turn{user("first"), user("HEAD " + words(5000) + " TAIL")}}, most: 500,
			kept: []string{"be brief"}, shorter: []string{"HEAD"}, gone: []string{"first"}, says: []string{"characters of the newest message", "1 earlier message "},
		},
		"many rounds of calls": {
			req: Request{Turns: []Turn{user("look"), calls("1"), result("1", "one "+words(60)), calls("2"), result("2", "two "+words(60)), calls("3"), result("3", "three "+words(60))}}, most: 130,
			kept: []string{"look"}, gone: []string{"one "}, shorter: nil, says: []string{"of tool calls"},
		},
		"too many tools": {
			req: Request{System: "be brief", Turns: []Turn{user("hi")}, Tools: []Tool{{Name: "A", Description: "FIRST " + words(50)}, {Name: "B", Description: words(200)}, {Name: "C", Description: words(200)}}}, most: 200,
			kept: []string{"be brief", "hi", "FIRST"}, says: []string{"2 tools were not offered: B, C."},
		},
		"long instructions": {
			req: Request{System: "SYSTEM " + words(3000), Turns: []Turn{user("hi")}}, most: 500,
			kept: []string{"hi"}, shorter: []string{"SYSTEM"}, says: []string{"at the end of the instructions"},
		},
		"everything is too long": {
			req: Request{System: "SYSTEM " + words(3000), Turns: []Turn{user("first " + words(3000)), user("HEAD " + words(3000))}, Tools: []Tool{{Name: "B", Description: words(3000)}}}, most: 800,
			shorter: []string{"SYSTEM", "HEAD"}, gone: []string{"first"}, says: []string{"the newest message", "the instructions", "1 tool was not offered: B."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := json.Marshal(c.req)
			req := c.req
			size, omitted := fit(&req, c.most)
			after, _ := json.Marshal(c.req)
			if string(before) != string(after) {
				t.Error("the caller's request was changed")
			}
			if size > c.most || size != req.estimate() {
				t.Errorf("%d tokens are left and told as %d, want %d", req.estimate(), size, c.most)
			}
			text, _ := json.Marshal(req)
			for _, s := range c.kept {
				if !strings.Contains(string(text), s) {
					t.Errorf("%.20q is gone", s)
				}
			}
			for _, s := range c.shorter {
				if i := strings.Index(string(text), s); i < 0 || !strings.Contains(string(text)[i:], "characters left out") {
					t.Errorf("%.20q is not shorter in %.200s", s, text)
				}
			}
			for _, s := range c.gone {
				if strings.Contains(string(text), s) {
					t.Errorf("%.20q is still there", s)
				}
			}
			all := strings.Join(omitted, " ")
			for _, s := range c.says {
				if !strings.Contains(all, s) {
					t.Errorf("said is %q, want %q", all, s)
				}
			}
			if len(c.says) == 0 && all != "" {
				t.Errorf("said is %q", all)
			}
		})
	}
}

func TestTheMiddleIsCutBetweenCharacters(t *testing.T) {
	for _, text := range []string{words(3000), strings.Repeat("日本語のテキスト", 500), strings.Repeat("🦜", 3000), "HEAD" + strings.Repeat("é", 9000) + "TAIL", strings.Repeat(" ", 90_000), strings.Repeat("a", 90_000), strings.Repeat("{", 4000)} {
		for _, most := range []int{0, 1, 64, 200} {
			for _, parts := range []int{1, 2} {
				shorter, left := without(text, most, parts)
				if left == 0 || !utf8.ValidString(shorter) || estimate(shorter) > max(most, noteTokens+4) || !strings.Contains(shorter, fmt.Sprintf("[… %d characters left out …]", left)) {
					t.Errorf("%.20q to %d tokens: %d tokens, %d characters left out, %.60q", text, most, estimate(shorter), left, shorter)
				}
				head, tail, _ := strings.Cut(shorter, fmt.Sprintf("\n[… %d characters left out …]", left))
				tail = strings.TrimPrefix(tail, "\n")
				if utf8.RuneCountInString(head)+utf8.RuneCountInString(tail)+left != utf8.RuneCountInString(text) || !strings.HasPrefix(text, head) || !strings.HasSuffix(text, tail) || parts == 1 && tail != "" {
					t.Errorf("%.20q: %d characters are kept and %d left out", text, utf8.RuneCountInString(head+tail), left)
				}
			}
		}
	}
}

// TestWhatIsFittedIsStillAConversation fits random requests.
func TestWhatIsFittedIsStillAConversation(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var req Request
		text := func() string { return words(random.IntN([]int{3, 30, 3000}[random.IntN(3)]) + 1) }
		req.System = text()
		for i := range random.IntN(12) {
			switch random.IntN(3) {
			case 0:
				req.Turns = append(req.Turns, Turn{Role: RoleUser, Text: text()})
			case 1:
				req.Turns = append(req.Turns, Turn{Role: RoleAssistant, Text: text()})
			default:
				id := fmt.Sprint(i)
				req.Turns = append(req.Turns, Turn{Role: RoleAssistant, ToolCalls: []ToolCall{call(id+"a", "X"), call(id+"b", "X")}},
					Turn{Role: RoleTool, ToolCallID: id + "a", Text: text()}, Turn{Role: RoleTool, ToolCallID: id + "b", Text: text()})
			}
		}
		req.Turns = append(req.Turns, Turn{Role: RoleUser, Text: "newest " + text()})
		for i := range random.IntN(4) {
			id := fmt.Sprint("n", i)
			req.Turns = append(req.Turns, Turn{Role: RoleAssistant, ToolCalls: []ToolCall{call(id, "X")}}, Turn{Role: RoleTool, ToolCallID: id, Text: text()})
		}
		for range random.IntN(4) {
			req.Tools = append(req.Tools, Tool{Name: "T", Description: text()})
		}
		most := 400 + random.IntN(3000)
		whole := req.estimate() <= most
		size, omitted := fit(&req, most)
		if size > most || size != req.estimate() || whole != (len(omitted) == 0) {
			t.Fatalf("%d tokens of %d, told %d and %q", req.estimate(), most, size, omitted)
		}
		if err := req.Validate(); err != nil {
			t.Fatal(err)
		}
		open, newest := map[string]bool{}, false
		for _, turn := range req.Turns {
			newest = newest || strings.HasPrefix(turn.Text, "newest")
			for _, c := range turn.ToolCalls {
				open[c.ID] = true
			}
			if turn.Role == RoleTool && !open[turn.ToolCallID] {
				t.Fatalf("a result without its call in %+v", req.Turns)
			}
			delete(open, turn.ToolCallID)
		}
		if len(open) > 0 || !newest {
			t.Fatalf("calls without results %v, the newest message is there: %v", open, newest)
		}
	}
}

// BenchmarkFit is what a request of a usual size costs that fits, by its bytes
// alone and when its tokens must be estimated, and one that does not.
func BenchmarkFit(b *testing.B) {
	req := Request{System: words(1000)}
	for range 20 {
		req.Turns = append(req.Turns, Turn{Role: RoleUser, Text: words(40)})
	}
	for range 30 {
		req.Tools = append(req.Tools, Tool{Name: "T", Description: words(20), Parameters: json.RawMessage(`{"type":"object","properties":{"x":{"type":"string"}}}`)})
	}
	b.Run("bytes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !req.withinBytes(24_000) {
				b.Fatal("too long")
			}
		}
	})
	b.Run("estimate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			one := req
			fit(&one, 24_000)
		}
	})
	long := req
	long.Turns = append(long.Turns, Turn{Role: RoleUser, Text: words(180_000)})
	b.Run("900kB", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			one := long
			fit(&one, 24_000)
		}
	})
}
