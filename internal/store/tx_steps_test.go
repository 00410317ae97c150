package store

import (
	"errors"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// servedFeeds are feeds of the kinds that handFeeds lacks.
func servedFeeds(t *testing.T) []news.Feed {
	digest := daily(t)
	digest.Name = "digest"
	return []news.Feed{
		digest,
		{Name: "archive", Duplicates: news.Collapse, Limit: 1, Archive: true, ArchiveKeep: 1},
		{Name: "settled", Duplicates: news.Collapse, Limit: 100, Settle: 30 * time.Minute, AlsoReported: true},
		{Name: "agreed", Duplicates: news.Collapse, Limit: 100, Where: rule(t, "size >= 2")},
		{Name: "problems", Kind: news.FeedOfHealth, Limit: 100},
		{Name: "resumed", Duplicates: news.Collapse, Limit: 100, AlsoReported: true, Where: rule(t, "size >= 2")},
	}
}

// stepsOfService are what a life of a store brings besides fetches and corrections:
// digests, archives, a feed that is resumed, hubs, readers and upkeep.
func stepsOfService(save func(string, ...news.Entry) func(*bench) error, publish func(string) func(*bench) error) []func(*bench) error {
	pass := func(d time.Duration) func(*bench) error {
		return func(b *bench) error { b.now = b.now.Add(d); return nil }
	}
	fail := func(outcome news.Outcome) func(*bench) error {
		return func(b *bench) error {
			_, err := b.db.Save(b.t.Context(), &story.Harvest{Source: b.sources["c"], NextDue: b.now.Add(time.Hour),
				Fetch: news.Fetch{Started: b.now, Outcome: outcome, Error: "no answer"}})
			return err
		}
	}
	return append(append([]func(*bench) error{
		publish("digest"), publish("archive"), publish("settled"), publish("agreed"),
		fail(news.OutcomeTimeout), pass(24 * time.Hour), fail(news.OutcomeGone), publish("problems"),
		save("a", entry("a", "next day", 0)), save("b", linkTo("b", "b too", 0, entry("a", "next day", 0))),
		publish("digest"), publish("settled"), publish("archive"), pass(24 * time.Hour),
		publish("digest"), publish("settled"), publish("agreed"), closePage, closePage,
		func(b *bench) error { _, err := b.db.DropPages(b.t.Context(), b.feeds["archive"]); return err },
		save("seeds", entry("seeds", "one", 1)), publish("archive"), publish("digest"),
		save("seeds"), publish("archive"), publish("digest"), closePage,
		func(b *bench) error { _, err := b.db.RebuildArchive(b.t.Context(), b.feeds["archive"]); return err },
		closePage,
	}, stepsOfResume(publish)...), stepsOfUpkeep()...)
}

// closePage closes the next page of the archive, or replaces it.
func closePage(b *bench) error {
	e, err := b.db.NextPage(b.t.Context(), site, b.feeds["archive"], b.now)
	if err != nil || e == nil {
		return err
	}
	_, err = b.db.ClosePage(b.t.Context(), e, []news.PageDocument{{Format: "atom", ETag: `"1"`, Packed: []byte("x"), Length: 1}}, b.now)
	return err
}

// stepsOfResume resume a feed from what it published last, of which one entry comes again.
func stepsOfResume(publish func(string) func(*bench) error) []func(*bench) error {
	led, member, digested := entry("a", "recalled", 5), entry("b", "recalled too", 4), entry("a", "digested", 9)
	led.StoryKey = "recalledstory"
	past := func(b *bench) *news.Past {
		p := news.PastPublication{
			Publication: news.Publication{GUID: led.GUID, StoryKey: led.StoryKey, Sequence: 7, Entered: led.Published, Published: led.Published, Updated: led.Published},
			Entries:     []string{news.EntryKey(b.sources["a"], led.GUID), news.EntryKey(b.sources["b"], member.GUID)}, Shown: &led,
			Members: []news.Member{{Key: news.EntryKey(b.sources["b"], member.GUID), Title: member.Title, Link: member.Link, Named: true}},
		}
		return &news.Past{UUID: "urn:uuid:1", Generation: 2, Updated: led.Published, Publications: []news.PastPublication{p},
			Digests: []news.Digest{{GUID: "urn:uuid:2", Key: "digestkey", Title: "Yesterday", Closed: b.now.Add(-48 * time.Hour),
				Stories: []news.DigestStory{{GUID: digested.GUID, StoryKey: "digestedstory", Published: digested.Published}}}}}
	}
	return []func(*bench) error{
		func(b *bench) error {
			taken, err := b.db.Resume(b.t.Context(), b.feeds["resumed"], past(b))
			if err == nil && !taken {
				err = errors.New("the feed is not resumed")
			}
			return err
		},
		func(b *bench) error {
			s := b.sources["a"]
			var epoch int64
			if err := b.db.get(b.t.Context(), `SELECT epoch FROM source WHERE id = $1`, []any{s.ID}, &epoch); err != nil {
				return err
			}
			h := &story.Harvest{Source: s, Epoch: epoch, Reread: true, Recalled: true, Fetch: news.Fetch{Started: b.now}}
			h.Document, h.Arrivals = story.Recall(s, past(b).Publications)
			if len(h.Arrivals) == 0 {
				return errors.New("nothing is recalled")
			}
			_, err := b.db.Save(b.t.Context(), h)
			return err
		},
		publish("resumed"),
		func(b *bench) error { _, err := b.save("b", member); return err },
		publish("resumed"),
	}
}

// stepsOfUpkeep are hubs, readers, lists, files, and what the store does for itself.
func stepsOfUpkeep() []func(*bench) error {
	return []func(*bench) error{
		func(b *bench) error {
			return b.db.AskSubscription(b.t.Context(), news.Subscription{FeedID: b.feeds["all"].ID, Format: "atom", Topic: "https://river.example/feeds/all.atom",
				Callback: "https://reader.example/", Host: "reader.example", Position: -1, Ask: news.Ask{Mode: news.AskSubscribe, At: b.now}},
				news.HubLimits{All: 9, Topic: 9, Host: 9, Pending: 9})
		},
		func(b *bench) error {
			return b.db.ChangeSubscription(b.t.Context(), 1, func(s *news.Subscription) error { s.LeaseUntil, s.Ask = b.now.Add(time.Hour), news.Ask{}; return nil })
		},
		func(b *bench) error {
			return b.db.ChangeSubscription(b.t.Context(), 1, func(s *news.Subscription) error { s.LeaseUntil = time.Time{}; return nil })
		},
		func(b *bench) error {
			return b.db.AddPush(b.t.Context(), news.Push{ID: "p", SourceID: b.sources["a"].ID, Hub: "https://hub.example", Topic: "https://a.example/feed", State: news.PushAsked})
		},
		func(b *bench) error {
			return b.db.ChangePush(b.t.Context(), "p", func(p *news.Push) error { p.State, p.Waiting = news.PushActive, b.now; return nil })
		},
		func(b *bench) error {
			_, err := b.db.BeginPush(b.t.Context(), b.sources["a"].ID, "push", b.now, b.now.Add(time.Minute))
			return err
		},
		func(b *bench) error { return b.db.PollInstead(b.t.Context(), b.sources["a"].ID, b.now) },
		func(b *bench) error { return b.db.ResumePushes(b.t.Context(), b.now) },
		func(b *bench) error {
			return b.db.ChangePush(b.t.Context(), "p", func(p *news.Push) error { p.State = ""; return nil })
		},
		func(b *bench) error { return b.db.ReleaseLeases(b.t.Context()) },
		func(b *bench) error {
			return b.db.NoteReaders(b.t.Context(), []news.TokenUse{{TokenID: 1, Used: b.now, Requests: 1}}, []news.Aggregator{{FeedID: b.feeds["all"].ID, Format: "atom", Client: "Aggregator", Subscribers: 3, Seen: b.now}}, b.now)
		},
		func(b *bench) error {
			return b.db.NoteCadences(b.t.Context(), []news.Cadence{{FeedID: b.feeds["all"].ID, Client: "Reader", Every: time.Hour, Spent: time.Hour, Seen: b.now}}, b.now)
		},
		func(b *bench) error { return b.db.RevokeTokens(b.t.Context(), []int64{1}, b.now) },
		func(b *bench) error {
			_, err := b.db.SyncLists(b.t.Context(), []news.ListState{{Name: "list", URL: "list.opml"}})
			return err
		},
		func(b *bench) error {
			return b.db.SaveList(b.t.Context(), news.ListState{ID: 1, Name: "list", URL: "list.opml", Loaded: b.now, NextDue: b.now.Add(time.Hour)})
		},
		func(b *bench) error { _, err := b.db.SyncLists(b.t.Context(), nil); return err },
		func(b *bench) error {
			return b.db.SaveFile(b.t.Context(), news.FileFacts{URL: "https://a.example/a.mp3", Asked: b.now, Tries: 1, Outcome: news.OutcomeOK, Type: "audio/mpeg", Length: 9}, []int64{1})
		},
		func(b *bench) error {
			return b.db.SavePage(b.t.Context(), 0, news.PageText{URL: "https://a.example/a1", Fetched: b.now, Tries: 1, Outcome: news.OutcomeOK, HTML: "<p>x</p>"})
		},
		func(b *bench) error {
			return b.db.NoteOutage(b.t.Context(), news.HealthEvent{At: b.now, Is: news.HealthOffline, Cause: "nobody answers"})
		},
		func(b *bench) error { return b.db.Pardon(b.t.Context(), []int64{b.sources["c"].ID}) },
		func(b *bench) error {
			_, err := b.db.Rendered(b.t.Context(), b.feeds["all"].ID, map[string]string{"atom": "1"}, b.now)
			return err
		},
		func(b *bench) error {
			_, err := b.db.FoldFetches(b.t.Context(), b.now.Add(300*24*time.Hour))
			return err
		},
		func(b *bench) error { _, err := b.db.TidyIndex(b.t.Context()); return err },
	}
}
