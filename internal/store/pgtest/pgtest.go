// Package pgtest gives tests a real PostgreSQL: one temporary cluster for a
// test binary, one empty database for each test.
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
//
//	func TestX(t *testing.T) { address := pgtest.Database(t) ... }
//
// The cluster starts with the first test that asks for it, listens on a Unix
// socket in a temporary folder only and is removed by Main. It needs
// PostgreSQL's own programs (Debian: apt-get install postgresql).
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

var shared struct {
	once    sync.Once
	cluster *Cluster
	err     error
	managed bool
	number  atomic.Int64
}

// Main runs the tests and removes the cluster that they used, if any.
func Main(m *testing.M) int {
	shared.managed = true
	code := m.Run()
	if shared.cluster != nil {
		if err := shared.cluster.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
			return 1
		}
	}
	return code
}

// Database makes an empty database for one test and returns its address.
func Database(t testing.TB) string {
	t.Helper()
	if !shared.managed {
		t.Fatal("pgtest.Main does not run these tests")
	}
	shared.once.Do(func() { shared.cluster, shared.err = Start(false) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	address, err := shared.cluster.Create(t.Context(), fmt.Sprintf("test%d", shared.number.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// Cluster is a running PostgreSQL.
type Cluster struct {
	dir  string
	stop func() error
}

// Start makes a cluster and waits until it answers. With durable it syncs
// every commit to disk; without, it is faster and would not survive a power
// loss.
func Start(durable bool) (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, stop: func() error { return nil }}
	if err := c.start(bin, durable); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) start(bin string, durable bool) error {
	as, err := account(c.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	args := []string{"-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=32MB"}
	if !durable {
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	log, err := os.Create(filepath.Join(c.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	server := exec.Command(filepath.Join(bin, "postgres"), args...)
	server.SysProcAttr, server.Dir, server.Stdout, server.Stderr = as, c.dir, log, log
	if c.stop, err = run(server); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	if err := c.ready(); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("postgres does not answer: %w\n%s", err, said)
	}
	return nil
}

func (c *Cluster) ready() error {
	db, err := sql.Open("pgx", c.address("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	end := time.Now().Add(30 * time.Second)
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		if err = db.Ping(); err == nil || time.Now().After(end) {
			return err
		}
	}
}

// Create makes an empty database and returns its address.
func (c *Cluster) Create(ctx context.Context, name string) (string, error) {
	db, err := sql.Open("pgx", c.address("postgres"))
	if err != nil {
		return "", err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", fmt.Errorf("create database: %w", err)
	}
	return c.address(name), nil
}

func (c *Cluster) address(database string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/" + database, RawQuery: url.Values{"host": {c.dir}}.Encode()}).String()
}

// Close stops the cluster and removes its files.
func (c *Cluster) Close() error {
	return errors.Join(c.stop(), os.RemoveAll(c.dir))
}

// programs finds the folder of initdb and postgres.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("these tests need PostgreSQL and its programs are not here: apt-get install postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}
