package store

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/elizad/elizad/internal/eliza"
)

// ErrDamaged is within every error that says that the database's files are
// damaged. Trying again does not help: the files must be restored or repaired.
var ErrDamaged = errors.New("the database is damaged")

// WhatToDoWhenDamaged is the advice that goes with ErrDamaged.
const WhatToDoWhenDamaged = "stop the server, keep a copy of the data folder, and restore the folder from a backup; " +
	"without one, `sqlite3 eliza.db .recover` saves what can still be read"

// diskFailure returns what err says about the disk under the database, nil
// when it says nothing. The result's code is STORAGE_FULL for a full disk and
// UNAVAILABLE for any other failure; ErrDamaged is within it when the files
// are damaged. The codes are those of SQLite's "Result and Error Codes".
func diskFailure(err error) *eliza.Error {
	if err == nil {
		return nil
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return storageFull(err)
	}
	if errors.Is(err, ErrDamaged) {
		return damaged(err)
	}
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return nil
	}
	switch lite.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return storageFull(err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return damaged(err)
	case sqlite3.SQLITE_IOERR:
		return &eliza.Error{Code: eliza.CodeUnavailable, Message: "The disk refuses to read or write the database (an I/O error); the server keeps trying", Err: err}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return &eliza.Error{Code: eliza.CodeUnavailable, Message: "The database's files cannot be written; check their owner, their mode and whether the disk is mounted read-only", Err: err}
	}
	return nil
}

func storageFull(err error) *eliza.Error {
	return &eliza.Error{Code: eliza.CodeStorageFull, Message: "The disk is full; free some space, and writing goes on by itself", Err: err}
}

func damaged(err error) *eliza.Error {
	if !errors.Is(err, ErrDamaged) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return &eliza.Error{Code: eliza.CodeUnavailable, Message: "The database is damaged: " + WhatToDoWhenDamaged, Err: err}
}
