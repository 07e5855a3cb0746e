package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// remember stores memories of Eliza's with these texts.
func (p place) remember(t *testing.T, texts ...string) []eliza.Memory {
	t.Helper()
	list := make([]eliza.Memory, len(texts))
	for i, text := range texts {
		list[i] = p.memory(p.eliza, text)
		list[i].MessageID = eliza.NewID()
		list[i].CreatedAt = eliza.Millis(1000 + i)
	}
	_, err := p.CreateMemories(p.ctx, list)
	ok(t, err)
	return list
}

func (p place) recall(t *testing.T, q store.RecallQuery) []store.Hit {
	t.Helper()
	if q.AgentID == eliza.NoID {
		q.AgentID = p.eliza.ID
	}
	hits, err := p.Recall(p.ctx, q)
	ok(t, err)
	return hits
}

func texts(hits []store.Hit) (list []string) {
	for _, h := range hits {
		list = append(list, h.Memory.Content.Text)
	}
	return list
}

var recallTests = map[string]func(*testing.T, place){
	"finds by words, the rarest first": func(t *testing.T, p place) {
		p.remember(t, "My dog Rex eats bones", "The dog next door barks", "I was born in Reykjavík in 1985", "A dog is a dog", "my cat sleeps")
		for question, want := range map[string][]string{
			"When was I born?":         {"I was born in Reykjavík in 1985"},
			"reykjavik":                {"I was born in Reykjavík in 1985"},
			"REYKJAVÍK 1985":           {"I was born in Reykjavík in 1985"},
			"what did Rex the dog eat": {"My dog Rex eats bones", "A dog is a dog", "The dog next door barks"},
			"barking":                  {"The dog next door barks"},
			"the of and is":            nil,
			"":                         nil,
			"nothing here fits at all": nil,
		} {
			hits := p.recall(t, store.RecallQuery{Text: question})
			equal(t, question, texts(hits), want)
			for _, h := range hits {
				if h.TextScore <= 0 || h.HasVector {
					t.Errorf("%s: hit %+v", question, h)
				}
			}
		}
	},
	"finds in other scripts": func(t *testing.T, p place) {
		p.remember(t, "我住在北京市", "東京タワーへ行きました", "Я живу в Москве", "Καλημέρα κόσμε")
		for question, want := range map[string]string{"北京": "我住在北京市", "東京": "東京タワーへ行きました", "МОСКВЕ": "Я живу в Москве", "καλημερα": "Καλημέρα κόσμε"} {
			equal(t, question, texts(p.recall(t, store.RecallQuery{Text: question})), []string{want})
		}
	},
	"finds and ranks in any spelling": func(t *testing.T, p place) {
		list := p.remember(t, "we met naïve Zoë at the café", "cafe\u0301s and cafés, a naive man", "O’Neil saw the Straße", "私の犬はポチです", "犬の名前", "猫がいる", "고양이가 잔다", "ฉันมีแมว", "نَهْر في القاهرة")
		for question, want := range map[string][]string{
			"naive cafe":            {"cafe\u0301s and cafés, a naive man", "we met naïve Zoë at the café"},
			"NAÏVE CAFÉS":           {"cafe\u0301s and cafés, a naive man", "we met naïve Zoë at the café"},
			"zoe":                   {"we met naïve Zoë at the café"},
			"o'neils strasse":       {"O’Neil saw the Straße"},
			"Ｓｔｒａｓｓｅ":               {"O’Neil saw the Straße"},
			"犬":                     {"犬の名前", "私の犬はポチです"},
			"犬の名前は何ですか？":            {"犬の名前", "私の犬はポチです"},
			"ﾎﾟﾁ":                   {"私の犬はポチです"},
			"고양이는":                  {"고양이가 잔다"},
			"แมวอยู่ไหน":            {"ฉันมีแมว"},
			"القاهره":               {"نَهْر في القاهرة"},
			"na\u200bive zo\u00ade": {"we met naïve Zoë at the café", "cafe\u0301s and cafés, a naive man"},
			"thé":                   nil,
		} {
			for name, q := range map[string]store.RecallQuery{"in all rooms": {Text: question}, "in a room": {Text: question, RoomID: list[0].RoomID}} {
				equal(t, question+" "+name, texts(p.recall(t, q)), want)
			}
		}
	},
	"stays within its scope": func(t *testing.T, p place) {
		list := []eliza.Memory{p.memory(p.eliza, "lighthouse here"), p.memory(p.eliza, "lighthouse by Bob"), p.memory(p.eliza, "lighthouse elsewhere"),
			p.memory(p.eliza, "lighthouse fact"), p.memory(p.ada, "lighthouse of Ada")}
		bob, room := eliza.NameID("Bob"), list[0].RoomID
		list[1].RoomID, list[1].EntityID = eliza.NewID(), bob
		list[2].RoomID = eliza.NewID()
		list[3].Type, list[3].CreatedAt = eliza.MemoryFacts, 500
		list[3].MessageID = eliza.NewID()
		_, err := p.CreateMemories(p.ctx, list)
		ok(t, err)
		for _, m := range list {
			ok(t, p.PutEmbeddings(p.ctx, "m", []store.Vector{{MemoryID: m.ID, Vector: []float32{1, 1}}}))
		}
		for name, c := range map[string]struct {
			q    store.RecallQuery
			want string
		}{
			"agent":           {store.RecallQuery{}, "by Bob, elsewhere, fact, here"},
			"room":            {store.RecallQuery{RoomID: room}, "fact, here"},
			"room and entity": {store.RecallQuery{RoomID: room, EntityID: bob}, "by Bob, fact, here"},
			"entity":          {store.RecallQuery{EntityID: bob}, "by Bob"},
			"type":            {store.RecallQuery{Types: []eliza.MemoryType{eliza.MemoryFacts, "x"}}, "fact"},
			"room and type":   {store.RecallQuery{RoomID: room, Types: []eliza.MemoryType{eliza.MemoryMessages}}, "here"},
			"before":          {store.RecallQuery{Before: 501}, "fact"},
			"excluded":        {store.RecallQuery{RoomID: room, ExcludeMessageIDs: []eliza.ID{list[3].MessageID}}, "here"},
			"another agent":   {store.RecallQuery{AgentID: p.ada.ID}, "of Ada"},
		} {
			for _, how := range []string{"text", "vector", "both"} {
				q := c.q
				if how != "vector" {
					q.Text = "lighthouse"
				}
				if how != "text" {
					q.Vector, q.Model = []float32{1, 0}, "m"
				}
				var got []string
				for _, text := range texts(p.recall(t, q)) {
					got = append(got, strings.TrimPrefix(text, "lighthouse "))
				}
				slices.Sort(got)
				if strings.Join(got, ", ") != c.want {
					t.Errorf("%s by %s: got %v, want %s", name, how, got, c.want)
				}
			}
		}
	},
	"finds by vector": func(t *testing.T, p place) {
		list := p.remember(t, "same way", "other way", "no length", "longer vector", "of another model", "half way")
		for i, v := range [][]float32{{2, 0}, {-3, 0}, {0, 0}, {1, 0, 0}, nil, {1, 1}} {
			if v != nil {
				ok(t, p.PutEmbeddings(p.ctx, "m", []store.Vector{{MemoryID: list[i].ID, Vector: v}}))
			}
		}
		ok(t, p.PutEmbeddings(p.ctx, "m2", []store.Vector{{MemoryID: list[4].ID, Vector: []float32{1, 0}}}))
		hits := p.recall(t, store.RecallQuery{Vector: []float32{1, 0}, Model: "m", Limit: 10})
		equal(t, "hits", texts(hits), []string{"same way", "half way", "no length", "other way"})
		for i, want := range []float64{1, math.Sqrt2 / 2, 0, -1} {
			if !hits[i].HasVector || hits[i].TextScore != 0 || math.Abs(hits[i].Cosine-want) > 1e-6 {
				t.Errorf("hit %d: %+v, want cosine %v", i, hits[i], want)
			}
		}
		equal(t, "nearest", texts(p.recall(t, store.RecallQuery{Vector: []float32{1, 0}, Model: "m", Limit: 1})), []string{"same way"})
	},
	"gives both scores": func(t *testing.T, p place) {
		list := p.remember(t, "the lighthouse keeper", "a lighthouse", "something near")
		for i, v := range [][]float32{{0, 1}, {1, 0.1}, {1, 0}} {
			ok(t, p.PutEmbeddings(p.ctx, "m", []store.Vector{{MemoryID: list[i].ID, Vector: v}}))
		}
		hits := p.recall(t, store.RecallQuery{Text: "lighthouse keeper", Vector: []float32{1, 0}, Model: "m", Limit: 2})
		equal(t, "hits", texts(hits), []string{"the lighthouse keeper", "a lighthouse", "something near"})
		if h := hits[0]; h.TextScore <= hits[1].TextScore || !h.HasVector || h.Cosine != 0 {
			t.Errorf("found by text alone: %+v", h)
		}
		if h := hits[1]; h.TextScore <= 0 || h.Cosine < 0.9 {
			t.Errorf("found by both: %+v", h)
		}
		if h := hits[2]; h.TextScore != 0 || h.Cosine != 1 {
			t.Errorf("found by vector alone: %+v", h)
		}
	},
	"takes any question": func(t *testing.T, p place) {
		p.remember(t, "a needle")
		for _, text := range []string{"\x00needle\x00", "needle\xff", `needle" OR "`, "needle' | '", "needle \\", "-needle*^:(){}[]", "_needle _a _r needle",
			strings.Repeat("hay ", 20_000) + "needle", strings.Repeat("needle", 20_000) + " needle", strings.Repeat("'", 5000) + "needle"} {
			if hits := p.recall(t, store.RecallQuery{Text: text}); len(hits) != 1 {
				t.Errorf("%.30q finds %d", text, len(hits))
			}
		}
	},
	"finds what is rare among much": func(t *testing.T, p place) {
		list := make([]eliza.Memory, 0, 1500)
		for i := range 1500 {
			m := p.memory(p.eliza, fmt.Sprintf("the weather report of station %d says rain and wind again", i))
			if i == 10 {
				m.Content.Text = "the weather report says we saw a walrus, with rain"
			}
			m.CreatedAt = eliza.Millis(i + 1)
			list = append(list, m)
		}
		_, err := p.CreateMemories(p.ctx, list)
		ok(t, err)
		hits := p.recall(t, store.RecallQuery{Text: "weather report: was there rain when we saw the walrus?", Limit: 5, RoomID: list[0].RoomID})
		if len(hits) != 5 || hits[0].Memory.ID != list[10].ID || hits[0].TextScore < 3*hits[1].TextScore {
			t.Errorf("hits %q", texts(hits))
		}
		if hits := p.recall(t, store.RecallQuery{Text: "weather report, rain again", Limit: 5}); len(hits) != 5 {
			t.Errorf("common words find %d, want 5", len(hits))
		}
	},
	"tells what stands beside": func(t *testing.T, p place) {
		list := p.remember(t, "first thing", "Where did you grow up?", "Near Lisbon", "I see", "another day", "by the way")
		later := p.memory(p.eliza, "long after")
		later.MessageID, later.CreatedAt = eliza.NewID(), 1<<40
		elsewhere := p.memory(p.eliza, "in another room")
		elsewhere.MessageID, elsewhere.RoomID, elsewhere.CreatedAt = eliza.NewID(), eliza.NewID(), 1001
		_, err := p.CreateMemories(p.ctx, []eliza.Memory{later, elsewhere})
		ok(t, err)
		for name, q := range map[string]store.RecallQuery{
			"a room": {RoomID: list[0].RoomID}, "a person": {EntityID: list[0].EntityID}, "everything": {},
		} {
			q.AgentID, q.Text = p.eliza.ID, "where did I grow up"
			pool, err := p.Pool(p.ctx, q)
			ok(t, err)
			hit := slices.IndexFunc(pool, func(c store.Candidate) bool { return c.Text > 0 })
			if hit < 0 {
				t.Fatalf("%s: nothing fits", name)
			}
			var beside []string
			for _, place := range pool[hit].Beside {
				if place < 0 {
					beside = append(beside, "nothing")
					continue
				}
				found, err := p.Numbered(p.ctx, q, []int64{pool[place].N})
				ok(t, err)
				beside = append(beside, found[0].Content.Text)
				if !slices.Contains(pool[place].Beside[:], hit) {
					t.Errorf("%s: %s does not stand beside", name, found[0].Content.Text)
				}
			}
			equal(t, name, beside, []string{"first thing", "nothing", "Near Lisbon", "I see"})
		}
	},
}
