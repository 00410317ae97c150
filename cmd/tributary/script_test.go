package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tributary/internal/feedtest"
)

// TestMain lets the scripts run this test binary as the command itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tributary": func() {
			if os.Getenv("UNPRIVILEGED") != "" {
				dropPrivileges()
			}
			os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
		},
	})
}

// TestScripts tests the commands as a user runs them, with one script for each
// behaviour. In addition to the commands of testscript there are
//
//	exits CODE PROGRAM ARGS…   run a program and require this exit code
//	expand FILE…               replace $UPSTREAM, $PORT and $LISTEN in files
//	old FILE…                  back-date files, so that they are read as seeds
//	json PATH WANT             compare a value in the JSON of the last standard output
//	keys PATH KEYS             compare the sorted keys of an object there
//	storyid FILE VAR           set VAR to the id of the last story named in a file
//	await FILE TEXT            wait until a file contains a text
//	stories FILE N             write a feed of N stories, one an hour, up to 2025-11-20
//	visited PATH STATUS FILE [TEXT]   save what the daemon at $LISTEN answers; wait until it holds a text
//	german FILE…               require that pages are German and have no English label
//
// The folder up/ of a script is served at $UPSTREAM, and again below
// $UPSTREAM/broken/ by a server that closes the connection before the end of the
// body.
func TestScripts(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.Chmod(filepath.Dir(root), 0o755); err != nil { // for UNPRIVILEGED
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		WorkdirRoot:         root,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "", // rewrites the files that cmp compares with
		Setup:               setup,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "expand": expand, "old": old, "json": jsonValue, "keys": jsonKeys, "await": await, "storyid": storyID, "stories": stories,
			"visited": visited, "german": german,
		},
	})
}

// setup starts the script's upstream, and makes its folder accessible to everybody.
func setup(env *testscript.Env) error {
	folder := filepath.Join(env.WorkDir, "up")
	if err := age(folder); err != nil { // or no document would be asked for under a condition
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(folder)))
	mux.HandleFunc("/broken/{name}", func(w http.ResponseWriter, r *http.Request) {
		body, err := os.ReadFile(filepath.Join(folder, r.PathValue("name")))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
		_, _ = w.Write(body) // and hang up before the announced last byte
	})
	upstream := httptest.NewServer(mux)
	env.Defer(upstream.Close)
	u, err := url.Parse(upstream.URL)
	if err != nil {
		return err
	}
	env.Setenv("UPSTREAM", upstream.URL)
	env.Setenv("PORT", u.Port())
	env.Setenv("TZ", "UTC")
	listen, err := feedtest.FreeAddress()
	if err != nil {
		return err
	}
	env.Setenv("LISTEN", listen)
	return os.Chmod(env.WorkDir, 0o755)
}

// condition adds [ci], under which external programs must be installed.
func condition(name string) (bool, error) {
	if name == "ci" {
		return os.Getenv("CI") == "true", nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

func stories(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: stories FILE N")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	last := time.Date(2025, 11, 20, 10, 0, 0, 0, time.UTC)
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Many</title><link>http://many.example/</link><description>x</description>`)
	for i := n; i > 0; i-- {
		fmt.Fprintf(&b, "<item><guid isPermaLink=\"false\">urn:example:%d</guid><title>Story %d</title><link>http://many.example/%d</link>"+
			"<description>The text of number %d.</description><pubDate>%s</pubDate></item>\n", i, i, i, i, last.Add(time.Duration(i-n)*time.Hour).Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s: got exit code %d, want %d\n%s%s", strings.Join(args[1:], " "), got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func expand(ts *testscript.TestScript, _ bool, files []string) {
	for _, file := range files {
		data := strings.NewReplacer("$UPSTREAM", ts.Getenv("UPSTREAM"), "$PORT", ts.Getenv("PORT"), "$LISTEN", ts.Getenv("LISTEN")).Replace(ts.ReadFile(file))
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(data), 0o644))
	}
}

func old(ts *testscript.TestScript, _ bool, files []string) {
	for _, file := range files {
		ts.Check(age(ts.MkAbs(file)))
	}
}

// age makes a file, or all that is in a folder, an hour old. A folder may be missing.
func age(path string) error {
	hourAgo := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(path, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, hourAgo, hourAgo)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// at returns the value at a path such as 0.items.1.title in the last output.
func at(ts *testscript.TestScript, path string) any {
	var value any
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	dec.UseNumber()
	ts.Check(dec.Decode(&value))
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				ts.Fatalf("%s: no %s in a list of %d", path, step, len(v))
			}
			value = v[i]
		default:
			ts.Fatalf("%s: no %s in %v", path, step, v)
		}
	}
	return value
}

func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: json PATH WANT")
	}
	got, ok := at(ts, args[0]).(string)
	if !ok {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		ts.Check(enc.Encode(at(ts, args[0])))
		got = strings.TrimSpace(out.String())
	}
	if (got == args[1]) == neg {
		ts.Fatalf("%s: got %s, want %s", args[0], got, args[1])
	}
}

func jsonKeys(ts *testscript.TestScript, _ bool, args []string) {
	object, ok := at(ts, args[0]).(map[string]any)
	if !ok {
		ts.Fatalf("%s is no object", args[0])
	}
	if got := fmt.Sprint(slices.Sorted(maps.Keys(object))); got != fmt.Sprint(args[1:]) {
		ts.Fatalf("%s: got keys %s, want %s", args[0], got, args[1:])
	}
}

// storyPattern matches the id of a story in the output of why, and in the address of its page.
var storyPattern = regexp.MustCompile(`(?:^story |/stories/)([a-z0-9]+)`)

func storyID(ts *testscript.TestScript, _ bool, args []string) {
	found := storyPattern.FindAllStringSubmatch(ts.ReadFile(args[0]), -1)
	if len(found) == 0 {
		ts.Fatalf("%s names no story", args[0])
	}
	ts.Setenv(args[1], found[len(found)-1][1])
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.Now().Add(30 * time.Second)
	for {
		data, _ := os.ReadFile(ts.MkAbs(args[0])) // the file may not exist yet
		if strings.Contains(string(data), args[1]) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: got %q, want it to hold %q", args[0], data, args[1])
		}
		time.Sleep(20 * time.Millisecond)
	}
}
