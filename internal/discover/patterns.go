package discover

import (
	"net/url"
	"slices"
	"strings"
)

// service derives feed addresses from the address of a page. The parts are those of the path.
type service struct {
	name  string
	hosts []string // without "www."; ".x" matches every host below x
	feeds func(u *url.URL, parts []string) []string
}

// services is searched in order; the first that serves the host is used.
var services = []service{
	{"YouTube", []string{"youtube.com", "m.youtube.com", "youtu.be"}, youtube},
	{"Reddit", []string{"reddit.com", "old.reddit.com", "new.reddit.com", "np.reddit.com"}, reddit},
	{"GitHub", []string{"github.com"}, github},
	{"GitLab", []string{"gitlab.com"}, gitlab},
	{"Forgejo", []string{"codeberg.org"}, forgejo},
	{"Bluesky", []string{"bsky.app"}, bluesky},
	{"Medium", []string{"medium.com"}, medium},
	{"Medium", []string{".medium.com"}, fixed("/feed")},
	{"Substack", []string{".substack.com"}, fixed("/feed")},
	{"WordPress", []string{".wordpress.com"}, fixed("/feed/")},
	{"Tumblr", []string{".tumblr.com"}, fixed("/rss")},
	{"Blogger", []string{".blogspot.com"}, fixed("/feeds/posts/default")},
	{"", []string{"threads.net", "threads.com", "tiktok.com"}, none}, // their profiles look like Mastodon's
	{"Mastodon", []string{"."}, mastodon},
}

func (s service) serves(host string) bool {
	return slices.ContainsFunc(s.hosts, func(h string) bool {
		return h == host || h == "." || h[0] == '.' && strings.HasSuffix(host, h)
	})
}

// known returns the feeds that a known service has for the page at raw, best first. It returns none
// if the service is unknown or the address does not suffice, as with a YouTube handle, whose page
// names the feed.
func known(raw string) (list []Candidate) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	i := slices.IndexFunc(services, func(s service) bool { return s.serves(host) })
	for _, feed := range services[i].feeds(u, parts(u)) {
		list = append(list, Candidate{URL: feed, Why: "where " + services[i].name + " keeps it"})
	}
	return list
}

// parts splits a path into at least four elements, so that missing parts are empty.
func parts(u *url.URL) []string {
	list := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	return append(list, make([]string, max(0, 4-len(list)))...)
}

func youtube(u *url.URL, p []string) []string {
	const feed = "https://www.youtube.com/feeds/videos.xml?"
	list := u.Query().Get("list")
	switch {
	case list != "":
		return []string{feed + "playlist_id=" + url.QueryEscape(list)}
	case p[0] == "channel" && p[1] != "":
		return []string{feed + "channel_id=" + p[1]}
	case p[0] == "user" && p[1] != "":
		return []string{feed + "user=" + p[1]}
	}
	return nil
}

func reddit(u *url.URL, p []string) []string {
	path := strings.TrimSuffix(strings.TrimSuffix(strings.Trim(u.EscapedPath(), "/"), ".rss"), "/")
	switch {
	case path == "":
		return []string{"https://www.reddit.com/.rss"}
	case p[0] == "u" && p[1] != "":
		return []string{"https://www.reddit.com/user/" + strings.TrimPrefix(path, "u/") + "/.rss"}
	case (p[0] == "r" || p[0] == "user") && p[1] != "":
		feed := "https://www.reddit.com/" + path + "/.rss"
		if span := u.Query().Get("t"); span != "" { // period of a top list: day, week, …
			feed += "?t=" + url.QueryEscape(span)
		}
		return []string{feed}
	}
	return nil
}

// githubPages are first path elements that are not accounts.
var githubPages = []string{"about", "apps", "collections", "explore", "features", "login", "marketplace", "orgs", "search", "settings", "sponsors", "topics", "trending"}

func github(_ *url.URL, p []string) []string {
	repo := "https://github.com/" + p[0] + "/" + strings.TrimSuffix(p[1], ".git")
	switch {
	case p[0] == "" || slices.Contains(githubPages, p[0]):
		return nil
	case p[1] == "":
		return []string{"https://github.com/" + p[0] + ".atom"}
	case p[2] == "commits" && p[3] != "":
		return []string{repo + "/commits/" + strings.Trim(strings.Join(p[3:], "/"), "/") + ".atom"}
	case p[2] == "commits", p[2] == "tags":
		return []string{repo + "/" + p[2] + ".atom"}
	}
	return []string{repo + "/releases.atom", repo + "/commits.atom", repo + "/tags.atom"}
}

func gitlab(_ *url.URL, p []string) []string {
	at := slices.Index(p, "-") // what follows is a page of the project
	if at < 0 {
		at = len(p)
	}
	if at < 2 || p[1] == "" {
		return nil
	}
	repo := "https://gitlab.com/" + strings.TrimRight(strings.Join(p[:at], "/"), "/")
	return []string{repo + "/-/releases.atom", repo + "/-/tags?format=atom", repo + ".atom"}
}

func forgejo(_ *url.URL, p []string) []string {
	switch {
	case p[0] == "":
		return nil
	case p[1] == "":
		return []string{"https://codeberg.org/" + p[0] + ".rss"}
	}
	repo := "https://codeberg.org/" + p[0] + "/" + p[1]
	return []string{repo + "/releases.rss", repo + ".rss"}
}

func bluesky(_ *url.URL, p []string) []string {
	if p[0] != "profile" || p[1] == "" {
		return nil
	}
	return []string{"https://bsky.app/profile/" + p[1] + "/rss"}
}

func medium(_ *url.URL, p []string) []string {
	if p[0] == "" {
		return nil
	}
	return []string{"https://medium.com/feed/" + p[0]}
}

// mastodon recognises profiles and hashtags on any server by the form of the path. The feed of a
// remote profile, /@name@host, is on its home server.
func mastodon(u *url.URL, p []string) []string {
	server := u.Scheme + "://" + u.Host
	name, remote, away := strings.Cut(strings.TrimPrefix(p[0], "@"), "@")
	switch {
	case strings.HasPrefix(p[0], "@") && away && remote != "":
		return []string{"https://" + remote + "/@" + name + ".rss"}
	case strings.HasPrefix(p[0], "@") && name != "":
		return []string{server + "/@" + strings.TrimSuffix(name, ".rss") + ".rss"}
	case (p[0] == "users" || p[0] == "tags") && p[1] != "":
		return []string{server + "/" + p[0] + "/" + strings.TrimSuffix(p[1], ".rss") + ".rss"}
	}
	return nil
}

func fixed(path string) func(*url.URL, []string) []string {
	return func(u *url.URL, _ []string) []string { return []string{"https://" + u.Host + path} }
}

func none(*url.URL, []string) []string { return nil }
