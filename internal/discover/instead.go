package discover

import "tributary/internal/news"

// Instead adds to the failure to read a feed the address of a feed that the document links to. It
// does so if the document is a page with such a link: the feed moved, or somebody mistook the page
// for the feed. Other errors, and nil, are returned unchanged.
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
