package main_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// testPages runs axe on a page of every kind in Chromium, at the widths of a
// phone and a desktop, in light and dark. axe must find nothing.
func (c *cabinet) testPages(t *testing.T) {
	browser, axe, pages := chromium(t), axeScript(t), c.pages(t)
	reports := make(chan map[string][]string, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("/axe.html", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join("testdata", "e2e", "axe.html"))
	})
	mux.HandleFunc("/axe.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, axe) })
	mux.HandleFunc("/pages.json", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(slices.Sorted(maps.Keys(pages)))
	})
	mux.HandleFunc("/report", func(_ http.ResponseWriter, r *http.Request) {
		var report map[string][]string
		if err := json.NewDecoder(r.Body).Decode(&report); err != nil {
			report = map[string][]string{"report": {err.Error()}}
		}
		reports <- report
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(pages[r.URL.RequestURI()])
	})
	browse(t, browser, listen(t, 1, mux)+"/axe.html")
	select {
	case report := <-reports:
		for path, problems := range report {
			for _, problem := range problems {
				t.Errorf("%s: %s", path, problem)
			}
		}
		if len(report) != len(pages) {
			t.Errorf("%d pages were looked at, want %d", len(report), len(pages))
		}
	case <-time.After(2 * patience):
		t.Errorf("%s has not looked at all pages within %s", filepath.Base(browser), 2*patience)
	}
}

// browse opens an address in a headless browser until the test ends.
func browse(t *testing.T, browser, address string) {
	t.Helper()
	cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"--remote-debugging-port=0", "--window-size=1400,1000", "--user-data-dir="+t.TempDir(), address)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// chromium finds the browser, which has two possible names.
func chromium(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("chromium-headless-shell"); err == nil {
		return path
	}
	return program(t, "chromium")
}

// axeScript finds the file that `npm install --global axe-core` installs.
func axeScript(t *testing.T) string {
	t.Helper()
	folder := strings.TrimSpace(string(run(t, t.TempDir(), nil, program(t, "npm"), "root", "--global")))
	script := filepath.Join(folder, "axe-core", "axe.min.js")
	if _, err := os.Stat(script); err != nil {
		missing(t, "axe-core (npm install --global axe-core)")
	}
	return script
}

// pages returns a page of every kind, by path and query, as the daemon wrote it; in German
// below /de.
// Only the content security policy, which forbids scripts, is replaced by axe.
func (c *cabinet) pages(t *testing.T) map[string][]byte {
	t.Helper()
	token, err := url.Parse(strings.TrimSpace(c.command(t, "token", "add", "club", "axe")))
	if err != nil {
		t.Fatal(err)
	}
	private := strings.TrimSuffix(strings.TrimPrefix(token.Path, "/water"), "club.atom")
	paths := []string{
		"/", "/feeds/grouped/", "/feeds/arabic/", "/feeds/empty/", "/feeds/listen/", "/feeds/plain/sources",
		c.link(t, "/feeds/plain/", "/feeds/plain/older/[0-9]+"),
		c.link(t, "/feeds/grouped/", "/stories/[a-z0-9]+"),
		c.link(t, "/sources/kurier", "/stories/[a-z0-9]+"),
		"/sources/kurier", "/sources/varied", "/sources/missing",
		"/search", "/search?q=water", "/search?q=chronicle&feed=chronicle", "/search?q=xyzzy", "/search?q=%22",
		"/why", "/why?url=https://cabinet.example/log/1", "/why?url=https://cabinet.example/none", "/why?url=https://nobody.example/1", "/why?url=nonsense",
		"/none", private + "club/", private + "search?q=water",
	}
	pages := map[string][]byte{}
	for _, at := range paths {
		_, pages[at] = c.get(t, at, nil)
	}
	c.speakGerman(t)
	for _, at := range paths {
		_, pages["/de"+at] = c.get(t, at, nil)
	}
	operator := &river{url: c.admin}
	_, pages["/status"] = operator.get(t, "/status", nil)
	policy := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)
	for at, body := range pages {
		pages[at] = policy.ReplaceAll(body, []byte(`<script src="/axe.js"></script>`))
		if bytes.Equal(pages[at], body) {
			t.Errorf("%s is no page: %.200s", at, body)
		}
	}
	return pages
}

// speakGerman makes the pages German.
func (c *cabinet) speakGerman(t *testing.T) {
	t.Helper()
	file := filepath.Join(c.dir, "config.yaml")
	config, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	config = bytes.Replace(config, []byte("site: {"), []byte("site: {language: de, "), 1)
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() string {
		for _, at := range []string{"/", "/feeds/grouped/", "/feeds/empty/"} {
			if _, page := c.get(t, at, nil); !bytes.Contains(page, []byte(`<html lang="de">`)) {
				return at + " is not German"
			}
		}
		return ""
	})
}

// link finds a link in a page.
func (c *cabinet) link(t *testing.T, at, pattern string) string {
	t.Helper()
	_, body := c.get(t, at, nil)
	found := regexp.MustCompile(`href="` + siteURL + `(` + pattern + `)"`).FindSubmatch(body)
	if found == nil {
		t.Fatalf("%s has no link to %s: %s", at, pattern, body)
	}
	return string(found[1])
}
