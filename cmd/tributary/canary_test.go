package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// canaries are secrets of every kind that a configuration can hold. None of them
// may appear in anything that Tributary prints or publishes.
var canaries = map[string]string{
	"path of a private address":        "c4nary-path",
	"token in a query":                 "c4nary-query",
	"header":                           "c4nary-header",
	"password":                         "c4nary-password",
	"password as it is sent":           base64.StdEncoding.EncodeToString([]byte("me:c4nary-password")),
	"variable":                         "c4nary-variable",
	"file":                             "c4nary-file",
	"address of a private list":        "c4nary-list",
	"header of a list":                 "c4nary-key",
	"address on a private list":        "c4nary-member",
	"token of an address on a list":    "c4nary-listed",
	"token where a redirect leads":     "c4nary-redirect",
	"token of an address that is none": "c4nary-nowhere",
	"token of a source that moved":     "c4nary-moved",
	"token of a home page":             "c4nary-home",
	"who is written to":                "c4nary@example.org",
}

const canaryConfig = `
listen: 127.0.0.1:0
admin: 127.0.0.1:0
site: {url: "http://river.example"}
limits: {spacing: 0s, total: 2s, per_host: 8}
defaults: {allow_networks: [127.0.0.0/8], allow_ports: [$PORT]}
sources:
  - {feed: "$UP/feed/c4nary-path.xml", name: private, public: false}
  - {feed: "$UP/missing/c4nary-path", name: privatemissing, public: false}
  - {feed: "$UP/feed/query.xml?token=c4nary-query", name: query}
  - {feed: "$UP/missing?token=c4nary-query", name: querymissing}
  - {feed: "$UP/page?api_key=c4nary-query", name: querypage}
  - {feed: "$UP/hangup?api_key=c4nary-query", name: queryhangup}
  - {feed: "$UP/slow?api_key=c4nary-query", name: queryslow}
  - {feed: "$UP/echo?token=c4nary-query", name: queryecho, headers: {X-Key: c4nary-header}}
  - {feed: "http://c4nary-host.invalid/?token=c4nary-nowhere", name: nowhere}
  - {feed: "http://10.0.0.1/c4nary-path?token=c4nary-nowhere", name: blocked, public: false}
  - {feed: "$UP/feed/header.xml", name: header, headers: {X-Key: c4nary-header, Authorization: "Bearer ${file:secret}"}}
  - {feed: "$UP/auth", name: login, basic_auth: {username: me, password: c4nary-password}, contact: c4nary@example.org}
  - {feed: "$UP/feed/${CANARY}.xml", name: variable, public: false}
  - {feed: "$UP/redirect", name: redirected}
  - {feed: "$UP/elsewhere", name: leaked}
  - {feed: "$UP/moved", name: moved}
  - {feed: "$UP/feed/pushed.xml", name: pushed}
  - {opml: "$UP/list/c4nary-list.opml", name: secretlist, public: false, headers: {X-Key: c4nary-key}}
  - {opml: "$UP/list/open.opml?token=c4nary-query", name: openlist}
  - {opml: "$UP/missing?token=c4nary-query", name: lostlist}
`

// canaryUpstream misbehaves in every way that could make us reveal a secret. It
// keeps the secrets that hubs were sent.
type canaryUpstream struct {
	*httptest.Server
	mu     sync.Mutex
	secret []string
}

