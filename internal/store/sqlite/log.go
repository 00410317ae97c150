package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// What is committed goes to the write-ahead log, and its pages are folded into the
// database by and by (a checkpoint). That takes long enough to be felt, so it is done
// beside the writer, by a connection of its own. The log begins anew only when all of it
// is folded, and more comes meanwhile: what came is folded at once, which takes less
// time with each round. If it never gets there, because transactions follow each other
// without a pause, the writer folds the rest when the log has grown to its limit.
const (
	maxLog         = 64 << 20
	commitsPerFold = 32
	foldRounds     = 6
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
		db.log.fold()
	})
}

// fold folds the log, and what came meanwhile. Nothing is lost when it fails: the log
// stays, and the next time is not far.
func (l *foldingLog) fold() {
	last := -1
	for range foldRounds {
		var busy, pages, folded int
		err := l.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &folded)
		if err != nil || pages == last {
			return
		}
		last = pages
	}
}

func (l *foldingLog) close() error {
	l.running.Wait()
	return l.conn.Close()
}
