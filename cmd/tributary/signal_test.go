package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// serving is `tributary serve` as a process of its own.
type serving struct {
	t       *testing.T
	dir     string
	cmd     *exec.Cmd
	ended   chan struct{}
	address string

	mu  sync.Mutex
	log bytes.Buffer
}

func (s *serving) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *serving) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// serve starts the daemon with an empty seed folder, and waits until it listens.
func serve(t *testing.T) *serving {
	t.Helper()
	s := &serving{t: t, dir: t.TempDir(), ended: make(chan struct{})}
	if err := os.Mkdir(filepath.Join(s.dir, "seeds"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.configure("all")
	s.start()
	listens := regexp.MustCompile(`"listen":"([0-9.:]+)"`)
	s.await("it listens", func() bool { return listens.MatchString(s.text()) })
	s.address = listens.FindStringSubmatch(s.text())[1]
	return s
}

// start starts the daemon, which is killed when the test ends.
func (s *serving) start() {
	s.t.Helper()
	s.cmd = command(s.t, s.dir, "serve")
	s.cmd.Stderr = s
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		s.cmd.Wait() // the exit code tells the same
	}()
	s.t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-s.ended
	})
}

func (s *serving) configure(feed string) {
	s.t.Helper()
	text := fmt.Sprintf("listen: 127.0.0.1:0\nadmin: ''\nsources: [{seeds: seeds/*, name: seeds}]\nfeeds: [{name: %s}]\n", feed)
	if err := os.WriteFile(filepath.Join(s.dir, "config.yaml"), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *serving) await(what string, is func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain: %s; the log:\n%s", what, s.text())
		}
	}
}

func (s *serving) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// code waits for the process to end and returns its exit code.
func (s *serving) code() int {
	s.t.Helper()
	s.await("it ends", func() bool {
		select {
		case <-s.ended:
			return true
		default:
			return false
		}
	})
	return s.cmd.ProcessState.ExitCode()
}

// hold opens a connection with an incomplete request, which a server that shuts down waits for.
func (s *serving) hold() {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	if _, err := conn.Write([]byte("GET / HT")); err != nil {
		s.t.Fatal(err)
	}
	// Connections are accepted in order: when the next one is answered, this one
	// has been accepted too, and is not just dropped with the listener.
	answer, err := http.Get("http://" + s.address + "/")
	if err != nil {
		s.t.Fatal(err)
	}
	answer.Body.Close()
}

// closed reports whether the listener is closed, so that the shutdown has begun.
func (s *serving) closed() bool {
	conn, err := net.Dial("tcp", s.address)
	if err == nil {
		conn.Close()
	}
	return err != nil
}

func TestServeReloadsOnSIGHUP(t *testing.T) {
	s := serve(t)
	for _, feed := range []string{"one", "two"} {
		s.configure(feed)
		reloads := strings.Count(s.text(), "configuration reloaded")
		s.signal(syscall.SIGHUP)
		s.await("it reloads", func() bool { return strings.Count(s.text(), "configuration reloaded") > reloads })
	}
	s.configure("two") // unchanged: only the signal can cause the reload
	reloads := strings.Count(s.text(), "configuration reloaded")
	s.signal(syscall.SIGHUP)
	s.await("it reloads an unchanged file", func() bool { return strings.Count(s.text(), "configuration reloaded") > reloads })
	s.signal(os.Interrupt)
	if got := s.code(); got != 0 {
		t.Errorf("after SIGINT: got exit code %d, want 0:\n%s", got, s.text())
	}
}

// startOnPipe starts the daemon with a pipe as its configuration. feed writes the
// configuration if the daemon waits for it, so that it is not ready yet, and calls
// meanwhile before.
func startOnPipe(t *testing.T) (s *serving, feed func(meanwhile func())) {
	t.Helper()
	s = &serving{t: t, dir: t.TempDir(), ended: make(chan struct{})}
	pipe := filepath.Join(s.dir, "config.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	return s, func(meanwhile func()) {
		w, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return // nobody reads
		}
		meanwhile()
		fmt.Fprint(w, "listen: 127.0.0.1:0\nadmin: ''\nsources: [{seeds: seeds/*, name: seeds}]\nfeeds: [{name: all}]\n")
		w.Close()
	}
}

// A reload that comes while the daemon starts does not end it.
func TestSIGHUPDuringTheStart(t *testing.T) {
	s, feed := startOnPipe(t)
	s.await("it listens", func() bool {
		feed(func() { s.signal(syscall.SIGHUP) })
		return strings.Contains(s.text(), `"listen":`)
	})
}

// A configuration that came through a pipe is not read again, which would wait for ever.
func TestSIGHUPWithAPipe(t *testing.T) {
	s, feed := startOnPipe(t)
	s.await("it listens", func() bool {
		feed(func() {})
		return strings.Contains(s.text(), `"listen":`)
	})
	s.signal(syscall.SIGHUP)
	s.await("it tells", func() bool { return strings.Contains(s.text(), "is no regular file") })
	s.signal(syscall.SIGTERM)
	if got := s.code(); got != 0 {
		t.Errorf("got exit code %d, want 0:\n%s", got, s.text())
	}
}