func newCanaryUpstream(t *testing.T) *canaryUpstream {
	up := &canaryUpstream{}
	mux := http.NewServeMux()
	feed := func(name string) string {
		return fmt.Sprintf(`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>%s</title><link>http://up.example/?token=c4nary-home</link>
			<item><guid>urn:%s</guid><title>About %s</title><link>http://up.example/%s</link><description>All about %s, in many words.</description></item>`,
			name, name, name, name, name)
	}
	mux.HandleFunc("/feed/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimSuffix(r.PathValue("name"), ".xml")
		hub := ""
		if name == "pushed" {
			hub = fmt.Sprintf(`<atom:link rel="hub" href="%s/hub"/><atom:link rel="self" href="%s/feed/pushed.xml"/>`, up.URL, up.URL)
		}
		if strings.HasPrefix(name, "c4nary") {
			name = "hidden"
		}
		fmt.Fprint(w, strings.Replace(feed(name), "<item>", hub+"<item>", 1), "</channel></rss>")
	})
	mux.HandleFunc("/hub", func(w http.ResponseWriter, r *http.Request) {
		up.mu.Lock()
		defer up.mu.Unlock()
		callback, _ := url.Parse(r.FormValue("hub.callback"))
		up.secret = append(up.secret, r.FormValue("hub.secret"), filepath.Base(callback.Path))
		w.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("/list/{name}", func(w http.ResponseWriter, r *http.Request) {
		member := "/feed/c4nary-member.xml"
		if strings.HasPrefix(r.PathValue("name"), "open") {
			member = "/feed/listed.xml?token=c4nary-listed"
		}
		fmt.Fprintf(w, `<opml version="2.0"><body><outline text="L" xmlUrl="%s"/></body></opml>`, up.URL+member)
	})
	mux.HandleFunc("/auth", func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "c4nary-password" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, feed("login"), "</channel></rss>")
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/missing?token=c4nary-redirect", http.StatusFound)
	})
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://me:c4nary-redirect@10.0.0.1/?token=c4nary-redirect", http.StatusFound)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/feed/moved.xml?token=c4nary-moved", http.StatusMovedPermanently)
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html><body>", r.URL, r.Header) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.URL.String()+r.Header.Get("X-Key"))
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, r.URL, r.Header)
	})
	mux.HandleFunc("/hangup", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	up.Server = httptest.NewServer(mux)
	t.Cleanup(up.Close)
	return up
}

// told returns the secrets that were sent to the hub.
func (up *canaryUpstream) told() []string {
	up.mu.Lock()
	defer up.mu.Unlock()
	return slices.Clone(up.secret)
}

// safeBuffer is a buffer for concurrent writers.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// canary is a daemon whose configuration is full of secrets, with everything it
// has printed or published so far.
type canary struct {
	t      *testing.T
	config string
	log    *safeBuffer
	said   map[string]string // by where it was found
}

// TestNoSecretLeaves records everything that Tributary publishes, prints or logs,
// including errors, and checks that it contains no secret of the configuration
// (promise 6 of docs/design.md).
func TestNoSecretLeaves(t *testing.T) {
	up := newCanaryUpstream(t)
	t.Setenv("CANARY", "c4nary-variable")
	c := newCanary(t)
	text := pointed(canaryConfig, up.URL)
	c.write("config.yaml", text)
	c.write("secret", "c4nary-file\n")
	stop := c.serve()
	public, admin := c.awaitServing()
	c.await("everything was tried once, and the hub was told a secret", func() bool {
		return strings.Contains(c.command("sources"), "login") && !regexp.MustCompile(`(?m)^\S+ +new `).MatchString(c.command("sources")) && len(up.told()) >= 2
	})
	c.await("the feed shows what is public", func() bool { return strings.Contains(c.get(public+"/feeds/all.atom"), "About login") })

	if walked := c.walk(public, publicRoutes([]string{"all"}, c.sources(), []string{"about", "all", "source:private", "-nothing"})); len(walked) < 30 {
		t.Errorf("walked %d routes, want them all: %v", len(walked), walked)
	}
	for _, path := range []string{"/status", "/metrics", "/debug/pprof/cmdline", "/debug/pprof/goroutine?debug=2"} {
		c.get(admin + path)
	}
	c.commands()
	c.write("config.yaml", brokenCanaries+text)
	c.await("the broken configuration is told", func() bool { return strings.Contains(c.log.String(), "the new one has problems") })
	c.command("check")
	stop()
	c.files("feeds")
	c.search(up.told())
}

