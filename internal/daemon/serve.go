package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// Limits of the web servers. A request has a small head and no body; a client
// that sends or takes nothing is let go.
const (
	headTimeout = 5 * time.Second
	idleTimeout = 60 * time.Second
	maxHead     = 16 << 10
	// shutdownTime is how long responses under way may take after we were told
	// to stop.
	shutdownTime = 5 * time.Second
)

// Serve runs until ctx ends: it listens, pulls, publishes, and follows the
// configuration. A signal from reload asks for a new look at it at once. A port that is
// taken is an error before anything else starts.
func (d *Daemon) Serve(ctx context.Context, reload <-chan os.Signal) error {
	c := d.current.Load()
	public, err := d.listen("listen", c.cfg.Listen)
	if err != nil {
		return err
	}
	admin, err := d.listen("admin", c.cfg.Admin)
	if err != nil {
		return errors.Join(err, public.Close())
	}
	folder(c.cfg).Leftovers()
	d.unpublishOrWarn(ctx)
	d.blockOwnListeners(public, admin)
	g, ctx := errgroup.WithContext(ctx)
	d.serveHTTP(ctx, g, public, d.server.Handler())
	if admin != nil {
		d.serveHTTP(ctx, g, admin, d.adminHandler())
	}
	d.opts.Log.Info("serving", "url", c.cfg.Site.URL, "listen", public.Addr().String(), "admin", addressOf(admin), "sources", len(c.sources), "feeds", len(c.feeds()))
	g.Go(func() error {
		d.reread(ctx)
		return d.runner.Run(ctx)
	})
	g.Go(func() error {
		d.resketch(ctx)
		return nil
	})
	g.Go(func() error { return d.watch(ctx, reload) })
	for _, actor := range []func(context.Context) error{
		d.push.Keep, d.push.Work, d.hub.Run,
		d.indexer, d.publisher, d.exporter, d.fileAsker, d.housekeeping, d.checkpointer, d.userAgentUpdater, d.readerRecorder,
	} {
		g.Go(func() error { return actor(ctx) })
	}
	err = g.Wait()
	d.noteReaders(ctx) // who read until the end
	return err
}

// addressOf is where a listener listens; empty for none.
func addressOf(l net.Listener) string {
	if l == nil {
		return ""
	}
	return l.Addr().String()
}

// listen opens a listener at an address of the configuration; none for "".
func (d *Daemon) listen(key, address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s: %s is taken by another program; end it, or set %s: to another address", key, address, key)
	case err != nil:
		return nil, fmt.Errorf("%s: %s: %w; set %s: to an address of this machine, such as 127.0.0.1:8080", key, address, err, key)
	}
	return l, nil
}

// serveHTTP serves a listener until ctx ends, then lets responses under way finish.
func (d *Daemon) serveHTTP(ctx context.Context, g *errgroup.Group, l net.Listener, h http.Handler) {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: headTimeout, ReadTimeout: headTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHead,
	}
	g.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("web server: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		if srv.Shutdown(stop) != nil {
			return srv.Close() // somebody still reads: cut
		}
		return nil
	})
}

// blockOwnListeners keeps sources from reaching our own listeners, where one could read
// the operator's pages or be one of our own feeds. A listener may be nil.
func (d *Daemon) blockOwnListeners(listeners ...net.Listener) {
	var own []netip.AddrPort
	for _, l := range listeners {
		if l == nil {
			continue
		}
		if tcp, ok := l.Addr().(*net.TCPAddr); ok {
			own = append(own, tcp.AddrPort())
		}
	}
	d.client.SetOwn(own)
}
