package websub

import (
	"cmp"
	"slices"
	"time"

	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

const (
	// confirmTime is how long a hub may take to verify a request.
	confirmTime = time.Hour
	// maxUnsubscribes is how often we try to unsubscribe. A hub that goes on delivering
	// is answered 410 until its lease ends, then 404.
	maxUnsubscribes = 3
)

// Want is a source that is to be pushed to us.
type Want struct {
	news.Announcement
	Policy netguard.Policy // for requests to its hubs
}

// steps is what has to be done about subscriptions.
type steps struct {
	Add   []Want      // sources without one
	Leave []news.Push // no longer wanted, or not like this
	Ask   []news.Push // a request to the hub is due
}

// plan compares the subscriptions that are wanted with those that exist. site is our public
// address; a subscription with a callback at another one is replaced.
func plan(wants map[int64]Want, have []news.Push, site string, now time.Time) steps {
	var todo steps
	kept := map[int64]bool{}
	for _, p := range have {
		due := !p.Next.After(now)
		switch want, wanted := wants[p.SourceID]; {
		case p.State == news.PushLeaving:
			if due {
				todo.Ask = append(todo.Ask, p)
			}
		case !wanted || !fits(p, want, site):
			todo.Leave = append(todo.Leave, p)
		default:
			kept[p.SourceID] = true
			if due {
				todo.Ask = append(todo.Ask, p)
			}
		}
	}
	for id, want := range wants {
		if !kept[id] {
			todo.Add = append(todo.Add, want)
		}
	}
	slices.SortFunc(todo.Add, func(a, b Want) int { return cmp.Compare(a.SourceID, b.SourceID) })
	return todo
}

// fits reports whether a Push is as it would be made now.
func fits(p news.Push, want Want, site string) bool {
	return p.Topic == want.Topic && slices.Contains(want.Hubs, p.Hub) && p.Callback == callback(site, p.ID)
}

// begin returns a new Push for a source.
func begin(want Want, site string, now time.Time) news.Push {
	id := newID()
	return news.Push{
		ID: id, SourceID: want.SourceID, Hub: want.Hubs[0], Topic: want.Topic, Callback: callback(site, id), Secret: newSecret(),
		State: news.PushAsked, Next: now,
	}
}

// leave has a Push end: at once if it is not active, else once the hub has unsubscribed
// us.
func leave(p *news.Push, now time.Time) {
	if p.State != news.PushActive || !p.LeaseUntil.After(now) {
		p.State = ""
		return
	}
	p.State, p.Pending, p.Next, p.Failures, p.Error = news.PushLeaving, time.Time{}, now, 0, ""
}

// ask prepares the request that is due, and reports whether it is to be sent. The result is
// stored before the request is sent, because a hub may verify it before it answers.
func ask(p *news.Push, hubs []string, now time.Time) (send bool) {
	if !p.Pending.IsZero() {
		fail(p, hubs, "the hub took the request and did not confirm it", now)
	}
	switch p.State {
	case news.PushLeaving:
		if p.Failures >= maxUnsubscribes || !p.LeaseUntil.After(now) {
			p.State = ""
			return false
		}
	case news.PushDenied:
		p.State, p.Hub = news.PushAsked, after(hubs, p.Hub)
	case news.PushActive:
		if !p.LeaseUntil.After(now) {
			p.State = news.PushAsked
		}
	}
	if p.Next.After(now) {
		return false
	}
	p.Asked = now.Truncate(time.Millisecond) // as the store keeps it, to be known again
	p.Pending, p.Next = p.Asked.Add(confirmTime), p.Asked.Add(confirmTime)
	return true
}

// fail notes that a request failed. While no hub delivers, the next hub of the source is
// tried at once; when all have failed, they are tried again after longer and longer
// waits.
func fail(p *news.Push, hubs []string, reason string, now time.Time) {
	p.Failures++
	p.Pending, p.Error = time.Time{}, reason
	rounds := p.Failures
	if p.State == news.PushAsked && len(hubs) > 0 {
		p.Hub = after(hubs, p.Hub)
		rounds = p.Failures / len(hubs)
		if p.Failures%len(hubs) != 0 {
			p.Next = now
			return
		}
	}
	p.Next = now.Add(schedule.Backoff(schedule.MinBackoff, rounds, p.ID))
	if p.State == news.PushActive && p.Next.After(p.LeaseUntil) && p.LeaseUntil.After(now) {
		p.Next = p.LeaseUntil
	}
}

// after returns the hub that follows another in a list; the first follows the last.
func after(hubs []string, hub string) string {
	if len(hubs) == 0 {
		return hub
	}
	return hubs[(slices.Index(hubs, hub)+1)%len(hubs)]
}
