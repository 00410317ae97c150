package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

// checkLoops refuses a source whose address is that of one of our own feeds, or
// whose pattern matches their files, since everything we publish would come back
// as entries. Redirects and copies are detected when the source is read.
func (r *reader) checkLoops(f *file) {
	for _, d := range f.sources {
		if d.Kind == news.KindSeeds {
			r.checkSeedLoop(d, "publish", f.cfg.Publish, "all.atom", "all.rss", "all.json", "all/index.html")
			r.checkSeedLoop(d, "export", f.cfg.Export, "index.html", "feeds/all.atom", "feeds/all.rss", "feeds/all.json",
				"feeds/all/index.html", "stories/a.html", "sources/a.html")
			continue
		}
		if d.Kind != news.KindFeed || !f.cfg.Site.HasFeed(d.URL) && !isListenersFeed(d.URL, f.cfg.Listen) {
			continue
		}
		address := shown(d.address.Value)
		if news.HasSecret(d.URL) {
			address = "this address" // it holds the token of a private feed
		}
		r.errorf(d.address, "feed: %s is a feed of this Tributary; leave it out, or all that it publishes would come back", address)
	}
}

// checkSeedLoop refuses a pattern that matches files like those we write to a folder.
func (r *reader) checkSeedLoop(d *draft, key, folder string, files ...string) {
	matches := func(file string) bool {
		matched, _ := filepath.Match(d.URL, filepath.Join(folder, file))
		return matched
	}
	if folder != "" && slices.ContainsFunc(files, matches) {
		r.errorf(d.address, "seeds: %s matches what %s: writes, so all that this Tributary publishes would come back; keep the two in different folders",
			shown(d.address.Value), key)
	}
}

// isListenersFeed reports whether an address is below the feeds of a listener.
func isListenersFeed(address, listen string) bool {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Path, "/feeds/") && !strings.HasPrefix(u.Path, "/private/") {
		return false
	}
	host, port, err := net.SplitHostPort(listen)
	return err == nil && fetch.PortOf(u) == port && isHere(u.Hostname(), host)
}

// isHere reports whether the host of an address is that of a listener: the same
// name, or both are this machine.
func isHere(host, listener string) bool {
	local := func(s string) bool {
		addr, err := netip.ParseAddr(s)
		return s == "localhost" || err == nil && (addr.IsLoopback() || addr.IsUnspecified())
	}
	return strings.EqualFold(host, listener) || local(host) && (listener == "" || local(listener))
}
