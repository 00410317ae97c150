package daemon

import (
	"context"
	"fmt"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// openPrivate prepares what private feeds need before anything is rendered.
func (d *Daemon) openPrivate(ctx context.Context) (err error) {
	if d.mask, err = d.db.Mask(ctx); err != nil {
		return err
	}
	if len(d.mask) != news.TokenLength {
		return fmt.Errorf("the mask of private feeds has %d characters, a token %d", len(d.mask), news.TokenLength)
	}
	return d.readTokens(ctx)
}

// readTokens puts the stored tokens in force.
func (d *Daemon) readTokens(ctx context.Context) error {
	tokens, err := d.db.Tokens(ctx)
	if err == nil {
		d.tokens.Set(tokens)
	}
	return err
}

// splitByAccess separates public feeds from private ones.
func splitByAccess(feeds []news.Feed) (public, private []news.Feed) {
	for _, f := range feeds {
		if f.Private {
			private = append(private, f)
		} else {
			public = append(public, f)
		}
	}
	return public, private
}

// shelfOf returns the shelf that has the documents of a feed.
func (d *Daemon) shelfOf(f news.Feed) *publish.Shelf {
	if f.Private {
		return d.privateShelf
	}
	return d.publicShelf
}
