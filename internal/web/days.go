package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"tributary/internal/news"
)

// frontDays is the number of days counted on the front page.
const frontDays = 30

// storyDays caches the stories per day until a feed is rendered again or the day ends. It is safe
// for concurrent use.
type storyDays struct {
	mu    sync.Mutex
	day   time.Time
	shown []*news.Edition
	days  []news.StoryDay
}

// of returns the days up to now, for a site that shows these editions. With an error it returns the
// previous count.
func (c *storyDays) of(ctx context.Context, views Views, shown []*news.Edition, now time.Time) ([]news.StoryDay, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	day := news.DayOf(now)
	if c.days != nil && c.day.Equal(day) && slices.Equal(c.shown, shown) {
		return c.days, nil
	}
	days, err := views.StoryDays(ctx, frontDays, now)
	if err != nil {
		return c.days, err
	}
	c.day, c.shown, c.days = day, shown, days
	return days, nil
}
