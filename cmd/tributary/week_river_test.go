package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// door is the public address of a daemon, which listens on a different port after
// each start. It stands for a web server in front of the daemon.
type door struct {
	url string

	mu sync.Mutex
	to *url.URL
}

func newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{}
	d.url = listen(t, 1, &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.to != nil {
				p.SetURL(d.to)
			}
		},
		Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true},
	})
	return d
}

// open makes the door lead to a daemon.
func (d *door) open(t *testing.T, address string) {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.to = to
}

// settle makes a folder for a daemon with this configuration.
func settle(t *testing.T, binary, config string) *river {
	t.Helper()
	r := &river{dir: t.TempDir(), binary: binary, ended: make(chan error, 1)}
	write(t, r.dir, "config.yaml", config)
	if err := os.Mkdir(filepath.Join(r.dir, "seeds"), 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

// seed adds a back-dated document to the folder, because a seed is read only if
// it has not changed for a while.
func (r *river) seed(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(r.dir, "seeds", name)
	old := time.Now().Add(-time.Hour)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
}

// kill ends the daemon with SIGKILL.
func (r *river) kill(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-r.ended
}

// interrupted runs a command that fails because the daemon is killed meanwhile.
func (w *week) interrupted(t *testing.T, names ...string) {
	cmd := exec.CommandContext(t.Context(), w.river.binary, append([]string{"run"}, names...)...)
	cmd.Dir = w.river.dir
	_ = cmd.Run()
}

// second is another Tributary that subscribes to our documents. If pushed, it is
// a daemon with an address of its own; otherwise it runs every evening. It keeps
// our ids, except for private stories: each Tributary makes new ids for these, so
// that they reveal nothing.
type second struct {
	binary    string
	documents []string
	pushed    bool
	keep      bool // its feeds have duplicates: keep
	door      *door
	river     *river
}

func (s *second) poll(t *testing.T, addresses map[string]string) {
	first := s.river == nil
	if first {
		s.river = settle(t, s.binary, s.configuration(t, addresses))
	}
	switch {
	case !s.pushed:
		s.river.command(t, "run", "--all", "--strict")
	case first:
		s.river.serve(t)
		s.door.open(t, s.river.url)
		eventually(t, func() string { return s.unsubscribed(t) })
	}
}

func (s *second) configuration(t *testing.T, addresses map[string]string) string {
	t.Helper()
	var sources, feeds strings.Builder
	ports := map[string]bool{}
	for _, document := range s.documents {
		address := addresses[document]
		ports[port(t, address)] = true
		fmt.Fprintf(&sources, "  - {feed: '%s', name: %s, public: %t}\n", address, document, !strings.Contains(address, "/private/"))
		duplicates := map[bool]string{true: "keep", false: "collapse"}[s.keep]
		access := map[bool]string{true: "private", false: "public"}[strings.Contains(address, "/private/")]
		fmt.Fprintf(&feeds, "  - {name: %s, sources: [%[1]s], limit: 1000, duplicates: %s, access: %s}\n", document, duplicates, access)
	}
	var reach []string
	for p := range ports {
		reach = append(reach, p)
	}
	websub := map[bool]string{true: "on", false: "off"}[s.pushed]
	return fmt.Sprintf("site: {title: Second, url: '%s'}\nlisten: 127.0.0.1:0\nadmin: ''\nlimits: {spacing: 0s}\n"+
		"defaults: {schedule: '%s', websub: %s, allow_networks: [127.0.0.0/8], allow_ports: [%s]}\nsources:\n%sfeeds:\n%s",
		s.door.url, halfADayAway(), websub, strings.Join(reach, ", "), sources.String(), feeds.String())
}

// halfADayAway returns a schedule that does not fire while the test runs.
func halfADayAway() string {
	return fmt.Sprintf("CRON_TZ=UTC 0 %d * * *", (time.Now().UTC().Hour()+12)%24)
}

// unsubscribed names a source that no hub delivers.
func (s *second) unsubscribed(t *testing.T) string {
	t.Helper()
	var sources []struct {
		Name string
		Push struct{ State string }
	}
	if err := json.Unmarshal([]byte(s.river.command(t, "sources", "--json")), &sources); err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		if source.Push.State != "active" {
			return fmt.Sprintf("no hub delivers %s to the second Tributary: its push is %q", source.Name, source.Push.State)
		}
	}
	return ""
}

func (s *second) holds(t *testing.T, document string) []item {
	t.Helper()
	if s.pushed {
		return s.river.items(t, document)
	}
	var feeds []struct {
		Name    string
		Stories []struct{ GUID, Title, Link string }
	}
	if err := json.Unmarshal([]byte(s.river.command(t, "feeds", "--json")), &feeds); err != nil {
		t.Fatal(err)
	}
	var items []item
	for _, feed := range feeds {
		if feed.Name != document {
			continue
		}
		for _, story := range feed.Stories {
			if document == "club-atom" {
				story.GUID = ""
			}
			items = append(items, item{ID: story.GUID, Title: story.Title, URL: story.Link})
		}
	}
	return items
}

func (s *second) expects(l *ledger) []item { return l.byID() }
