package seed

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// Scan is the result of scanning a folder.
type Scan struct {
	Document  *news.Document  // entries of the files read: new, changed or back; GUIDs set
	Files     []news.SeedFile // the complete state to store, by path and GUID; keeps all known records
	Withdrawn []string        // SeedFile.GUID of documents whose file vanished or became another document or a draft
	Returned  []string        // SeedFile.GUID of withdrawn documents that are back, whether or not their entries were read again
	Skipped   []Skip          // files without a document, for the operator; repeated in every scan
	Pending   bool            // some file was modified less than Settle ago: scan again soon
	Unchanged bool            // Files equal the known ones, and only Skipped and Pending are reported
}

// Skip says why a file has no document.
type Skip struct {
	Path    string // as in news.SeedFile
	Reason  string // one line for the operator
	Foreign bool   // its extension is not one of a seed
}

// Settle is how long size and modification time of a file must be unchanged before it is read, to
// avoid reading a half-written file.
const Settle = 2 * time.Second

// Read scans the files of a glob (* ? [] as in path.Match, ** for any depth) and compares them with
// known, the Files of the last scan. now is the present time.
//
// A file of known size and modification time is not read again. A file that was read is a known
// document in two cases: if its path is known and at least half of its five-word runs remain, or if
// its text is known and no other present file has it. Otherwise it is a new document. A document
// whose file vanished is withdrawn; if it comes back, it has the same id. A file that exists but
// cannot be read, is empty, binary or too large keeps its entry.
//
// An error is a *news.Failure, after which nothing must be changed: the folder is missing,
// unreadable or suddenly empty (refused), has too many files (too_large), the glob is invalid
// (malformed), or ctx is done (interrupted).
func Read(ctx context.Context, glob string, known []news.SeedFile, now time.Time) (*Scan, error) {
	dir, pattern := splitGlob(glob)
	f, err := openFolder(dir, pattern)
	if err != nil {
		return nil, err
	}
	defer f.root.Close()
	if err := f.list(ctx, pattern); err != nil {
		return nil, err
	}
	present := slices.ContainsFunc(known, func(r news.SeedFile) bool { return r.Present })
	if len(f.found) == 0 && len(f.lost) == 0 && present {
		return nil, news.Failf(news.OutcomeRefused, "the seed folder %s is suddenly empty; nothing was withdrawn", dir)
	}
	s := &scanner{folder: f, matcher: newMatcher(slices.Clone(known)), out: &Scan{}, now: now}
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	return s.finish(known), nil
}

// scanner is a scan in progress.
type scanner struct {
	*folder
	*matcher
	fresh []*fresh
	out   *Scan
	now   time.Time
}

// look examines the files: each is unchanged, read, or kept as it was.
func (s *scanner) look(ctx context.Context) error {
	for _, c := range s.found {
		if err := ctx.Err(); err != nil {
			return news.Failf(news.OutcomeInterrupted, "stopped while reading the seed folder: %w", err)
		}
		if i := s.unchanged(c); i >= 0 {
			s.holds[i] = settled
			continue
		}
		f, err := s.open(c)
		switch {
		case err == nil:
			s.fresh = append(s.fresh, f)
		case errors.Is(err, fs.ErrNotExist): // vanished since it was listed
		case errors.Is(err, errMoving):
			s.out.Pending = true
			s.keep(c.path)
		case errors.Is(err, errDraft):
			s.skip(c.path, err)
		default:
			s.skip(c.path, err)
			s.keep(c.path)
		}
	}
	for _, lost := range s.lost {
		s.keepBelow(lost)
	}
	return nil
}

// unchanged returns the record of a file with known size and modification time, or -1.
func (s *scanner) unchanged(c candidate) int {
	return s.pick(s.at[c.path], func(r news.SeedFile) bool { return r.Size == c.size && r.ModTime.Equal(c.mod) })
}

// open reads and parses a file that has settled. A modification time in the future, from a clock
// that runs ahead, does not show whether it has. Then it is enough that the file did not change
// while it was read.
func (s *scanner) open(c candidate) (*fresh, error) {
	if _, err := readerFor(c.path); err != nil {
		return nil, err
	}
	if c.size > MaxBytes {
		return nil, tooLarge(c.size)
	}
	if age := s.now.Sub(c.mod); age < Settle && age > -Settle {
		return nil, errMoving
	}
	data, err := s.read(c)
	if err != nil {
		return nil, err
	}
	p, err := parse(c.path, data)
	if err != nil {
		return nil, err
	}
	return newFresh(c, p, data), nil
}

func (s *scanner) skip(path string, err error) {
	reason := news.Cause(err).Error()
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		reason = "cannot be read: " + reason
	}
	_, foreign := readerFor(path)
	s.matcher.skipped = append(s.matcher.skipped, Skip{Path: path, Reason: reason, Foreign: foreign != nil})
}

// keep retains the documents of a path although its file cannot be read.
func (s *scanner) keep(path string) {
	for _, i := range s.at[path] {
		if s.records[i].Present && s.holds[i] == free {
			s.holds[i] = kept
		}
	}
}

// keepBelow is keep for a file, or for everything in a folder.
func (s *scanner) keepBelow(path string) {
	for i, r := range s.records {
		if r.Present && s.holds[i] == free && (r.Path == path || strings.HasPrefix(r.Path, path+"/")) {
			s.holds[i] = kept
		}
	}
}

// finish matches the files that were read and determines the difference from known.
func (s *scanner) finish(known []news.SeedFile) *Scan {
	out := s.out
	out.Document = &news.Document{Format: "seed", Outcome: news.OutcomeOK}
	entered := s.match(s.fresh)
	for _, f := range entered {
		s.enter(f)
	}
	for i := range s.records {
		r := &s.records[i]
		was := i < len(known) && known[i].Present
		r.Present = s.holds[i] != free
		switch {
		case was && !r.Present:
			out.Withdrawn = append(out.Withdrawn, r.GUID)
		case i < len(known) && !was && r.Present:
			out.Returned = append(out.Returned, r.GUID)
		}
	}
	slices.SortFunc(s.records, byPath)
	out.Files = s.records
	out.Skipped = slices.Concat(s.folder.skipped, s.matcher.skipped)
	slices.SortStableFunc(out.Skipped, func(a, b Skip) int { return strings.Compare(a.Path, b.Path) })
	out.Unchanged = len(entered) == 0 && len(out.Withdrawn) == 0 && len(out.Returned) == 0
	return out
}

// enter updates the record of a document that was read, and adds its entries to the scan's
// document.
func (s *scanner) enter(f *fresh) {
	r := &s.records[f.record]
	r.Path, r.TextHash, r.Runs, r.Size, r.ModTime = f.path, f.hash, f.runs, f.size, f.mod
	if f.feed {
		f.prefix(r.GUID)
	} else {
		f.document.Entries[0].GUID = r.GUID
	}
	s.out.Document.Entries = append(s.out.Document.Entries, f.document.Entries...)
	for _, repair := range f.document.Repairs {
		s.out.Document.Repairs = append(s.out.Document.Repairs, clean.Line(f.path)+": "+repair)
	}
}
