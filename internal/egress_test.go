package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// outbound are the names of the standard library that open a connection or look
// up a name, or make what does.
var outbound = map[string]bool{
	"http.Client": true, "http.DefaultClient": true, "http.Transport": true, "http.DefaultTransport": true,
	"http.Get": true, "http.Head": true, "http.Post": true, "http.PostForm": true,
	"net.Dial": true, "net.DialTimeout": true, "net.DialTCP": true, "net.DialUDP": true, "net.DialIP": true, "net.DialUnix": true, "net.Dialer": true,
	"net.Resolver": true, "net.DefaultResolver": true, "net.LookupHost": true, "net.LookupIP": true, "net.LookupAddr": true, "net.LookupCNAME": true,
	"net.LookupMX": true, "net.LookupNS": true, "net.LookupSRV": true, "net.LookupTXT": true,
	"tls.Dial": true, "tls.DialWithDialer": true, "tls.Dialer": true, "smtp.SendMail": true, "smtp.Dial": true,
}

// TestOnlyFetchGoesOut holds that every byte which leaves for a server goes
// through the one guarded client: nothing else in the product can open a
// connection.
func TestOnlyFetchGoesOut(t *testing.T) {
	found := 0
	eachFile(t, func(pkg, file string, _ []string) {
		if strings.HasSuffix(file, "_test.go") || pkg == testOnly {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", file), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, ok := selector.X.(*ast.Ident)
			if !ok || !outbound[of.Name+"."+selector.Sel.Name] {
				return true
			}
			found++
			if pkg != "internal/fetch" && pkg != "internal/netguard" {
				t.Errorf("%s uses %s.%s: what goes out belongs to internal/fetch", file, of.Name, selector.Sel.Name)
			}
			return true
		})
	})
	if found < 3 {
		t.Errorf("found %d uses in internal/fetch and internal/netguard, want those that are there: the test looks past them", found)
	}
}
