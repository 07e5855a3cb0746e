package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// A conversation is what two people said over many sessions, and questions
// about it.
type conversation struct {
	turns     []turn
	questions []question
}

type turn struct {
	speaker, text string
	at            time.Time
}

type question struct {
	text     string
	category int
	evidence []int // places in turns
}

// readConversations reads a file in LoCoMo's format. A question whose evidence
// is not among the turns is left out.
func readConversations(path string) ([]conversation, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseConversations(data)
}

func parseConversations(data []byte) ([]conversation, error) {
	var file []struct {
		Conversation map[string]json.RawMessage `json:"conversation"`
		Questions    []struct {
			Question string   `json:"question"`
			Evidence []string `json:"evidence"`
			Category int      `json:"category"`
		} `json:"qa"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("not in LoCoMo's format: %w", err)
	}
	var list []conversation
	for i, f := range file {
		var c conversation
		places := map[string]int{}
		day := time.Date(2023, 1, 1, 12, 0, 0, 0, time.UTC)
		for session := 1; session <= len(f.Conversation); session++ {
			raw, there := f.Conversation[fmt.Sprintf("session_%d", session)]
			if !there {
				continue
			}
			var turns []struct {
				Speaker string `json:"speaker"`
				ID      string `json:"dia_id"`
				Text    string `json:"text"`
			}
			if err := json.Unmarshal(raw, &turns); err != nil {
				return nil, fmt.Errorf("conversation %d, session %d: %w", i, session, err)
			}
			at := day.AddDate(0, 0, session)
			for _, t := range turns {
				places[t.ID] = len(c.turns)
				c.turns = append(c.turns, turn{t.Speaker, t.Text, at})
				at = at.Add(30 * time.Second)
			}
		}
		for _, q := range f.Questions {
			asked := question{text: q.Question, category: q.Category}
			for _, evidence := range q.Evidence {
				for _, id := range strings.FieldsFunc(evidence, func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
					if place, there := places[id]; there {
						asked.evidence = append(asked.evidence, place)
					}
				}
			}
			if len(asked.evidence) > 0 {
				c.questions = append(c.questions, asked)
			}
		}
		list = append(list, c)
	}
	return list, nil
}
