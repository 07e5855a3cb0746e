package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// An exchange is what a server answered to a step.
type exchange struct {
	step   *step
	path   string // with variables filled in
	sent   string
	status int
	header http.Header
	body   []byte
	value  any // the body, when it is JSON
	failed error
}

// player sends the corpus to a server.
type player struct {
	url       string
	client    *http.Client
	variables map[string]string
}

// The ids that the corpus names without having got them.
func newPlayer(url string) *player {
	return &player{url: strings.TrimRight(url, "/"), client: &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, variables: map[string]string{
		"$zero": "00000000-0000-0000-0000-000000000000", "$user": "11111111-2222-4333-8444-555555555555", "$other": "66666666-7777-4888-8999-aaaaaaaaaaaa",
		"$nobody": "99999999-9999-4999-8999-999999999999", "$now": fmt.Sprint(time.Now().UnixMilli()),
	}}
}

// play sends one step and keeps what later ones need. What a step did not get
// stays unknown: on another server later ones go wrong in its place.
func (p *player) play(ctx context.Context, s *step) exchange {
	e := exchange{step: s, path: fill(s.path, p.variables), sent: fill(s.body, p.variables)}
	var body io.Reader
	if s.kind != "" {
		body = strings.NewReader(e.sent)
	}
	req, err := http.NewRequestWithContext(ctx, s.method, p.url+e.path, body)
	if err != nil {
		e.failed = err
		return e
	}
	if s.kind != "" {
		req.Header.Set("Content-Type", s.kind)
	}
	for _, h := range s.headers {
		req.Header.Set(h[0], fill(h[1], p.variables))
	}
	res, err := p.client.Do(req)
	if err != nil {
		e.failed = err
		return e
	}
	defer res.Body.Close()
	e.status, e.header = res.StatusCode, res.Header
	if s.method == http.MethodGet && strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		e.body, e.failed = firstEvent(res.Body) // the stream has no end
		return e
	}
	if e.body, e.failed = io.ReadAll(io.LimitReader(res.Body, 32<<20)); e.failed != nil {
		return e
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") || strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") {
		d := json.NewDecoder(bytes.NewReader(e.body))
		d.UseNumber()
		if err := d.Decode(&e.value); err != nil && len(e.body) > 0 {
			e.failed = fmt.Errorf("the body is not JSON: %w", err)
		}
	}
	for name, places := range s.save {
		for _, place := range places {
			if found, ok := at(e.value, place); ok {
				p.variables[name] = found
				break
			}
		}
	}
	return e
}

// firstEvent reads server-sent events up to the first that has data.
func firstEvent(stream io.Reader) (read []byte, err error) {
	lines := bufio.NewScanner(stream)
	for data := false; lines.Scan(); {
		read = append(append(read, lines.Bytes()...), '\n')
		data = data || bytes.HasPrefix(lines.Bytes(), []byte("data:"))
		if data && len(lines.Bytes()) == 0 {
			return read, nil
		}
	}
	return read, lines.Err()
}
