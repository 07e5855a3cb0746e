package api

import (
	"context"
	"fmt"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// Database is what health asks about the rows of the server.
type Database interface {
	// Ping reads, and writes too if the last write failed.
	Ping(ctx context.Context) error
	// LostCommits is how many acknowledged commits were missing at the start.
	LostCommits() int64
}

// The states of a database.
const (
	databaseHealthy    = "healthy"
	databaseIncomplete = "incomplete"
	databaseFailing    = "failing"
)

// healthTime bounds how long a health check waits for the database.
const healthTime = 3 * time.Second

// databaseHealth returns the state of the database and, unless it is healthy,
// a sentence about what is wrong and what helps.
func (a *API) databaseHealth(ctx context.Context) (state, problem string) {
	if a.Database == nil {
		return databaseHealthy, ""
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	if err := a.Database.Ping(ctx); err != nil {
		return databaseFailing, eliza.ErrorMessage(err)
	}
	if n := a.Database.LostCommits(); n > 0 {
		return databaseIncomplete, LostCommitsSentence(n)
	}
	return databaseHealthy, ""
}

// LostCommitsSentence tells a person what it means that commits were lost.
func LostCommitsSentence(n int64) string {
	return fmt.Sprintf("The last %d changes that had been acknowledged were no longer in the database when the server started: "+
		"its write-ahead log lost its end, or its files were replaced by older ones. Restore a backup if they matter", n)
}
