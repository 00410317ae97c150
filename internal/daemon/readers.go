package daemon

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// noteReadersEvery is how often it is stored who reads: requests themselves write nothing.
const noteReadersEvery = time.Minute

// readerRecorder stores now and then who reads.
func (d *Daemon) readerRecorder(ctx context.Context) error {
	for schedule.Sleep(ctx, noteReadersEvery) {
		d.noteReaders(ctx)
	}
	return nil
}

// noteReaders stores who read since the last time, even if ctx ends meanwhile. What cannot
// be stored, because the disk is full, is kept for the next time.
func (d *Daemon) noteReaders(ctx context.Context) {
	d.noteCadences(ctx)
	uses, announced := d.tokens.Take(), d.server.Readers.Aggregators()
	if len(uses) == 0 && len(announced) == 0 {
		return
	}
	if err := d.db.NoteReaders(context.WithoutCancel(ctx), uses, announced, d.opts.Now()); err != nil {
		d.tokens.GiveBack(uses) // what aggregators say they say again
		d.opts.Log.Error("store who reads", "error", err)
	}
}

// noteCadences stores how often readers come. What cannot be stored is lost; they will come
// again.
func (d *Daemon) noteCadences(ctx context.Context) {
	more := d.server.Readers.Cadences()
	if len(more) == 0 {
		return
	}
	if err := d.db.NoteCadences(context.WithoutCancel(ctx), more, d.opts.Now()); err != nil {
		d.opts.Log.Error("store how often readers come", "error", err)
	}
}

// readerNotes returns what the operator is told of the readers of each feed, by its row
// number.
func (d *Daemon) readerNotes(ctx context.Context, feeds []news.Feed) (map[int64]string, error) {
	now := d.opts.Now()
	announced, err := d.db.Aggregators(ctx, now)
	if err != nil {
		return nil, err
	}
	tokens, err := d.db.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	notes := map[int64]string{}
	for _, f := range feeds {
		notes[f.ID] = ReaderNote(f, announced[f.ID], tokens, now)
		turnover, err := d.db.Turnover(ctx, f, now)
		if err != nil {
			return nil, err
		}
		if turnover != nil {
			notes[f.ID] = strings.TrimPrefix(notes[f.ID]+", "+turnover.String(), ", ")
		}
	}
	return notes, nil
}

// ReaderNote returns what the operator is told of the readers of a feed; "" when none are
// known.
func ReaderNote(f news.Feed, announced []news.Aggregator, tokens []news.Token, now time.Time) string {
	var parts []string
	if f.Private {
		held, used := 0, 0
		for _, t := range tokens {
			if t.Feed != f.Name || !t.Revoked.IsZero() {
				continue
			}
			if held++; t.InUse(now) {
				used++
			}
		}
		parts = append(parts, fmt.Sprintf("private, %d %s, %d in use", held, news.Plural(held, "token", "tokens"), used))
	}
	sum := 0
	var names []string
	for _, a := range announced {
		sum += a.Subscribers
		names = append(names, fmt.Sprintf("%s %d", a.Client, a.Subscribers))
	}
	if len(names) > 0 {
		const named = 5
		if len(names) > named {
			names = append(names[:named], "…")
		}
		parts = append(parts, fmt.Sprintf("%d announced (%s)", sum, strings.Join(names, ", ")))
	}
	return strings.Join(parts, ", ")
}

// tellEvery is how often the number of readers in the User-Agent is brought up to date.
const tellEvery = time.Hour

// UserAgent says who we are, how to reach us (RFC 9110 section 10.1.5), and how
// many people we read for, in the form that feed readers use; a number below 0
// is unknown and left out.
func UserAgent(version string, site news.Site, readers int) string {
	var about []string
	if u, err := url.Parse(site.URL); err == nil && !slices.Contains([]string{"", "localhost", "127.0.0.1"}, u.Hostname()) {
		about = append(about, "+"+site.URL)
	}
	if site.Contact != "" {
		about = append(about, site.Contact)
	}
	if readers >= 0 {
		about = append(about, fmt.Sprintf("%d subscribers", readers))
	}
	if len(about) == 0 {
		return "Tributary/" + version
	}
	return "Tributary/" + version + " (" + strings.Join(about, "; ") + ")"
}

// updateUserAgent brings the User-Agent of the client up to date.
func (d *Daemon) updateUserAgent() {
	d.client.SetUserAgent(UserAgent(d.opts.Version, d.current.Load().cfg.Site, d.server.Readers.Count()))
}

// userAgentUpdater does so every tellEvery.
func (d *Daemon) userAgentUpdater(ctx context.Context) error {
	for schedule.Sleep(ctx, tellEvery) {
		d.updateUserAgent()
	}
	return nil
}
