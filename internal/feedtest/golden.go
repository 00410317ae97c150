package feedtest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// Golden compares got with the file at path. With -update it writes the file instead; the
// difference is then reviewed in version control.
func Golden(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if bytes.Equal(got, want) {
		return
	}
	line, gotLine, wantLine := firstDifference(got, want)
	t.Errorf("%s differs at line %d (-update writes it anew):\n got %.400q\nwant %.400q", path, line, gotLine, wantLine)
}

// firstDifference returns the first line, counted from 1, in which a and b differ, from a little
// before the difference; "<end>" stands for a missing line.
func firstDifference(a, b []byte) (line int, inA, inB string) {
	linesA, linesB := bytes.SplitAfter(a, []byte("\n")), bytes.SplitAfter(b, []byte("\n"))
	at := func(lines [][]byte, i int) string {
		if i >= len(lines) {
			return "<end>"
		}
		return string(lines[i])
	}
	for i := range max(len(linesA), len(linesB)) {
		if inA, inB = at(linesA, i), at(linesB, i); inA != inB {
			same := 0
			for same < min(len(inA), len(inB)) && inA[same] == inB[same] {
				same++
			}
			return i + 1, inA[max(0, same-100):], inB[max(0, same-100):]
		}
	}
	return 0, "", ""
}
