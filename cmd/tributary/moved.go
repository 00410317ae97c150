package main

import (
	"context"
	"errors"
	"fmt"

	"tributary/internal/config"
)

// writeMoves writes the new addresses of sources that moved into the
// configuration file. Nothing else overwrites what the operator wrote there.
func (a *app) writeMoves(ctx context.Context) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	byName, err := statesByName(ctx, db)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	written, left := 0, 0
	for _, src := range cfg.Sources {
		to := byName[src.Name].Move.Address
		if to == "" || byName[src.Name].URL != src.URL {
			continue
		}
		if src.Listed {
			fmt.Fprintf(a.err, "%s: is on the list %s: whoever writes it has to say feed: %s\n", src.Name, src.Lists[0], oneLine(src.Printed(to)))
			continue
		}
		if _, err := a.edit(func(data []byte) ([]byte, error) { return config.MoveSource(data, src.URL, to, src.Name) }); err != nil {
			fmt.Fprintf(a.err, "%s: %v\n", src.Name, err)
			left++
			continue
		}
		written++
		fmt.Fprintf(a.out, "%s: now %s\n", src.Name, oneLine(src.Printed(to)))
	}
	if left > 0 {
		return fmt.Errorf("%s could not be written; change them by hand", count(left, "source"))
	}
	if written == 0 {
		fmt.Fprintln(a.out, "no source has moved")
	}
	return nil
}
