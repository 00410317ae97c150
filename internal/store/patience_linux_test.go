package store

import (
	"testing"
	"time"
)

// Only the work of a search itself counts, not that of other programs.
func TestPatienceCountsWork(t *testing.T) {
	const patience = 200 * time.Millisecond
	began := time.Now()
	ctx, end := withPatience(t.Context(), patience)
	defer end()
	time.Sleep(2 * patience)
	if ctx.Err() != nil {
		t.Fatal("it ended while nothing was done")
	}
	used := threadTime()
	for ctx.Err() == nil {
	}
	if done, took := used(), time.Since(began); done < patience/2 && took < maxWait*patience {
		t.Errorf("it ended after %v of work in %v, want %v of work", done, took, patience)
	}
}

func TestPatienceEnds(t *testing.T) {
	ctx, end := withPatience(t.Context(), 5*time.Millisecond)
	defer end()
	select {
	case <-ctx.Done():
	case <-time.After(time.Minute):
		t.Error("it waits for ever")
	}
}
