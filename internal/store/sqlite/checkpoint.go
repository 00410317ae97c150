package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// Commits go to the write-ahead log, and a checkpoint copies its pages into the
// database. That takes noticeable time, so a separate connection does it while
// the writer goes on. The log restarts at its beginning only once all of it has
// been copied, and the writer appends to it meanwhile. So Checkpoint runs several
// rounds: each copies what arrived during the one before, and takes less time. If
// transactions follow each other without a pause, or if nobody calls Checkpoint,
// the log grows to maxLog bytes, and the writer then does the checkpoint itself.
const (
	maxLog               = 64 << 20
	commitsPerCheckpoint = 32
	checkpointRounds     = 6
)

// autocheckpoint makes the writer do a checkpoint when the log has maxLog bytes.
// The pragma counts pages, so for files of earlier versions, with pages twice as
// large, it is twice as many bytes.
var autocheckpoint = fmt.Sprintf("_pragma=wal_autocheckpoint(%d)", maxLog/pageSize)

// checkpoints holds the state of checkpoints.
type checkpoints struct {
	conn    *sql.DB
	commits int           // commits since a checkpoint was last due
	due     chan struct{} // holds a token when a checkpoint is due
}

func openCheckpoints(path string) (*checkpoints, error) {
	conn, err := sql.Open("sqlite", dsn(path, "_pragma=synchronous(NORMAL)"))
	if err != nil {
		return nil, err
	}
	conn.SetMaxOpenConns(1)
	return &checkpoints{conn: conn, due: make(chan struct{}, 1)}, nil
}

// Committed must be called after each transaction of the writer, never concurrently.
func (db *DB) Committed() {
	if db.checkpoints.commits++; db.checkpoints.commits < commitsPerCheckpoint {
		return
	}
	db.checkpoints.commits = 0
	select {
	case db.checkpoints.due <- struct{}{}:
	default:
	}
}

// CheckpointDue returns a channel that delivers a token when it is time to call Checkpoint.
func (db *DB) CheckpointDue() <-chan struct{} { return db.checkpoints.due }

// Checkpoint copies the write-ahead log into the database, without blocking the
// writer. A failure loses nothing: the log stays, and a later checkpoint copies
// it.
func (db *DB) Checkpoint(ctx context.Context) {
	last := -1
	for range checkpointRounds {
		var busy, pages, copied int
		err := db.checkpoints.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &copied)
		if err != nil || pages == last {
			return
		}
		last = pages
	}
}