// To be stopped before it is ready is no failure.
func TestSIGTERMDuringTheStart(t *testing.T) {
	s, feed := startOnPipe(t)
	told := false
	s.await("it ends", func() bool {
		feed(func() {
			if !told {
				s.signal(syscall.SIGTERM)
			}
			told = true
		})
		select {
		case <-s.ended:
			return true
		default:
			return false
		}
	})
	if got := s.cmd.ProcessState.ExitCode(); got != 0 || !strings.Contains(s.text(), `"stopped"`) {
		t.Errorf("got exit code %d, want 0, and that it stopped:\n%s", got, s.text())
	}
}

func TestServeEndsOnSIGTERM(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.hold()
	began := time.Now()
	s.signal(syscall.SIGTERM)
	if got := s.code(); got != 0 {
		t.Errorf("got exit code %d, want 0:\n%s", got, s.text())
	}
	if took := time.Since(began); took > 20*time.Second { // half of that where nothing else runs
		t.Errorf("it took %v, want at most 20 s", took)
	}
	if holder, err := os.ReadFile(filepath.Join(s.dir, "data", "tributary.db.lock")); err != nil || len(holder) > 0 {
		t.Errorf("the lock file says %q, %v; want it empty", holder, err)
	}
	if out, err := command(t, s.dir, "run --all").CombinedOutput(); err != nil {
		t.Errorf("the next process: %v: %s", err, out)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	s := serve(t)
	s.hold()
	s.signal(syscall.SIGTERM)
	s.await("it has begun to end", s.closed)
	time.Sleep(2 * echo)
	began := time.Now()
	s.signal(syscall.SIGINT)
	if got := s.code(); got != 1 {
		t.Errorf("got exit code %d, want 1", got)
	}
	if took := time.Since(began); took > 4*time.Second { // less than the first signal takes
		t.Errorf("it took %v, want it at once", took)
	}
	if !strings.Contains(s.text(), "second signal") {
		t.Errorf("got %q, want a word about it", s.text())
	}
	if out, err := command(t, s.dir, "run --all").CombinedOutput(); err != nil {
		t.Errorf("the next process: %v: %s", err, out)
	}
}

// TestOneSignalSentTwice: timeout(1) and other programs that start processes send a signal to
// the process and to its group.
func TestOneSignalSentTwice(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.hold()
	for _, sig := range []os.Signal{syscall.SIGSTOP, os.Interrupt, syscall.SIGTERM, syscall.SIGCONT} { // two of a kind would be one
		s.signal(sig)
	}
	if got := s.code(); got != 0 {
		t.Errorf("got exit code %d, want 0:\n%s", got, s.text())
	}
}

// TestRunLearnsThatTheDaemonEnded: a command that asked the daemon to fetch does not wait for
// one that was killed, and the next daemon fetches what was asked for.
func TestRunLearnsThatTheDaemonEnded(t *testing.T) {
	t.Parallel()
	upstream := newSluggish(t, 15)
	s := serve(t)
	_, port, _ := strings.Cut(upstream.address, ":")
	text := fmt.Sprintf("listen: 127.0.0.1:0\nadmin: ''\nlimits: {spacing: 0s}\nfeeds: [{name: all}]\nsources:\n  - {feed: 'http://%s/', name: news, schedule: '@every 24h', allow_networks: [127.0.0.0/8], allow_ports: [%s]}\n", upstream.address, port)
	if err := os.WriteFile(filepath.Join(s.dir, "config.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s.await("the source is read once", func() bool { return upstream.answered.Load() == 1 })
	upstream.slow.Store(true)
	var told bytes.Buffer
	asking := command(t, s.dir, "run news")
	asking.Stderr = &told
	if err := asking.Start(); err != nil {
		t.Fatal(err)
	}
	s.await("the daemon asks upstream", func() bool { return upstream.asked.Load() == 2 })
	began := time.Now()
	s.signal(os.Kill)
	if err := asking.Wait(); err == nil || !strings.Contains(told.String(), "ended and left 1 source unfetched") {
		t.Errorf("got %v, %q; want that the daemon ended", err, told.String())
	}
	if took := time.Since(began); took > askTime/4 {
		t.Errorf("it took %v, want it at once", took)
	}
	upstream.slow.Store(false)
	killed(t, s.dir, "serve", func() {
		s.await("the next daemon fetches it", func() bool { return upstream.answered.Load() == 2 })
	})
}

// sluggish is an upstream that responds at once, or only when the client gives up.
type sluggish struct {
	address         string
	slow            atomic.Bool
	asked, answered atomic.Int64
}

func newSluggish(t *testing.T, host int) *sluggish {
	t.Helper()
	u := &sluggish{}
	u.address = serveOn(t, host, u)
	return u
}

func (u *sluggish) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.asked.Add(1)
	if u.slow.Load() {
		<-r.Context().Done()
		return
	}
	fmt.Fprint(w, `<rss version="2.0"><channel><title>News</title><item><title>It happened</title><guid>urn:it:1</guid></item></channel></rss>`)
	u.answered.Add(1)
}