// brokenCanaries makes the configuration invalid in places that hold secrets.
const brokenCanaries = `
proxy: "ftp://me:c4nary-password@proxy.example:1"
include: "c4nary-${file:secret}["
defaults: {user_agent: "c4nary\u0007-${CANARY}", schedule: "${CANARY}"}
feeds: [{name: "${file:secret}", sources: ["${CANARY}"], limit: "${CANARY}"}]
`

func newCanary(t *testing.T) *canary {
	return &canary{t: t, config: filepath.Join(t.TempDir(), "config.yaml"), log: &safeBuffer{}, said: map[string]string{}}
}

// pointed inserts the address of the upstream into a configuration.
func pointed(config, upstream string) string {
	u, _ := url.Parse(upstream)
	return strings.NewReplacer("$UP", upstream, "$PORT", u.Port()).Replace(config)
}

// serve starts the daemon. The function that it returns stops the daemon and records its log.
func (c *canary) serve() (stop func()) {
	ctx, cancel := context.WithCancel(c.t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "-v", "--config", c.config}, streams{strings.NewReader(""), io.Discard, c.log})
	}()
	return func() {
		cancel()
		if code := <-ended; code != 0 {
			c.t.Errorf("serve ended with %d", code)
		}
		c.said["the log"] = c.log.String()
	}
}

// sources returns the names of all sources, including private ones.
func (c *canary) sources() (names []string) {
	for _, line := range strings.Split(c.command("sources"), "\n") {
		if name, _, ok := strings.Cut(line, " "); ok {
			names = append(names, name)
		}
	}
	return names
}

func (c *canary) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(filepath.Dir(c.config), name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// awaitServing returns the addresses of the two listeners.
func (c *canary) awaitServing() (public, admin string) {
	find := func(key string) string {
		m := regexp.MustCompile(`"msg":"serving".*"` + key + `":"([^"]+)"`).FindStringSubmatch(c.log.String())
		if m == nil {
			return ""
		}
		return "http://" + m[1]
	}
	c.await("it serves", func() bool { return find("listen") != "" && find("admin") != "" })
	return find("listen"), find("admin")
}

func (c *canary) await(what string, is func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("waited in vain: %s; sources:\n%s\nlog:\n%s", what, c.command("sources"), c.log)
		}
	}
}

// get records the header and the body of a response, and returns the body.
func (c *canary) get(address string) string {
	c.t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	c.said["GET "+address] = fmt.Sprint(resp.Header) + string(body)
	return string(body)
}

// publicRoutes returns the paths at which a walk of everything public starts:
// those that no page may link to, and those that a stranger would try. New kinds
// of routes have to be added here.
func publicRoutes(feeds, sources, searches []string) []string {
	routes := []string{"/", "/sources.opml", "/healthz", "/readyz", "/websub/x", "/nothing?token=x",
		"/private", "/private/", "/private/ABCDEFGHIJKLMNOPQRSTUVWXYZ/", "/private/ABCDEFGHIJKLMNOPQRSTUVWXYZ/stories/x"}
	for _, asked := range []string{"hidden", "login", "none"} {
		routes = append(routes, "/why?url=http://up.example/"+asked)
	}
	routes = append(routes, "/why", "/search", "/hub")
	for _, q := range searches {
		routes = append(routes, "/search?q="+q, "/search?q="+q+"&sort=best", "/search.atom?q="+q, "/search.rss?q="+q, "/search.json?q="+q)
	}
	for _, name := range feeds {
		for _, q := range searches {
			routes = append(routes, "/feeds/"+name+".atom?q="+q, "/search?feed="+name+"&q="+q)
		}
		for _, ext := range []string{"", ".atom", ".rss", ".json"} {
			routes = append(routes, "/feeds/"+name+"/older/9223372036854775807"+ext, "/feeds/"+name+"/archive/1"+ext)
		}
		routes = append(routes, "/feeds/"+name, "/feeds/"+name+"/")
		for _, path := range []string{name + ".atom", name + ".atom?q=all", name + "/archive/1.atom", name + "/older/9223372036854775807", "search?q=all"} {
			routes = append(routes, "/private/ABCDEFGHIJKLMNOPQRSTUVWXYZ/"+path)
		}
		for _, ext := range []string{"atom", "rss", "json", "opml"} {
			routes = append(routes, "/feeds/"+name+"."+ext)
		}
	}
	for _, name := range sources {
		routes = append(routes, "/sources/"+url.PathEscape(name))
	}
	return routes
}

