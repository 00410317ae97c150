package ingest

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"tributary/internal/config"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/story"
)

// reply is the response of a source at one of its addresses.
type reply struct {
	fetch.Response
	address string // the address that was requested, before any redirect
	asked   bool   // the configured address was requested
}

// home reports whether the response is that of the configured address.
func (r reply) home(src config.Source) bool { return r.address == src.URL }

// ask fetches a source from the address that it moved to, or else from the configured one. A source
// that moved may move back, so the configured address is tried first when that is due or the last
// fetch failed, and afterwards when the new address answers 410.
func (in *Ingester) ask(ctx context.Context, src config.Source, lease news.Lease) reply {
	home := in.request(src, src.URL, lease.Validators)
	if lease.Move.Address == "" {
		return reply{in.Client.Get(ctx, home), src.URL, true}
	}
	home.Validators = news.Validators{} // they belong to the other server, and this answer must be read
	asked := lease.Failures > 0 || in.Now().Sub(lease.Move.Home) >= news.HomeEvery
	if asked {
		if got := in.Client.Get(ctx, home); in.serves(ctx, src, got, in.Now()) {
			return reply{got, src.URL, true}
		}
	}
	away := in.Client.Get(ctx, in.request(src, lease.Move.Address, lease.Validators))
	if away.Fetch.Outcome == news.OutcomeGone && !asked {
		asked = true
		if got := in.Client.Get(ctx, home); in.serves(ctx, src, got, in.Now()) {
			return reply{got, src.URL, true}
		}
	}
	return reply{away, lease.Move.Address, asked}
}

// sight records where the source says it has moved. It adopts that address once it was named often
// enough and has the source's entries.
func (in *Ingester) sight(ctx context.Context, src config.Source, lease news.Lease, got reply, h *story.Harvest) {
	was := lease.Move
	move := was
	if got.asked && move.Address != "" {
		move.Home = h.Fetch.Started
	}
	if !h.Fetch.Outcome.Failed() {
		target, by := notice(got, move, h.Document)
		switch {
		case !got.home(src) || move.Address == "":
		case target != move.Address: // it works again and no longer leads there
			in.tell(src, "moved back", src.URL, "")
			move = news.Move{}
		case by != news.NoticeRedirect && h.Validators != nil:
			h.Validators = &news.Validators{BodyHash: h.Validators.BodyHash} // drop the old address's tags
		}
		move = in.follow(ctx, src, lease, move.Sighted(target, by, h.Fetch.Started), h)
	}
	if move != was {
		h.Move = &move
	}
}

// notice returns where a response says that the source has moved permanently, and how it says so.
// An unchanged document repeats the previous notice.
func notice(got reply, move news.Move, doc *news.Document) (string, news.Notice) {
	switch {
	case got.Permanent != "":
		return got.Permanent, news.NoticeRedirect
	case doc == nil && move.By != news.NoticeRedirect:
		return move.Target, move.By
	case doc == nil:
		return "", ""
	case isFeedAddress(doc.Moved) && doc.Moved != got.URL && doc.Moved != got.address:
		return doc.Moved, news.NoticeNewFeed
	case news.Elsewhere(doc.Self, got.URL) && news.Elsewhere(doc.Self, got.address):
		return doc.Self, news.NoticeSelf
	}
	return "", ""
}

// follow adopts the target of a move once it is believed and serves our entries. A redirect brings
// the target's document: its entries are compared with those held before the first sighting. For
// other notices the target is fetched.
func (in *Ingester) follow(ctx context.Context, src config.Source, lease news.Lease, move news.Move, h *story.Harvest) news.Move {
	if move.Target == "" {
		return move
	}
	if move.By == news.NoticeRedirect && !move.Same {
		first := move.Seen == 1
		switch {
		case first && h.Fetch.Status == http.StatusNotModified: // to a condition of the old address
			h.Validators = &news.Validators{} // the next fetch brings the document
		case h.Document == nil:
			move.Same = first
		default:
			move.Same = first && lease.FirstOK.IsZero() || in.holds(ctx, src, h.Arrivals, move.Since)
		}
	}
	if move.By != news.NoticeRedirect && move.Try() {
		got := in.Client.Get(ctx, in.request(src, move.Target, news.Validators{}))
		if move.Same = in.serves(ctx, src, got, in.Now()); move.Same && h.Validators != nil {
			h.Validators = &news.Validators{BodyHash: h.Validators.BodyHash} // drop the old address's tags
		}
	}
	if !move.Same || !move.Believed() {
		return move
	}
	in.tell(src, "moved", move.Target, move.By)
	return move.Adopted(h.Fetch.Started)
}

// serves reports whether a response is a feed with the entries that we hold.
func (in *Ingester) serves(ctx context.Context, src config.Source, got fetch.Response, before time.Time) bool {
	switch got.Fetch.Outcome {
	case news.OutcomeUnchanged:
		return true
	case news.OutcomeOK:
		doc, err := format.Decode(got.Body, format.Input{URL: got.URL, ContentType: got.ContentType})
		return err == nil && in.holds(ctx, src, story.Arrive(src.Source, doc), before)
	}
	return false
}

// holds reports whether at least half of the arrivals were held by the source before the given
// time. It returns false if that cannot be determined.
func (in *Ingester) holds(ctx context.Context, src config.Source, arrivals []story.Arrival, before time.Time) bool {
	var keys []string
	for _, a := range arrivals {
		keys = append(keys, a.Identity.Keys...)
	}
	held, err := in.Store.CountHeld(ctx, src.ID, keys, before)
	if err != nil {
		in.Log.Error("is it the same feed?", "source", src.Name, "error", err)
		return false
	}
	return held > 0 && 2*held >= len(arrivals)
}

// tell logs a move, without secrets.
func (in *Ingester) tell(src config.Source, what, to string, by news.Notice) {
	attrs := []slog.Attr{slog.String("source", src.Name), slog.String("to", src.Printed(to))}
	if by != "" {
		attrs = append(attrs, slog.String("by", string(by)))
	}
	in.Log.LogAttrs(context.Background(), slog.LevelWarn, what, attrs...)
}

// headersFor returns the operator's headers for an address. They are only sent to the origin (RFC
// 6454 section 4) that they were configured for.
func headersFor(src config.Source, address string) map[string]string {
	if !fetch.SameOrigin(address, src.URL) {
		return nil
	}
	return src.Headers
}

func isFeedAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}
