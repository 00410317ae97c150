package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testValidator has the W3C feed validator (github.com/w3c/feedvalidator, with
// python3-html5lib, -lxml and -rdflib) look at what is published: no error and no
// warning at level AA. FEEDVALIDATOR is the folder that it was cloned into; without
// it this is not done, since it is in no distribution.
func (r *river) testValidator(t *testing.T) {
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
	for _, path := range published {
		_, body := r.get(t, path, nil)
		file := filepath.Join(folder, filepath.Base(path))
		if err := os.WriteFile(file, body, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file, siteURL+path)
	}
	var found map[string][]string
	if err := json.Unmarshal(run(t, folder, nil, python, args...), &found); err != nil {
		t.Fatal(err)
	}
	for address, events := range found {
		if len(events) > 0 {
			t.Errorf("%s:\n%s", address, strings.Join(events, "\n"))
		}
	}
	if len(found) != len(published) {
		t.Errorf("%d feeds were looked at, want %d", len(found), len(published))
	}
}
