package websub

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

// A verification that gets no answer is repeated, but not often: the host that gets it may
// never have asked for anything.
const (
	maxTries     = 3
	tryAgain     = 30 * time.Second // then ten times as long
	noBudget     = 10 * time.Second // until a host is asked again whose budget is used up
	notPublished = "the feed is not published any more"
)

// confirm verifies a request with its subscriber (section 5.3), or tells the subscriber that
// it was denied (section 5.2).
func (h *Hub) confirm(ctx context.Context, id int64) {
	s, err := h.store.Subscription(ctx, id)
	if err == nil && s.Ask.Mode != "" && !s.Ask.Next.After(h.now()) {
		err = h.verify(ctx, s)
	}
	h.logError(ctx, err)
}

// logError logs an error. It says nothing when there is none, nor when the Subscription is
// no longer there, nor when ctx has ended.
func (h *Hub) logError(ctx context.Context, err error) {
	if err != nil && !errors.Is(err, news.ErrNoSubscription) && ctx.Err() == nil {
		h.log.Error("hub", "error", err)
	}
}

// verify sends the verification or denial, and changes the Subscription according to the
// answer.
func (h *Hub) verify(ctx context.Context, s news.Subscription) error {
	began := h.now()
	if s.Ask.Tries > 0 && !h.afford(s.Host, began) { // the first was paid for with the request
		return h.answered(ctx, s, func(s *news.Subscription) { s.Ask.Next = began.Add(noBudget) })
	}
	challenge := rand.Text()
	_, _, policy := h.publisher.Published()
	limited, cancel := context.WithTimeout(ctx, confirmWait)
	defer cancel()
	got := h.client.Send(limited, fetch.Message{URL: verificationURL(s, challenge), Policy: policy})
	switch {
	case ctx.Err() != nil:
		return nil // asked again by the next process
	case !got.Fetch.Outcome.Failed() && (s.Ask.Mode == news.AskDenied || strings.TrimSpace(string(got.Body)) == challenge):
		return h.answered(ctx, s, func(s *news.Subscription) { confirmed(s, began) })
	case unanswered(got) && s.Ask.Tries+1 < maxTries:
		return h.answered(ctx, s, func(s *news.Subscription) {
			wait := tryAgain
			if s.Ask.Tries++; s.Ask.Tries > 1 {
				wait *= 10
			}
			s.Ask.Next = h.now().Add(wait)
		})
	}
	level := slog.LevelDebug
	if got.Fetch.Outcome == news.OutcomeBlocked { // by a setting of the operator
		level = slog.LevelInfo
	}
	h.log.Log(ctx, level, "subscription not confirmed", append(about(s), "mode", s.Ask.Mode, "outcome", got.Fetch.Outcome, "error", got.Fetch.Error)...)
	return h.answered(ctx, s, func(s *news.Subscription) { s.Ask = news.Ask{} })
}

// unanswered reports whether a subscriber gave neither consent nor refusal: it could not be
// reached, or was not able to answer.
func unanswered(got fetch.Response) bool {
	status := got.Fetch.Status
	return status == 0 && got.Fetch.Outcome != news.OutcomeBlocked || status >= 500 || status == http.StatusTooManyRequests
}

// confirmed does what was asked for. A lease begins when the verification was sent.
func confirmed(s *news.Subscription, began time.Time) {
	ask := s.Ask
	s.Ask = news.Ask{}
	if ask.Mode != news.AskSubscribe {
		s.LeaseUntil = time.Time{}
		return
	}
	s.LeaseUntil, s.Secret = began.Add(ask.Lease), ask.Secret
	s.Failures, s.Next, s.Error = 0, time.Time{}, "" // it is there
}

// answered changes a Subscription, unless another request for it has come meanwhile.
func (h *Hub) answered(ctx context.Context, asked news.Subscription, change func(*news.Subscription)) error {
	var is news.Subscription
	err := h.store.ChangeSubscription(ctx, asked.ID, func(s *news.Subscription) error {
		if s.Ask.Mode == asked.Ask.Mode && s.Ask.At.Equal(asked.Ask.At) {
			change(s)
		}
		is = *s
		return nil
	})
	switch {
	case err != nil:
	case is.LeaseUntil.After(asked.LeaseUntil):
		h.log.Info("subscription begins", append(about(is), "until", is.LeaseUntil.UTC().Truncate(time.Second))...)
	case is.LeaseUntil.IsZero() && !asked.LeaseUntil.IsZero():
		h.log.Info("subscription ended", append(about(is), "why", "the subscriber wished so")...)
	}
	return err
}

// verificationURL returns a callback with our parameters added to its own: section 5.1.1.
func verificationURL(s news.Subscription, challenge string) string {
	q := url.Values{"hub.mode": {string(s.Ask.Mode)}, "hub.topic": {s.Topic}}
	if s.Ask.Mode == news.AskDenied {
		q.Set("hub.reason", notPublished)
	} else {
		q.Set("hub.challenge", challenge)
	}
	if s.Ask.Mode == news.AskSubscribe {
		q.Set("hub.lease_seconds", strconv.Itoa(int(s.Ask.Lease.Seconds())))
	}
	switch {
	case !strings.Contains(s.Callback, "?"):
		return s.Callback + "?" + q.Encode()
	case strings.HasSuffix(s.Callback, "?"), strings.HasSuffix(s.Callback, "&"):
		return s.Callback + q.Encode()
	}
	return s.Callback + "&" + q.Encode()
}

// deny ends a Subscription to a feed that is not published any more, and has the subscriber
// told.
func (h *Hub) deny(ctx context.Context, s news.Subscription) {
	err := h.store.ChangeSubscription(ctx, s.ID, func(s *news.Subscription) error {
		now := h.now().Truncate(time.Millisecond)
		s.LeaseUntil, s.Ask = time.Time{}, news.Ask{Mode: news.AskDenied, At: now, Next: now}
		return nil
	})
	h.ended(ctx, s, notPublished, err)
}

// end drops a Subscription that is not active, with the request that was open.
func (h *Hub) end(ctx context.Context, was news.Subscription, why string) {
	err := h.store.ChangeSubscription(ctx, was.ID, func(s *news.Subscription) error {
		if s.Active(h.now()) { // renewed meanwhile
			return nil
		}
		s.LeaseUntil = time.Time{}
		if s.Ask.At.Equal(was.Ask.At) {
			s.Ask = news.Ask{}
		}
		return nil
	})
	h.ended(ctx, was, why, err)
}

// ended logs that a Subscription ended, or why it could not be ended.
func (h *Hub) ended(ctx context.Context, s news.Subscription, why string, err error) {
	h.logError(ctx, err)
	if err == nil {
		h.log.Info("subscription ended", append(about(s), "why", why)...)
	}
}

// about returns the attributes that name a Subscription in the log: its topic and the host
// of its callback. The callback itself is a secret of the subscriber.
func about(s news.Subscription) []any {
	return []any{"topic", s.Topic, "host", news.HostOf(s.Callback)}
}
