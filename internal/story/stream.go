package story

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// maxLine is the maximum length of one line of input, in bytes.
const maxLine = 32 << 20

// Run reads items from r, one JSON object a line, and writes a Verdict for each to w in
// the same order. It flushes w as soon as no further line is waiting. A line that
// cannot be used has no answer; it is reported to warn as "line N: …" and counted in
// bad. Empty lines and a byte order mark are skipped. Run ends with an error if r or w
// fails or ctx ends.
func (c *Clusterer) Run(ctx context.Context, r io.Reader, w, warn io.Writer) (bad int, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; ; n++ {
		line, readErr := readLine(in)
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if err := c.answer(enc, line, readErr); errors.As(err, new(*badLine)) {
			bad++
			fmt.Fprintf(warn, "line %d: %v\n", n, err)
		} else if err != nil {
			return bad, err
		}
		if in.Buffered() == 0 || readErr == io.EOF {
			if err := out.Flush(); err != nil {
				return bad, err
			}
		}
		if readErr == io.EOF {
			return bad, nil
		}
		if err := ctx.Err(); err != nil {
			return bad, errors.Join(err, out.Flush())
		}
	}
}

// badLine is an error in one line of input, after which the run continues.
type badLine struct{ text string }

func (b *badLine) Error() string { return b.text }

func badf(format string, args ...any) error { return &badLine{fmt.Sprintf(format, args...)} }

// answer decides on one line. Any error that is not a badLine is fatal.
func (c *Clusterer) answer(enc *json.Encoder, line []byte, readErr error) error {
	if readErr != nil && readErr != io.EOF {
		return readErr
	}
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	item, published, err := parseItem(line)
	if err != nil {
		return err
	}
	return enc.Encode(c.Add(item, published))
}

func parseItem(line []byte) (Item, time.Time, error) {
	item, err := decodeItem(line)
	switch {
	case err != nil:
		return item, time.Time{}, err
	case item.ID == "":
		return item, time.Time{}, badf("no id: every item needs an \"id\" of its own")
	case item.Outlet == "":
		return item, time.Time{}, badf("no source: every item needs the outlet that published it as \"source\"")
	}
	return item, parseTime(item.Published), nil
}

// decodeItem reads the keys of an Item from an object and ignores all others, also those
// that differ from them in case only: what other programs mean by "URL" is theirs. The
// same goes for a "media" that is no list of files, because the key is our extension.
func decodeItem(line []byte) (Item, error) {
	var item Item
	var values map[string]json.RawMessage
	if err := json.Unmarshal(line, &values); err != nil {
		const want = `want one JSON object a line, as {"id":"1","source":"example.org"}`
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return item, badf("a JSON %s and no object; %s", wrong.Value, want)
		}
		return item, badf("no JSON: %v; %s", err, want)
	}
	for _, key := range []struct {
		name string
		text *string
	}{
		{"id", &item.ID}, {"source", &item.Outlet}, {"feed", &item.Feed}, {"url", &item.URL}, {"guid", &item.GUID},
		{"title", &item.Title}, {"summary", &item.Summary}, {"content_html", &item.Content}, {"text", &item.Text},
		{"published", &item.Published}, {"lang", &item.Language},
	} {
		value, ok := values[key.name]
		if !ok {
			continue
		}
		err := json.Unmarshal(value, key.text)
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return item, badf("%q is a %s; want a string", key.name, wrong.Value)
		}
	}
	if json.Unmarshal(values["media"], &item.Media) != nil {
		item.Media = nil
	}
	return item, nil
}

// layouts are the accepted forms of `published`. Without a zone, they are in UTC.
var layouts = [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-1-2"}

// parseTime returns zero for an absent or unreadable time. Feeds are full of such
// dates, and an item is worth more than its date.
func parseTime(s string) time.Time {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// readLine returns the next line, including its end. A line over maxLine is read to its
// end but reported as a badLine.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; !long {
			line = append(line, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if long && err == nil {
			err = badf("longer than %d MiB; want one item a line", maxLine>>20)
		}
		return line, err
	}
}
