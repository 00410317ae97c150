// Package internal holds no code of its own; this test keeps the shape of the
// packages below it.
package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// tiers is the table of docs/design.md: a package imports only packages of
// tiers below its own.
var tiers = map[string]int{
	"internal/news":     0,
	"internal/clean":    1,
	"internal/netguard": 1,
	"internal/schedule": 1,
	"internal/filter":   1,
	"internal/format":   2,
	"internal/fetch":    2,
	"internal/story":    2,
	"internal/search":   2,
	"internal/seed":     3,
	"internal/discover": 3,
	"internal/config":   3,
	"internal/page":     3,
	"internal/publish":  4,
	"internal/store":    4,
	"internal/ingest":   5,
	"internal/websub":   5,
	"internal/web":      6,
	"internal/daemon":   7,
	"cmd/tributary":     8,
}

// testOnly may be imported by tests of any tier, and by nothing else.
const testOnly = "internal/feedtest"

// engine is the one package that stands inside another's tier, below
// internal/store.
const engine = "internal/store/sqlite"

func TestImportsPointDown(t *testing.T) {
	eachFile(t, func(pkg, file string, imports []string) {
		if pkg == testOnly || pkg == "internal" {
			return
		}
		tier, ok := tierOf(pkg)
		if !ok {
			t.Errorf("%s: package %s is in no tier: add it to the table and to docs/decisions.md", file, pkg)
			return
		}
		for _, imp := range imports {
			if own, ok := strings.CutPrefix(imp, "tributary/"); ok {
				checkImport(t, file, pkg, tier, own)
			}
		}
	})
}

func checkImport(t *testing.T, file, pkg string, tier int, imp string) {
	t.Helper()
	if imp == testOnly {
		if !strings.HasSuffix(file, "_test.go") {
			t.Errorf("%s imports %s, which is for tests", file, imp)
		}
		return
	}
	below, ok := tierOf(imp)
	switch {
	case !ok:
		t.Errorf("%s imports %s, which is in no tier", file, imp)
	case imp == engine && pkg == "internal/store", imp == pkg:
	case imp == "internal/store" && pkg != "internal/daemon" && pkg != "cmd/tributary" && !strings.HasSuffix(file, "_test.go"):
		t.Errorf("%s imports the store: only daemon and cmd may, others declare the interface that they need", file)
	case below >= tier && !strings.HasSuffix(file, "_test.go"):
		t.Errorf("%s (tier %d) imports %s (tier %d): imports point to lower tiers only", file, tier, imp, below)
	}
}

// TestOnlyStoreSpeaksSQL holds that queries have one home.
func TestOnlyStoreSpeaksSQL(t *testing.T) {
	eachFile(t, func(pkg, file string, imports []string) {
		if pkg == "internal/store" || pkg == engine || strings.HasSuffix(file, "_test.go") {
			return
		}
		for _, imp := range imports {
			if imp == "database/sql" || imp == "modernc.org/sqlite" {
				t.Errorf("%s imports %s: queries belong to internal/store", file, imp)
			}
		}
	})
}

// TestDomainIsPure holds that internal/news imports the standard library only.
func TestDomainIsPure(t *testing.T) {
	eachFile(t, func(pkg, file string, imports []string) {
		if pkg != "internal/news" || strings.HasSuffix(file, "_test.go") {
			return
		}
		for _, imp := range imports {
			if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") || first == "tributary" {
				t.Errorf("%s imports %s: the domain needs the standard library only", file, imp)
			}
		}
	})
}

func tierOf(pkg string) (int, bool) {
	if pkg == engine {
		pkg = "internal/store"
	}
	n, ok := tiers[pkg]
	return n, ok
}

// eachFile calls f for every Go file below internal and cmd with its package,
// its path from the root, and its imports.
func eachFile(t *testing.T, f func(pkg, file string, imports []string)) {
	t.Helper()
	visit := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.Contains(path, "testdata") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		var imports []string
		for _, spec := range parsed.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			imports = append(imports, name)
		}
		file := strings.TrimPrefix(filepath.ToSlash(path), "../")
		f(filepath.ToSlash(filepath.Dir(file)), file, imports)
		return nil
	}
	for _, root := range []string{"../internal", "../cmd"} {
		if err := filepath.WalkDir(root, visit); err != nil {
			t.Fatal(err)
		}
	}
}
