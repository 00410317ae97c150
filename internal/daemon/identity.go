package daemon

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"tributary/internal/news"
)

// tellEvery is how often publishers are told a new number of readers.
const tellEvery = time.Hour

// UserAgent says who we are, how to reach us (RFC 9110 section 10.1.5), and how
// many people we read for, in the form that feed readers use; a number below 0
// is unknown and left out.
func UserAgent(version string, site news.Site, readers int) string {
	var about []string
	if u, err := url.Parse(site.URL); err == nil && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
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

// identify brings what the client says of us up to date.
func (d *Daemon) identify() {
	d.mu.Lock()
	site := d.cfg.Site
	d.mu.Unlock()
	d.client.SetUserAgent(UserAgent(d.opts.Version, site, d.server.Readers.Count()))
}

// identifier does so now and then.
func (d *Daemon) identifier(ctx context.Context) error {
	for sleep(ctx, tellEvery) {
		d.identify()
	}
	return nil
}

// shield closes our listeners to our sources: none may read the operator's pages
// or feed us to ourselves. A listener may be nil.
func (d *Daemon) shield(listeners ...net.Listener) {
	var own []netip.AddrPort
	for _, l := range listeners {
		if l == nil {
			continue
		}
		if tcp, ok := l.Addr().(*net.TCPAddr); ok {
			own = append(own, tcp.AddrPort())
		}
	}
	d.client.SetOwn(own)
}
