package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// State is how a finding judges its subject.
type State string

// A failure keeps the server from starting or from answering; a warning does
// not.
const (
	Fine    State = "ok"
	Warning State = "warn"
	Failure State = "fail"
)

// Finding is one line of a diagnosis.
type Finding struct {
	Subject string
	State   State
	Says    string // what was found
	Do      string // what helps; empty when nothing need be done
}

// Diagnose looks at everything a server with these settings would need, and
// changes nothing but what a start would: an older database is brought up to
// date.
func Diagnose(ctx context.Context, cfg config.Config) []Finding {
	if err := cfg.Check(); err != nil {
		return []Finding{BadSetting(err)}
	}
	findings := []Finding{{Subject: "settings", State: Fine, Says: "every value is allowed"}, checkKey(cfg.Key)}
	for _, file := range cfg.Characters {
		findings = append(findings, checkCharacter(file))
	}
	findings = append(findings, checkFolder(cfg.DataDir))
	findings = append(findings, checkSpace(cfg.DataDir)...)
	findings = append(findings, checkDatabase(ctx, &cfg))
	findings = append(findings, checkModels(ctx, &cfg)...)
	return append(findings, checkPort(ctx, &cfg))
}

// BadSetting is the finding about settings that a server refuses.
func BadSetting(err error) Finding {
	return Finding{"settings", Failure, err.Error(), "correct it; docs/CONFIG.md lists what is allowed"}
}

func checkKey(key string) Finding {
	switch {
	case key == "":
		return Finding{Subject: "key", State: Fine, Says: "none is set, so only this machine can connect"}
	case access.Guessable(key):
		return Finding{"key", Warning, "it can be guessed", "set ELIZA_SERVER_AUTH_TOKEN to the output of `openssl rand -hex 24`"}
	}
	return Finding{Subject: "key", State: Fine, Says: fmt.Sprintf("%d characters", len(key))}
}

func checkCharacter(file string) Finding {
	c, err := readCharacter(file)
	if err != nil {
		return Finding{"character", Failure, fmt.Sprintf("%s: %v", file, err), "correct the file or leave it out"}
	}
	return Finding{Subject: "character", State: Fine, Says: fmt.Sprintf("%s: %s", file, c.Name)}
}

// checkFolder tries to write where the data folder is, or where it would be
// made.
func checkFolder(dir string) Finding {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		return Finding{"data folder", Failure, dir + " is not a folder", "choose another one with ELIZA_DATA_DIR"}
	}
	place := existing(dir)
	probe, err := os.CreateTemp(place, ".elizad-doctor-*")
	if err != nil {
		return Finding{"data folder", Failure, fmt.Sprintf("%s cannot be written: %v", place, err), "let this user write there, or choose another folder with ELIZA_DATA_DIR"}
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return Finding{"data folder", Failure, fmt.Sprintf("a file in %s cannot be removed: %v", place, err), "choose another folder with ELIZA_DATA_DIR"}
	}
	if info == nil {
		return Finding{Subject: "data folder", State: Fine, Says: dir + " will be made at the first start"}
	}
	return Finding{Subject: "data folder", State: Fine, Says: dir + " can be written"}
}

// existing is dir, or the nearest folder above it that is there.
func existing(dir string) string {
	dir, err := filepath.Abs(dir)
	for err == nil {
		if _, gone := os.Stat(dir); gone == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

const (
	leastSpace = 50 << 20
	lowSpace   = 500 << 20
)

func checkSpace(dir string) []Finding {
	free, known := freeSpace(existing(dir))
	if !known {
		return nil
	}
	f := Finding{Subject: "disk", State: Fine, Says: fmt.Sprintf("%d MB are free", free>>20)}
	switch {
	case free < leastSpace:
		f.State, f.Do = Failure, "make room: the database could not grow"
	case free < lowSpace:
		f.State, f.Do = Warning, "make room before the database grows"
	}
	return []Finding{f}
}

func checkDatabase(ctx context.Context, cfg *config.Config) Finding {
	// PostgreSQL is looked at without the folder's lock and under a name of
	// its own, so that a server that runs is not disturbed.
	place := store.Config{PostgresURL: cfg.PostgresURL, Look: true}
	if cfg.PostgresURL == "" {
		place.DataDir = cfg.DataDir
		if _, err := os.Stat(filepath.Join(cfg.DataDir, "eliza.db")); errors.Is(err, os.ErrNotExist) {
			return Finding{Subject: "database", State: Fine, Says: "will be made at the first start"}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	s, err := store.Open(ctx, place)
	if err != nil {
		return databaseTrouble(err, cfg)
	}
	lost := s.LostCommits()
	stats, err := s.Stats(ctx)
	if err = errors.Join(err, s.Close()); err != nil {
		return databaseTrouble(err, cfg)
	}
	if lost > 0 {
		return Finding{"database", Failure, api.LostCommitsSentence(lost), "restore the data folder from a backup, or start the server to go on without them"}
	}
	return Finding{Subject: "database", State: Fine, Says: fmt.Sprintf("%s, schema %d, %d agents, %d messages, %d KB",
		stats.Database, stats.Schema, stats.Agents, stats.Messages, stats.Bytes>>10)}
}

func databaseTrouble(err error, cfg *config.Config) Finding {
	says := strings.ReplaceAll(err.Error(), "\n", "; ")
	var coded *eliza.Error
	switch {
	case errors.Is(err, store.ErrDamaged) && errors.As(err, &coded):
		return Finding{"database", Failure, coded.Err.Error(), store.WhatToDoWhenDamaged}
	case errors.Is(err, store.ErrInUse):
		return Finding{"database", Warning, says, "stop that server before you start this one, or choose another folder with ELIZA_DATA_DIR"}
	case cfg.PostgresURL != "":
		return Finding{"database", Failure, says, "start PostgreSQL, or correct POSTGRES_URL"}
	}
	return Finding{"database", Failure, says, "restore the folder from a backup, or choose another one with ELIZA_DATA_DIR"}
}

func checkPort(ctx context.Context, cfg *config.Config) Finding {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Address())
	if err == nil {
		listener.Close()
		return Finding{Subject: "port", State: Fine, Says: cfg.Address() + " is free"}
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return Finding{"port", Failure, err.Error(), "choose another address with SERVER_HOST and SERVER_PORT"}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var sick *unwell
	switch err := alive(ctx, cfg.Address()); {
	case errors.As(err, &sick):
		return Finding{"port", Failure, fmt.Sprintf("the elizad at %s is not well: %s", cfg.Address(), sick.problem), "do as it says"}
	case err == nil:
		return Finding{"port", Warning, "an elizad answers at " + cfg.Address() + " already", "stop it before you start this one, or choose another port with SERVER_PORT"}
	}
	return Finding{"port", Failure, cfg.Address() + " is taken by another program", "choose another port with SERVER_PORT"}
}
