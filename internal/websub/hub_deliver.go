package websub

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

// deliver sends a subscriber what is new to it, in as many parts as that takes. A part
// counts once the subscriber has acknowledged it and that is stored. So no part is lost,
// and one that was under way when the process ended is sent again.
func (h *Hub) deliver(ctx context.Context, id int64) {
	for more := true; more && ctx.Err() == nil; {
		s, err := h.store.Subscription(ctx, id)
		if err == nil {
			more, err = h.deliverPart(ctx, s)
		}
		if err != nil {
			h.logError(ctx, err)
			return
		}
	}
}

// deliverPart delivers one part and reports whether there is another.
func (h *Hub) deliverPart(ctx context.Context, s news.Subscription) (more bool, err error) {
	hub, topics, policy := h.topics()
	topic, public := topics[topicKey{s.FeedID, s.Format}]
	now := h.now()
	if hub == "" || !public || !s.Active(now) || s.Next.After(now) || s.Position >= topic.Change {
		return false, nil
	}
	content, err := h.publisher.Content(ctx, topic, s.Position)
	if err != nil {
		return false, fmt.Errorf("what is new in %s: %w", topic.URL, err)
	}
	if len(content.Body) == 0 {
		return content.Change < topic.Change, h.acknowledge(ctx, s, content, false)
	}
	limited, cancel := context.WithTimeout(ctx, deliverWait)
	defer cancel()
	got := h.client.Send(limited, fetch.Message{URL: s.Callback, Header: headerOf(hub, topic, s, content), Body: content.Body, Policy: policy})
	if ctx.Err() != nil {
		return false, nil // whether it came is not known
	}
	h.lanes.noteDuration(s.Callback, h.now().Sub(now), h.now())
	switch {
	case !got.Fetch.Outcome.Failed():
		h.figures.Deliveries.Add(1)
		h.log.Debug("delivered", append(about(s), "bytes", len(content.Body))...)
		return content.Change < topic.Change, h.acknowledge(ctx, s, content, true)
	case got.Fetch.Outcome == news.OutcomeGone:
		h.leave(ctx, s)
		return false, nil
	}
	h.figures.Failures.Add(1)
	return false, h.failed(ctx, s, got)
}

// headerOf returns the header of a delivery: section 7.
func headerOf(hub string, t Topic, s news.Subscription, c Content) map[string]string {
	header := map[string]string{"Content-Type": c.ContentType, "Link": news.HubLinks(hub, t.URL)}
	if s.Secret != "" {
		header["X-Hub-Signature"] = sign(s.Secret, c.Body)
	}
	return header
}

// acknowledge notes that the subscriber has everything up to a change.
func (h *Hub) acknowledge(ctx context.Context, was news.Subscription, c Content, sent bool) error {
	return h.store.ChangeSubscription(context.WithoutCancel(ctx), was.ID, func(s *news.Subscription) error {
		s.Position = max(s.Position, c.Change)
		if sent {
			s.Failures, s.Error, s.Delivered = 0, "", h.now()
			s.Deliveries++
		}
		return nil
	})
}

// failed notes a delivery that was not acknowledged, and when it is tried again.
func (h *Hub) failed(ctx context.Context, was news.Subscription, got fetch.Response) error {
	if was.Failures == 0 {
		h.log.Warn("delivery failed", append(about(was), "error", got.Fetch.Error)...)
	}
	return h.store.ChangeSubscription(ctx, was.ID, func(s *news.Subscription) error {
		s.Failures++
		s.Error = got.Fetch.Error
		s.Next = retryAt(h.now(), s.Failures, got.RetryAfter, s.Callback)
		return nil
	})
}

// leave ends a Subscription whose subscriber answered 410: section 7.
func (h *Hub) leave(ctx context.Context, was news.Subscription) {
	err := h.store.ChangeSubscription(ctx, was.ID, func(s *news.Subscription) error {
		if s.LeaseUntil.Equal(was.LeaseUntil) { // else it was renewed meanwhile
			s.LeaseUntil = time.Time{}
		}
		return nil
	})
	h.ended(ctx, was, "the subscriber knows of none", err)
}
