package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"
)

const (
	// startTime bounds a start.
	startTime = 30 * time.Second
	// pollEvery is how often a server that starts is asked whether it is there.
	pollEvery = 500 * time.Microsecond
)

// elizad is a running server.
type elizad struct {
	*child
	address string
	ready   time.Duration // from exec to the first 200 of /health
	said    bytes.Buffer  // what it printed
}

// place is where and with what a server runs.
type place struct {
	binary   string
	folder   string
	model    string // address of the model server; empty: nothing is configured
	postgres string // address of the database; empty: SQLite
}

// start runs the server and waits until it is ready. The environment holds
// nothing but what is set here.
func (p place) start(ctx context.Context) (*elizad, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &elizad{address: fmt.Sprintf("127.0.0.1:%d", port)}
	cmd := exec.Command(p.binary, "start")
	cmd.Dir = p.folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.folder, fmt.Sprintf("SERVER_PORT=%d", port), "ELIZA_DATA_DIR=" + p.folder, "ELIZA_RATE_LIMIT=off"}
	if p.model != "" {
		cmd.Env = append(cmd.Env, "OPENAI_BASE_URL="+p.model+"/v1")
	}
	if p.postgres != "" {
		cmd.Env = append(cmd.Env, "POSTGRES_URL="+p.postgres)
	}
	cmd.Stdout, cmd.Stderr = &s.said, &s.said
	begun := time.Now()
	if s.child, err = spawn(ctx, "elizad", cmd); err != nil {
		return nil, err
	}
	if err := s.wait(ctx, begun); err != nil {
		s.kill()
		return nil, fmt.Errorf("%w\n%s", err, s.said.Bytes())
	}
	return s, nil
}

// wait asks for health until the answer is 200.
func (s *elizad) wait(ctx context.Context, begun time.Time) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for time.Since(begun) < startTime {
		if status, _, err := s.get(ctx, "/health"); err == nil && status == 200 {
			s.ready = time.Since(begun)
			return nil
		}
		select {
		case <-ticker.C:
		case <-s.ended:
			return fmt.Errorf("elizad ended while it started: %w", errors.Join(s.err, ctx.Err()))
		}
	}
	return fmt.Errorf("elizad is not ready after %s", startTime)
}

// stop ends the server and keeps its words for the error.
func (s *elizad) stop() error {
	if err := s.child.stop(); err != nil {
		return fmt.Errorf("%w\n%s", err, s.said.Bytes())
	}
	return nil
}

// get asks for a path over a connection of its own.
func (s *elizad) get(ctx context.Context, path string) (int, []byte, error) {
	return s.once(ctx, get(nil, s.address, path))
}

func (s *elizad) once(ctx context.Context, request []byte) (int, []byte, error) {
	c, err := dial(ctx, s.address)
	if err != nil {
		return 0, nil, err
	}
	defer c.close()
	if err := c.conn.SetDeadline(time.Now().Add(ioTimeout)); err != nil {
		return 0, nil, err
	}
	return c.do(request)
}

// ask sends a request, wants this status, and reads data of the envelope.
func (s *elizad) ask(ctx context.Context, request []byte, status int, data any) error {
	got, body, err := s.once(ctx, request)
	if err != nil {
		return err
	}
	if got != status {
		return wrong(got, body, fmt.Sprint(status))
	}
	envelope := struct{ Data any }{data}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return fmt.Errorf("%w in %s", err, body)
	}
	return nil
}

// agent returns the id of the only agent.
func (s *elizad) agent(ctx context.Context) (string, error) {
	var data struct{ Agents []struct{ ID string } }
	if err := s.ask(ctx, get(nil, s.address, "/api/agents"), 200, &data); err != nil {
		return "", fmt.Errorf("list agents: %w", err)
	}
	if len(data.Agents) != 1 {
		return "", fmt.Errorf("list agents: there are %d", len(data.Agents))
	}
	return data.Agents[0].ID, nil
}

// newAgent makes one more agent and returns its id.
func (s *elizad) newAgent(ctx context.Context, name string, settings map[string]string) (string, error) {
	body, err := json.Marshal(map[string]any{"characterJson": map[string]any{"name": name, "bio": []string{"Is measured."}, "settings": settings}})
	if err != nil {
		return "", err
	}
	var data struct{ ID string }
	if err := s.ask(ctx, post(nil, s.address, "/api/agents", body), 201, &data); err != nil {
		return "", fmt.Errorf("make agent %s: %w", name, err)
	}
	return data.ID, nil
}

// channel makes a channel of a kind and returns its id.
func (s *elizad) channel(ctx context.Context, name, kind string, members ...string) (string, error) {
	body, err := json.Marshal(map[string]any{"name": name, "type": kind, "message_server_id": messageServer, "participantCentralUserIds": members})
	if err != nil {
		return "", err
	}
	var data struct{ ID string }
	if err := s.ask(ctx, post(nil, s.address, "/api/messaging/channels", body), 201, &data); err != nil {
		return "", fmt.Errorf("make channel %s: %w", name, err)
	}
	return data.ID, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// callsOfATurn is how often an agent called its model for a turn, in the mean
// of its last ones.
func (s *elizad) callsOfATurn(ctx context.Context, agent string) (float64, error) {
	var data struct {
		Runs []struct{ Usage struct{ ModelCalls int } }
	}
	if err := s.ask(ctx, get(nil, s.address, "/api/agents/"+agent+"/runs?limit=100"), 200, &data); err != nil {
		return 0, fmt.Errorf("list runs: %w", err)
	}
	if len(data.Runs) == 0 {
		return 0, errors.New("list runs: there are none")
	}
	sum := 0
	for _, run := range data.Runs {
		sum += run.Usage.ModelCalls
	}
	return float64(sum) / float64(len(data.Runs)), nil
}
