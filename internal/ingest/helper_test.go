package ingest_test

import (
	"bytes"
	"context"
	"net/netip"
	"os"

	"tributary/internal/fetch"
	"tributary/internal/ingest"
)

func mustPrefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// meddler calls a function during a fetch.
type meddler struct {
	client    ingest.Getter
	meanwhile func()
}

func (m *meddler) Get(ctx context.Context, r fetch.Request) fetch.Response {
	got := m.client.Get(ctx, r)
	m.meanwhile()
	return got
}

// databaseFiles returns every byte of the database and its log.
func (r *rig) databaseFiles() []byte {
	r.t.Helper()
	var all bytes.Buffer
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(r.path + suffix)
		if err != nil {
			r.t.Fatal(err)
		}
		all.Write(data)
	}
	return all.Bytes()
}
