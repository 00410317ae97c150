package main_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// liferea is a desktop reader. It runs on a virtual display and a session bus of
// its own. It identifies an item of a feed by its id, and keeps the first
// version: Liferea 1.14 ignores later ones.
type liferea struct {
	program, home string
	env           []string
	cmd           *exec.Cmd
}

func newLiferea(t *testing.T, home string) subscriber {
	for _, name := range []string{"dbus-daemon", "dbus-send", "Xvfb"} {
		program(t, name)
	}
	return &liferea{program: program(t, "liferea"), home: home}
}

// helper starts a program that runs until the test ends, and returns the first line it prints.
func (l *liferea) helper(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = l.env
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(name), err)
	}
	return strings.TrimSpace(line)
}

// poll makes liferea update all feeds, and starts it if necessary. The updates
// arrive in the background.
func (l *liferea) poll(t *testing.T, addresses map[string]string) {
	if l.cmd == nil {
		l.open(t, addresses)
	}
	eventually(t, func() string {
		if out, err := l.call(t, "Refresh"); err != nil {
			return fmt.Sprintf("liferea: Refresh: %v: %s", err, out)
		}
		return ""
	})
}

// call calls a method of liferea on the session bus.
func (l *liferea) call(t *testing.T, method string) ([]byte, error) {
	call := exec.CommandContext(t.Context(), "dbus-send", "--session", "--print-reply", "--dest=org.gnome.feed.Reader",
		"/org/gnome/feed/Reader", "org.gnome.feed.Reader."+method)
	call.Env = l.env
	return call.CombinedOutput()
}

// desktop starts the session bus and the display.
func (l *liferea) desktop(t *testing.T) {
	t.Helper()
	// The default network monitor would see only the loopback interface, and report no network.
	l.env = []string{"HOME=" + l.home, "XDG_RUNTIME_DIR=" + l.home, "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8",
		"GSETTINGS_BACKEND=memory", "GIO_USE_NETWORK_MONITOR=base", "NO_AT_BRIDGE=1"}
	l.env = append(l.env,
		"DBUS_SESSION_BUS_ADDRESS="+l.helper(t, "dbus-daemon", "--session", "--nofork", "--print-address"),
		"DISPLAY=:"+l.helper(t, "Xvfb", "-displayfd", "1", "-nolisten", "tcp"))
}

func (l *liferea) open(t *testing.T, addresses map[string]string) {
	t.Helper()
	if l.env == nil {
		l.desktop(t)
	}
	folder := filepath.Join(l.home, ".config", "liferea")
	if _, err := os.Stat(folder); err != nil {
		var list strings.Builder
		for document, address := range addresses {
			fmt.Fprintf(&list, `<outline id="%s" title="%[1]s" text="%[1]s" type="rss" xmlUrl="%s" updateInterval="-1" cacheLimit="unlimited"/>`, document, address)
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, folder, "feedlist.opml", `<opml version="1.0"><head><title>Feeds</title></head><body>`+list.String()+`</body></opml>`)
	}
	l.cmd = exec.Command(l.program)
	l.cmd.Env = l.env
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.close(t) })
}

// close ends liferea as a logout does, so that it saves everything.
func (l *liferea) close(t *testing.T) {
	if l.cmd == nil {
		return
	}
	ended := make(chan error, 1)
	go func(cmd *exec.Cmd) { ended <- cmd.Wait() }(l.cmd)
	_ = l.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already, which Wait reports
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		_ = l.cmd.Process.Kill()
		<-ended
		t.Error("liferea did not end within 10 s")
	}
	l.cmd = nil
}

func (l *liferea) holds(t *testing.T, document string) []item {
	path := filepath.Join(l.home, ".local", "share", "liferea", "liferea.db")
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	return rows(t, path, `SELECT source_id, title, coalesce(source, '') FROM items WHERE node_id = $1 AND comment = 0`, document)
}

func (l *liferea) expects(led *ledger) []item { return led.byFirst() }