// walk follows every link to our own pages, beginning at the given paths, and
// returns all paths it visited.
func (c *canary) walk(public string, todo []string) map[string]bool {
	c.t.Helper()
	links := regexp.MustCompile(`(?:href|id|url)(?:="|>|": ?")(?:http://river\.example)?(/[^"<]*)`)
	seen := map[string]bool{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] || strings.HasPrefix(path, "//") {
			continue
		}
		seen[path] = true
		for _, m := range links.FindAllStringSubmatch(c.get(public+path), -1) {
			todo = append(todo, m[1])
		}
	}
	return seen
}

// command records and returns the output of a command.
func (c *canary) command(args ...string) string {
	c.t.Helper()
	var out bytes.Buffer
	run(c.t.Context(), append(args, "--config", c.config), streams{strings.NewReader(""), &out, &out})
	c.said["tributary "+strings.Join(args, " ")] = out.String()
	return out.String()
}

// commands runs every command that prints something about sources.
func (c *canary) commands() {
	var sources []struct{ Name string }
	if err := json.Unmarshal([]byte(c.command("sources", "--json")), &sources); err != nil || len(sources) < 15 {
		c.t.Fatalf("%d sources, %v", len(sources), err)
	}
	for _, args := range [][]string{
		{"check"}, {"check", "--fetch"}, {"check", "--fetch", "--json"}, {"sources", "--politeness"}, {"sources", "--politeness", "--json"},
		{"feeds"}, {"feeds", "--json"}, {"export"}, {"why", "urn:hidden"}, {"why", "urn:login"}, {"why", "nothing"},
		{"run", "querymissing", "privatemissing", "redirected"}, {"run", "--all", "-v"}, {"sources", "--write"},
	} {
		c.command(args...)
	}
	for _, s := range sources {
		c.command("check", "--only", s.Name)
	}
}

// files records everything in a folder that a web server may serve. Of compressed
// files it only reads those for gzip, since the others have the same content.
func (c *canary) files(name string) {
	c.t.Helper()
	folder := filepath.Join(filepath.Dir(c.config), name)
	n := 0
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.HasSuffix(path, ".gz") {
			data = unzipped(c.t, data)
		}
		c.said[path] = path + string(data)
		n++
		return err
	})
	if err != nil || n < 8 {
		c.t.Errorf("%s: %d files, %v", name, n, err)
	}
}

// search reports every canary in what was recorded.
func (c *canary) search(hub []string) {
	secrets := map[string]string{}
	for kind, secret := range canaries {
		secrets[kind] = secret
	}
	for i, s := range hub {
		if s == "" {
			c.t.Error("the hub was told an empty secret")
		}
		secrets[fmt.Sprintf("what a hub was told (%d)", i)] = s
	}
	for where, text := range c.said {
		for kind, secret := range secrets {
			for _, form := range []string{secret, url.QueryEscape(secret)} {
				at := strings.Index(text, form)
				if at < 0 || kind == "who is written to" && !strings.HasPrefix(where, "GET ") && !strings.Contains(where, "/feeds/") {
					continue // the operator may see contacts
				}
				c.t.Errorf("%s: the %s: …%q…", where, kind, text[max(0, at-150):min(len(text), at+80)])
			}
		}
	}
}

func unzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
