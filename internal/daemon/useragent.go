package daemon

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
)

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
	for sleep(ctx, tellEvery) {
		d.updateUserAgent()
	}
	return nil
}
