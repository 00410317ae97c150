package websub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"tributary/internal/news"
)

// Bounds of deliveries that are on their way.
const (
	maxBody    = 4 << 20          // bytes of one
	maxReading = 8                // read at a time; with maxBody a bound of memory
	readTime   = 10 * time.Second // for one to come whole
	retryAfter = time.Minute      // asked of those that we cannot serve now
)

// ServeHTTP answers hubs at the address of a subscription, whose id is the path
// value "id": GET confirms or denies it, POST delivers.
func (s *Subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		challenge, err := s.confirm(r)
		s.reply(w, http.StatusOK, challenge, err)
	case http.MethodPost:
		s.reply(w, http.StatusAccepted, "", s.receive(w, r))
	default:
		w.Header().Set("Allow", "GET, POST")
		s.reply(w, http.StatusMethodNotAllowed, "", nil)
	}
}

// status is an error that is sent as the answer.
type status int

func (e status) Error() string { return http.StatusText(int(e)) }

// reply sends an answer. Hubs learn a status and nothing else.
func (s *Subscriber) reply(w http.ResponseWriter, code int, body string, err error) {
	st, isStatus := errors.AsType[status](err)
	switch {
	case err == nil:
	case errors.Is(err, news.ErrNoPush), errors.Is(err, errUnasked):
		code = http.StatusNotFound
	case isStatus:
		code = int(st)
	default:
		s.log.Error("a hub's request", "error", err)
		code = http.StatusServiceUnavailable
	}
	if err != nil {
		body = ""
	}
	answer(w, code, body)
}

// answer sends an answer to a hub or a subscriber. A challenge is anybody's text, so no
// browser may make more of it than text.
func answer(w http.ResponseWriter, code int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	switch code {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInternalServerError:
		h.Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text) // whoever asked has left
}

// confirm answers a hub that verifies a request of ours. A verification that we did not ask
// for costs one look-up and changes nothing.
func (s *Subscriber) confirm(r *http.Request) (challenge string, err error) {
	p, err := s.store.Push(r.Context(), r.PathValue("id"))
	if err != nil {
		return "", err
	}
	query, trial := r.URL.Query(), p
	if _, err := confirm(&trial, query, s.now()); err != nil {
		return "", err
	}
	ctx := context.WithoutCancel(r.Context())
	is, err := s.change(ctx, p, func(p *news.Push) (err error) {
		challenge, err = confirm(p, query, s.now())
		return err
	})
	if err == nil && is.SourceID == 0 {
		err = news.ErrNoPush // it ended meanwhile
	}
	s.Wake()
	return challenge, err
}

// receive takes a delivery. A hub that does not know the secret is told nothing
// of that: section 7.1.
func (s *Subscriber) receive(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := s.store.Push(ctx, r.PathValue("id"))
	switch {
	case err != nil:
		return err
	case p.State == news.PushLeaving || p.State == news.PushDenied:
		return status(http.StatusGone) // which ends it on their side: section 7
	case !s.limits.take(p.ID, s.now()):
		s.pollSoon(p.SourceID, floodPause)
		return status(http.StatusTooManyRequests)
	}
	body, err := s.body(w, r)
	if errors.Is(err, status(http.StatusRequestEntityTooLarge)) {
		s.pollSoon(p.SourceID, floodPause)
		return errors.Join(err, s.refuse(ctx, p))
	}
	if err != nil {
		return err
	}
	signatures := r.Header.Values("X-Hub-Signature")
	if len(signatures) != 1 || !isSigned(signatures[0], p.Secret, body) {
		return s.refuse(ctx, p)
	}
	return s.accept(ctx, p, r.Header.Get("Content-Type"), body)
}

// body reads what is delivered, within bounds.
func (s *Subscriber) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, status(http.StatusRequestEntityTooLarge)
	}
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	default:
		return nil, status(http.StatusServiceUnavailable)
	}
	_ = http.NewResponseController(w).SetReadDeadline(s.now().Add(readTime)) // no connection: nothing to wait for
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, status(http.StatusRequestEntityTooLarge)
	}
	if err != nil {
		return nil, status(http.StatusRequestTimeout)
	}
	return body, nil
}

// refuse counts a delivery that was dropped.
func (s *Subscriber) refuse(ctx context.Context, p news.Push) error {
	return s.store.ChangePush(context.WithoutCancel(ctx), p.ID, func(p *news.Push) error {
		p.Refused++
		return nil
	})
}

// accept puts a signed delivery into the queue, after it has noted in the store that there
// is one.
func (s *Subscriber) accept(ctx context.Context, p news.Push, contentType string, body []byte) error {
	d := Delivery{SourceID: p.SourceID, Delivery: news.Delivery{ContentType: contentType, Body: body, Received: s.now()}}
	err := s.store.ChangePush(context.WithoutCancel(ctx), p.ID, func(p *news.Push) error {
		p.Waiting = d.Received
		return nil
	})
	if err != nil {
		return err
	}
	if len(body) == 0 || !s.put(d) { // a mere "something is new", or more than we can hold
		s.pollSoon(d.SourceID, pollPause)
	}
	return nil
}
