package main_test

import (
	"fmt"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rss2email mails an item once, by its guid. With reply-changes it replies to
// that mail when the text of the item changes. It writes to a maildir and sends
// nothing.
type rss2email struct{ program, home string }

func newRSS2email(t *testing.T, home string) subscriber {
	return &rss2email{program: program(t, "r2e"), home: home}
}

func (r *rss2email) poll(t *testing.T, addresses map[string]string) {
	var config strings.Builder
	config.WriteString("[DEFAULT]\nto = reader@river.invalid\nemail-protocol = maildir\nmaildir-path = " + r.home + "\nreply-changes = True\nverbose = warning\nencodings = UTF-8\n")
	for document, address := range addresses {
		fmt.Fprintf(&config, "[feed.%s]\nurl = %s\nmaildir-mailbox = mail-%s\n", document, address, document)
	}
	write(t, r.home, "r2e.cfg", config.String())
	run(t, r.home, nil, r.program, "-c", "r2e.cfg", "-d", "r2e.json", "run")
}

func (r *rss2email) holds(t *testing.T, document string) []item {
	t.Helper()
	var items []item
	mails := map[string]int{}
	for _, path := range glob(t, filepath.Join(r.home, "mail-"+document, "new", "*")) {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		message, err := mail.ReadMessage(file)
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		title, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		id := message.Header.Get("X-RSS-ID")
		if message.Header.Get("In-Reply-To") == "" {
			mails[id]++
		}
		items = append(items, item{ID: id, Title: title, URL: message.Header.Get("X-RSS-URL")})
	}
	for id, n := range mails {
		if n != 1 {
			t.Errorf("rss2email told %s %d times as if it were new, want once", id, n)
		}
	}
	return items
}

func (r *rss2email) expects(l *ledger) []item { return l.byText() }
