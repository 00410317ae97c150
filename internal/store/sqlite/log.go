package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// What is committed goes to the write-ahead log, and its pages are folded into the
// database by and by (a checkpoint). That takes long enough to be felt, so it is done
// beside the writer, by a connection of its own. While transactions follow each other
// without a pause it never quite reaches the end of the log, which begins anew only
// then: so the writer folds the rest when the log has grown to its limit.
const (
	maxLog         = 64 << 20
	commitsPerFold = 32
)

// autofold is the parameter that has the writer fold a log of that length, of twice
// that in a file with the larger pages of earlier versions.
var autofold = fmt.Sprintf("_pragma=wal_autocheckpoint(%d)", maxLog/pageSize)

// foldingLog folds the log into the database.
type foldingLog struct {
	conn    *sql.DB
	commits int // since it was last asked to
	busy    sync.Mutex
	running sync.WaitGroup
}

func openLog(path string) (*foldingLog, error) {
	conn, err := sql.Open("sqlite", dsn(path, "_pragma=synchronous(NORMAL)"))
	if err != nil {
		return nil, err
	}
	conn.SetMaxOpenConns(1)
	return &foldingLog{conn: conn}, nil
}

// Committed is told of each transaction of the writer, in turn, and has the log folded
// after some. It does not wait for that.
func (db *DB) Committed() {
	if db.log.commits++; db.log.commits < commitsPerFold || !db.log.busy.TryLock() {
		return
	}
	db.log.commits = 0
	db.log.running.Go(func() {
		defer db.log.busy.Unlock()
		// Nothing is lost when it fails: the log stays, and the next time is not far.
		_, _ = db.log.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)")
	})
}

func (l *foldingLog) close() error {
	l.running.Wait()
	return l.conn.Close()
}
