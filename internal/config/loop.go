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
func (r *reader) checkLoops(f *sections) {
	for _, d := range f.sources {
		if d.Kind == news.KindSeeds {
			r.checkSeedLoop(d, "publish", f.cfg.Publish, "all.atom", "all.rss", "all.json", "all/index.html")
			r.checkSeedLoop(d, "export", f.cfg.Export, "index.html", "feeds/all.atom", "feeds/all.rss", "feeds/all.json",
				"feeds/all/index.html", "stories/a.html", "sources/a.html")
			continue
		}
		if d.Kind != news.KindFeed || !isOwnFeed(d.URL, f.cfg.Site.URL, f.cfg.Listen) {
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

// isOwnFeed reports whether an address is below the feeds of the site or of its listener.
func isOwnFeed(address, site, listen string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	feeds := func(path string) bool {
		return strings.HasPrefix(path, "/feeds/") || strings.HasPrefix(path, "/private/")
	}
	base, err := url.Parse(site)
	if err == nil && base.Host != "" && sameHost(u, base) && strings.HasPrefix(u.Path, base.Path) && feeds(u.Path[len(base.Path):]) {
		return true
	}
	host, port, err := net.SplitHostPort(listen)
	return err == nil && fetch.PortOf(u) == port && isHere(u.Hostname(), host) && feeds(u.Path)
}

func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(a.Hostname(), b.Hostname()) && (fetch.PortOf(a) == fetch.PortOf(b) || a.Port() == "" && b.Port() == "")
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
