package story

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// TestRunGolden reads testdata/cluster.jsonl, which has good and bad lines, and
// compares everything that is printed.
func TestRunGolden(t *testing.T) {
	in, err := os.Open("testdata/cluster.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out, warn bytes.Buffer
	bad, err := NewClusterer().Run(t.Context(), in, &out, &warn)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Appendf(nil, "%s-- stderr --\n%s-- bad lines: %d --\n", out.Bytes(), warn.Bytes(), bad)
	if *update {
		if err := os.WriteFile("testdata/cluster.golden", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/cluster.golden")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRunAnswersAtOnce holds that a verdict does not wait for the next item.
func TestRunAnswersAtOnce(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := NewClusterer().Run(context.Background(), inR, outW, io.Discard)
		done <- err
	}()
	answers := bufio.NewScanner(outR)
	for i := range 3 {
		fmt.Fprintf(inW, `{"id":"%d","source":"bote.example"}`+"\n", i)
		if !answers.Scan() {
			t.Fatalf("no answer to item %d", i)
		}
	}
	inW.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRunLongLine(t *testing.T) {
	long := `{"id":"1","source":"a.example","text":"` + strings.Repeat("x", maxLine) + `"}`
	in := strings.NewReader(long + "\n" + `{"id":"2","source":"a.example"}`)
	var out, warn bytes.Buffer
	bad, err := NewClusterer().Run(t.Context(), in, &out, &warn)
	if err != nil || bad != 1 {
		t.Fatalf("bad %d, err %v; want 1 bad line", bad, err)
	}
	if want := "line 1: longer than 32 MiB; want one item a line\n"; warn.String() != want {
		t.Errorf("warned %q, want %q", warn.String(), want)
	}
	if got := strings.Count(out.String(), "\n"); got != 1 {
		t.Errorf("%d answers, want 1", got)
	}
}

func TestRunEnds(t *testing.T) {
	broken := errors.New("broken pipe")
	_, err := NewClusterer().Run(t.Context(), io.MultiReader(strings.NewReader("{}\n"), failing{broken}), io.Discard, io.Discard)
	if !errors.Is(err, broken) {
		t.Errorf("reader: got %v, want %v", err, broken)
	}
	_, err = NewClusterer().Run(t.Context(), strings.NewReader(`{"id":"1","source":"a"}`), failing{broken}, io.Discard)
	if !errors.Is(err, broken) {
		t.Errorf("writer: got %v, want %v", err, broken)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = NewClusterer().Run(ctx, strings.NewReader("{}\n{}\n"), io.Discard, io.Discard)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("context: got %v, want %v", err, context.Canceled)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// FuzzRun holds the contract of lines: each that is not empty is answered once or
// reported once, in order, and every answer names stories that came before.
func FuzzRun(f *testing.F) {
	f.Add([]byte(`{"id":"1","source":"a.example","url":"https://a.example/x"}` + "\n" + `{"id":"2","source":"b.example","url":"http://a.example/x/"}`))
	f.Add([]byte("{\n\n{}\n[]\nnull\n{\"id\":1}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out, warn bytes.Buffer
		bad, err := NewClusterer().Run(t.Context(), bytes.NewReader(data), &out, &warn)
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range bytes.Lines(data) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		seen := map[string]bool{}
		answers := 0
		for line := range strings.Lines(out.String()) {
			var v Verdict
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatalf("answer %q: %v", line, err)
			}
			answers++
			seen[v.ID] = true
			if !seen[v.Story] || v.With != "" && !seen[v.With] {
				t.Errorf("answer %q names what did not come before", line)
			}
		}
		if answers+bad != lines {
			t.Errorf("%d answers and %d bad lines for %d lines", answers, bad, lines)
		}
	})
}

// TestDevelopmentSet holds the figures of the exact tiers on the labelled set: no
// false merge, and what equal guids and addresses can find.
func TestDevelopmentSet(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "dedup", "dev")
	f, err := os.Open(filepath.Join(dir, "items.jsonl.gz"))
	if err != nil {
		t.Skipf("no development set at ../shared/dedup/dev beside the project: %v", err)
	}
	defer f.Close()
	in, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	start := time.Now()
	if bad, err := NewClusterer().Run(t.Context(), in, &out, os.Stderr); err != nil || bad > 0 {
		t.Fatalf("%d bad lines, err %v", bad, err)
	}
	took := time.Since(start)
	stories := map[string]string{}
	dec := json.NewDecoder(&out)
	for dec.More() {
		var v Verdict
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		stories[v.ID] = v.Story
	}
	precision, recall := score(t, dir, stories)
	t.Logf("%d items in %v, precision %.4f, recall %.4f", len(stories), took, precision, recall)
	if precision < 0.999 || recall < 0.40 {
		t.Errorf("precision %.4f, recall %.4f; want at least .999 and .40", precision, recall)
	}
}

// score counts pairs as the scorer of the set does.
func score(t *testing.T, dir string, stories map[string]string) (precision, recall float64) {
	t.Helper()
	gold := map[string]string{}
	for _, f := range fields(t, filepath.Join(dir, "labels.tsv")) {
		gold[f[0]] = f[1]
	}
	grey := map[[2]string]bool{}
	for _, f := range fields(t, filepath.Join(dir, "grey.tsv")) {
		a, b := gold[f[0]], gold[f[1]]
		grey[[2]string{a, b}], grey[[2]string{b, a}] = true, true
	}
	members := map[string][]string{}
	size := map[string]int{}
	for id, g := range gold {
		members[stories[id]] = append(members[stories[id]], g)
		size[g]++
	}
	var right, wrong, all float64
	for _, m := range members {
		for i := range m {
			for j := range i {
				switch {
				case m[i] == m[j]:
					right++
				case !grey[[2]string{m[i], m[j]}]:
					wrong++
				}
			}
		}
	}
	for _, n := range size {
		all += float64(n * (n - 1) / 2)
	}
	return right / (right + wrong), right / all
}

func fields(t *testing.T, path string) (rows [][]string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows
}
