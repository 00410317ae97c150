package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/internal/feedtest"
)

// follower subscribes at a hub and keeps what it receives.
type follower struct {
	callback string

	mu    sync.Mutex
	parts [][]string // entry ids of each delivery it accepted
	kills []int      // how often the hub had been killed before each delivery
	dead  int
}

var entryID = regexp.MustCompile(`<id>https://news\.example/(\d+)</id>`)

func newFollower(t *testing.T) *follower {
	t.Helper()
	f := &follower{}
	f.callback = "http://" + serveOn(t, 21, f) + "/push?key=t0ken"
	return f
}

func (f *follower) port() string {
	u, _ := url.Parse(f.callback)
	return u.Port()
}

// ServeHTTP confirms every subscription. A delivery counts once its body is
// complete. The response takes a moment, so that many kills fall between the two.
func (f *follower) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		io.WriteString(w, r.URL.Query().Get("hub.challenge"))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.URL.Query().Get("key") != "t0ken" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var ids []string
	for _, m := range entryID.FindAllStringSubmatch(string(body), -1) {
		ids = append(ids, m[1])
	}
	f.mu.Lock()
	f.parts, f.kills = append(f.parts, ids), append(f.kills, f.dead)
	f.mu.Unlock()
	time.Sleep(time.Duration(rand.IntN(1200)) * time.Millisecond)
	w.WriteHeader(http.StatusAccepted)
}

// check verifies that only deliveries under way at a kill were repeated. It
// returns how many these were, and the ids that were delivered.
func (f *follower) check(t *testing.T) (repeated int, has map[string]bool) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	has = map[string]bool{}
	for i, ids := range f.parts {
		before := map[string]bool{}
		if i > 0 && f.kills[i] > f.kills[i-1] {
			for _, id := range f.parts[i-1] {
				before[id] = true
			}
		}
		again := false
		for _, id := range ids {
			if has[id] && !before[id] {
				t.Errorf("delivery %d of %d repeats entry %s, which was not under way at a kill: %v", i, len(f.parts), id, f.parts)
			}
			again = again || has[id]
			has[id] = true
		}
		if again {
			repeated++
		}
	}
	return repeated, has
}

// TestKillBetweenDeliveries checks that the hub, killed at any moment, loses no
// entry, and repeats at most the delivery that was under way.
func TestKillBetweenDeliveries(t *testing.T) {
	t.Parallel()
	kills := 30
	if testing.Short() {
		kills = 6
	}
	up, reader := newGrowing(t, "news", 22), newFollower(t)
	dir := t.TempDir()
	address, err := feedtest.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	_, upPort, _ := strings.Cut(up.address, ":")
	site := "http://" + address
	config := fmt.Sprintf("listen: %s\nadmin: ''\nhub: on\nsite: {url: '%s'}\nlimits: {spacing: 200ms}\ndefaults: {allow_networks: [127.0.0.0/8], allow_ports: [%s, %s]}\n"+
		"sources:\n  - {feed: 'http://%s/', name: news, schedule: '@every 1s'}\nfeeds:\n  - {name: all, limit: 1000}\n", address, site, upPort, reader.port(), up.address)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, dir, "run --all").CombinedOutput(); err != nil { // before the subscription
		t.Fatalf("%v: %s", err, out)
	}
	past := int64(0)
	random := rand.New(rand.NewPCG(15, 15))
	subscribed := false
	serve := func(work func()) {
		if !killed(t, dir, "serve", work) {
			t.Fatal("serve ended by itself")
		}
		reader.mu.Lock()
		reader.dead++
		reader.mu.Unlock()
	}
	for n := range kills {
		serve(func() {
			before := up.served.Load()
			if !subscribed {
				subscribe(t, site, reader.callback)
				subscribed, past = true, up.served.Load()
			}
			if n%4 > 0 { // else it may be killed before it reads anything
				wait := time.Now().Add(20 * time.Second)
				for up.served.Load() == before && time.Now().Before(wait) {
					time.Sleep(10 * time.Millisecond)
				}
			}
			time.Sleep(time.Duration(random.Int64N(int64(2 * time.Second))))
		})
	}
	has := map[string]bool{}
	repeated := 0
	serve(func() {
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			want := max(up.served.Load(), past+int64(kills/2)) // all that was read until now must be delivered
			for ; time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
				if repeated, has = reader.check(t); has[fmt.Sprint(want)] || t.Failed() {
					return
				}
			}
		}
	})
	highest := past
	for id := range has {
		var n int64
		fmt.Sscan(id, &n)
		highest = max(highest, n)
	}
	for n := past + 1; n <= highest; n++ {
		if !has[fmt.Sprint(n)] {
			t.Errorf("entry %d never came", n)
		}
	}
	t.Logf("%d kills, %d deliveries of %d entries, %d repeated because they were under way", kills, len(reader.parts), highest-past, repeated)
	if int(highest-past) < kills/2 || repeated > kills {
		t.Errorf("%d entries, %d repeated: the test does not reach what it says", highest-past, repeated)
	}
	if !testing.Short() && repeated == 0 {
		t.Error("no kill fell into a delivery: the test does not reach what it says")
	}
}

// subscribe retries until the hub runs and accepts the subscription. An accepted
// one must not be lost.
func subscribe(t *testing.T, site, callback string) {
	t.Helper()
	form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {site + "/feeds/all.atom"}, "hub.callback": {callback}}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		resp, err := http.PostForm(site+"/hub", form)
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusAccepted {
			return
		}
	}
	t.Fatal("the hub takes no subscription")
}
