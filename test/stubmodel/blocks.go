package stubmodel

import "fmt"

// block is one block of Anthropic's content as events: its beginning, its
// deltas and its end.
func block(index int, begin string, deltas ...string) []string {
	events := []string{fmt.Sprintf(`{"type":"content_block_start","index":%d,"content_block":%s}`, index, begin)}
	for _, d := range deltas {
		events = append(events, fmt.Sprintf(`{"type":"content_block_delta","index":%d,"delta":%s}`, index, d))
	}
	return append(events, fmt.Sprintf(`{"type":"content_block_stop","index":%d}`, index))
}

func textBlock(index int, pieces ...string) []string {
	var deltas []string
	for _, p := range pieces {
		deltas = append(deltas, raw(map[string]string{"type": "text_delta", "text": p}))
	}
	return block(index, `{"type":"text","text":""}`, deltas...)
}

// useBlock asks for a tool; the pieces are those of the arguments.
func useBlock(index int, id, name string, pieces ...string) []string {
	var deltas []string
	for _, p := range pieces {
		deltas = append(deltas, raw(map[string]string{"type": "input_json_delta", "partial_json": p}))
	}
	return block(index, fmt.Sprintf(`{"type":"tool_use","id":%s,"name":%s,"input":{}}`, raw(id), raw(name)), deltas...)
}
