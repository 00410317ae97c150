package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// What is committed goes to the write-ahead log, and a checkpoint copies its pages into
// the database. That takes long enough to be felt, so it is done beside the writer, by a
// connection of its own. The log begins anew only when all of it is copied, and more
// comes meanwhile: what came is copied at once, which takes less time with each round.
// If it never gets there, because transactions follow each other without a pause, or if
// nobody calls Checkpoint, the writer does it when the log has grown to its limit.
const (
	maxLog               = 64 << 20
	commitsPerCheckpoint = 32
	checkpointRounds     = 6
)

// autocheckpoint is the parameter that has the writer copy a log of that length, of
// twice that in a file with the larger pages of earlier versions.
var autocheckpoint = fmt.Sprintf("_pragma=wal_autocheckpoint(%d)", maxLog/pageSize)

// checkpoints is what does them.
type checkpoints struct {
	conn    *sql.DB
	commits int           // since it was last due
	due     chan struct{} // holds one token then
}

func openCheckpoints(path string) (*checkpoints, error) {
	conn, err := sql.Open("sqlite", dsn(path, "_pragma=synchronous(NORMAL)"))
	if err != nil {
		return nil, err
	}
	conn.SetMaxOpenConns(1)
	return &checkpoints{conn: conn, due: make(chan struct{}, 1)}, nil
}

// Committed is told of each transaction of the writer, in turn.
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

// CheckpointDue has a token after some transactions: then it is time for Checkpoint.
func (db *DB) CheckpointDue() <-chan struct{} { return db.checkpoints.due }

// Checkpoint copies the log into the database, and what came meanwhile, beside the
// writer. Nothing is lost when it fails: the log stays, and the next time is not far.
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
