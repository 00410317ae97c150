package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// testValidator runs the W3C feed validator on what is published.
func (r *river) testValidator(t *testing.T) {
	documents := map[string][]byte{}
	for _, path := range published {
		_, body := r.get(t, path, nil)
		documents[siteURL+path] = body
	}
	validate(t, documents)
}

// validate runs the W3C feed validator (github.com/w3c/feedvalidator, with
// python3-html5lib, -lxml and -rdflib) on documents, by address. It must report
// no error and no warning of level AA, except that it knows neither MathML nor the
// scheme of magnet links.
// FEEDVALIDATOR is the folder of its clone; without it the test is skipped,
// because no distribution has a package of it.
func validate(t *testing.T, documents map[string][]byte) {
	t.Helper()
	checkout := os.Getenv("FEEDVALIDATOR")
	if checkout == "" {
		t.Skip("FEEDVALIDATOR names no clone of the W3C feed validator: it was not asked")
	}
	script, err := filepath.Abs(filepath.Join("testdata", "e2e", "validate.py"))
	if err != nil {
		t.Fatal(err)
	}
	python, folder := program(t, "python3", "-c", "import html5lib, lxml, rdflib"), t.TempDir()
	args := []string{script, checkout}
	for address, body := range documents {
		name := fmt.Sprintf("%d.xml", len(args))
		write(t, folder, name, string(body))
		args = append(args, name, address)
	}
	var found map[string][]string
	if err := json.Unmarshal(run(t, folder, nil, python, args...), &found); err != nil {
		t.Fatal(err)
	}
	for address, events := range found {
		if bytes.Contains(documents[address], []byte("math")) { // it knows no MathML
			events = slices.DeleteFunc(events, func(event string) bool { return strings.Contains(event, "Non-html tag") })
		}
		if bytes.Contains(documents[address], []byte(`"magnet:?`)) {
			events = slices.DeleteFunc(events, func(event string) bool { return strings.HasSuffix(event, "URI scheme not IANA registered") })
		}
		if len(events) > 0 {
			t.Errorf("%s:\n%s", address, strings.Join(events, "\n"))
		}
	}
	if len(found) != len(documents) {
		t.Errorf("%d feeds were looked at, want %d", len(found), len(documents))
	}
}
