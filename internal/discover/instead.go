package discover

import "tributary/internal/news"

// Instead returns the failure to read a feed with the address of the feed that
// the document links in its place, when it is a page that does: what used to
// be a feed moved, or somebody took the page for it. Other errors, and nil,
// stay as they are.
func Instead(err error, body []byte, base string) error {
	if news.OutcomeOf(err) != news.OutcomeNotAFeed {
		return err
	}
	for _, c := range Links(body, base) {
		if c.URL != base {
			return news.Failf(news.OutcomeNotAFeed, "%w; it links the feed %s", err, news.SafeURL(c.URL))
		}
	}
	return err
}
