package main

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

const (
	memoryRooms = 32
	fillTime    = 3 * time.Minute
)

// memories gives an agent of its own many memories in several rooms, and
// reads them in the ways that clients do. p99 should stay under ten times p50.
func (r *measured) memories(ctx context.Context) error {
	agent, err := r.server.newAgent(ctx, "Archivist", nil)
	if err != nil {
		return err
	}
	rooms := make([]string, memoryRooms)
	for i := range rooms {
		if rooms[i], err = r.server.channel(ctx, fmt.Sprint("archive ", i), "GROUP", user(i), agent); err != nil {
			return err
		}
	}
	fill := keeping(r.server, agent, rooms)
	if err := fill.open(ctx); err != nil {
		return err
	}
	o, err := fill.run(ctx, fillTime, r.options.memories)
	fill.close()
	if err != nil {
		return fmt.Errorf("fill the memory: %w", err)
	}
	if o.done < r.options.memories {
		r.results.note(fmt.Sprintf("In %s only %d memories were stored; they were read then.", fillTime, o.done))
	}
	base := "/api/agents/" + agent
	for _, read := range []struct {
		name, holds string
		count       int
		request     func(b []byte, conn, n int) []byte
	}{
		{"memories", `"roomId":`, listed, func(b []byte, _, _ int) []byte { return get(b, r.server.address, base+"/memories?limit=50") }},
		{"search", `"roomId":`, 0, func(b []byte, conn, n int) []byte {
			return post(b, r.server.address, base+"/memories/search", append(saying([]byte(`{"limit":10,"query":"`), conn, n%500), `"}`...))
		}},
		{"rooms", `"worldId":`, memoryRooms, func(b []byte, _, _ int) []byte { return get(b, r.server.address, base+"/rooms") }},
		{"history", `"roomId":`, listed, func(b []byte, conn, n int) []byte {
			return get(b, r.server.address, base+"/rooms/"+rooms[(conn+n)%memoryRooms]+"/memories?limit=50")
		}},
	} {
		w := &work{address: r.server.address, connections: wide, request: read.request, check: func(_, _, status int, body []byte) error {
			if n := bytes.Count(body, []byte(read.holds)); status != 200 || n < read.count {
				return wrong(status, body, fmt.Sprintf("200 and %d, not %d", read.count, n))
			}
			return nil
		}}
		if err := r.rate(ctx, read.name, w); err != nil {
			return fmt.Errorf("%s: %w", read.name, err)
		}
	}
	return nil
}

// keeping stores memories of an agent.
func keeping(s *elizad, agent string, rooms []string) *work {
	body := make([][]byte, wide)
	return &work{address: s.address, connections: wide,
		request: func(b []byte, conn, n int) []byte {
			p := append(body[conn][:0], `{"type":"messages","roomId":"`...)
			p = append(p, rooms[(conn+n)%len(rooms)]...)
			p = append(p, `","entityId":"`...)
			p = append(p, user(conn)...)
			p = append(p, `","content":{"text":"`...)
			body[conn] = append(saying(p, conn, n), `"}}`...)
			return post(b, s.address, "/api/agents/"+agent+"/memories", body[conn])
		},
		check: func(_, _, status int, answer []byte) error {
			if status != 201 {
				return wrong(status, answer, "201")
			}
			return nil
		}}
}
